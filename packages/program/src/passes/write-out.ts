// Kernels that few backends have, written out as the kernels they stand for. Not here: how each is (its definition).
import { attributesOf, findKernel } from '../kernels.js';
import type { Program, ProgramNode } from '../program.js';
import { inputTensors, runNode } from '../replay.js';
import { mapInside } from '../subprograms.js';
import { recapture } from './recapture.js';

/** The same Program without kernels that have such a form. */
export function writeOut(program: Program): Program {
  const inside = mapInside(program, writeOut);
  const formOf = ({ kernel }: ProgramNode): NonNullable<ReturnType<typeof findKernel>>['writtenOut'] =>
    findKernel(kernel)?.writtenOut;
  if (!inside.nodes.some(formOf)) return inside;
  return recapture(inside, {
    node: (node, values) => {
      const form = formOf(node);
      const results =
        form === undefined
          ? runNode(node, values)
          : [
              form(
                inputTensors(node, values),
                attributesOf(node, (id) => inside.type(id)),
              ),
            ];
      node.outputs.forEach((id, i) => values.set(id, results[i]!));
    },
  });
}
