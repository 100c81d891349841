// The table of kernels that run in loops, joined from their families.
import { attributesOf, traitsOf, type DType, type Program, type ProgramNode } from '@lamella/program';
import { arrangementKernels } from './arrangement.js';
import { elementWiseKernels } from './element-wise.js';
import { indexingKernels } from './indexing.js';
import type { Kernel } from './kernel.js';
import { matrixKernels } from './matrices.js';
import { reductionKernels } from './reductions.js';

/** All kernels by name. */
export const kernels: ReadonlyMap<string, Kernel> = new Map(
  [elementWiseKernels, reductionKernels, matrixKernels, arrangementKernels, indexingKernels].flatMap(
    (family) => Object.entries(family),
  ),
);

const dtypes: ReadonlySet<DType> = new Set(['float32', 'int32', 'bool']);

/** Whether {@link compileProgram} can run a node. */
export function supports(node: ProgramNode, program: Program): boolean {
  const kernel = kernels.get(node.kernel);
  if (kernel === undefined) return false;
  const inputs = Object.fromEntries(
    Object.entries(node.inputs).map(([name, id]) => [name, program.type(id)]),
  );
  const outputs = node.outputs.map((id) => program.type(id));
  const isTyped = [...Object.values(inputs), ...outputs].every(({ dtype }) => dtypes.has(dtype));
  if (!isTyped || kernel.supports === undefined) return isTyped;
  return kernel.supports({ inputs, attrs: attributesOf(node, (id) => program.type(id)), outputs });
}

/**
 * Whether a node is supported and computes each element of its output from the elements of its inputs at the same
 * position, of the same shape, or from scalars: such nodes fuse into single loops that run at the speed of memory.
 */
export function isElementWise(node: ProgramNode, program: Program): boolean {
  if (traitsOf(node.kernel).elementWise === undefined || !supports(node, program)) return false;
  const { shape } = program.type(node.outputs[0]!);
  return Object.values(node.inputs).every((id) => {
    const input = program.type(id).shape;
    return input.every((size) => size === 1)
      ? input.length <= shape.length
      : input.length === shape.length && input.every((size, axis) => size === shape[axis]);
  });
}
