// A Program captured anew, node by node, for passes that write nodes as other tfjs calls. Names, scopes and updates stay.
import type * as tf from '@tensorflow/tfjs-core';
import { abstractTensor, currentRecorder } from '../capture-backend.js';
import { capture } from '../capture.js';
import type { Program, ProgramConstant, ProgramNode, ValueId } from '../program.js';
import { constantTensor } from '../replay.js';

/** The tensors of a Program's values, by their numbers there. */
export type Values = Map<ValueId, tf.Tensor>;

/** What stands for the parts of a Program. */
export interface Recapture {
  /** Sets what stands for the outputs of a node. */
  readonly node: (node: ProgramNode, values: Values) => void;
  /** Sets what stands for a constant; without it, or where it gives false, a tensor does. */
  readonly constant?: (constant: ProgramConstant) => boolean;
}

/** See the head of this file. */
export function recapture(program: Program, { node: write, constant: keep }: Recapture): Program {
  const { program: made } = capture(() => {
    const recorder = currentRecorder()!;
    const values: Values = new Map();
    for (const { id, ...input } of program.inputs)
      values.set(id, abstractTensor(recorder, recorder.input(input, program.type(id))));
    for (const constant of program.constants) {
      if (keep?.(constant) === true) continue;
      values.set(constant.id, constantTensor(constant, program.type(constant.id)));
    }
    for (const node of program.nodes) {
      const run = (): void => write(node, values);
      if (node.scope === '') run();
      else recorder.within(node.scope, run);
    }
    return program.outputs.map(({ id }) => values.get(id)!);
  }, []);
  return made.with({
    outputs: made.outputs.map(({ id }, i) => ({ id, name: program.outputs[i]!.name })),
    updates: program.updates,
  });
}
