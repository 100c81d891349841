// Scans written out step by step, for what knows no loops: graphs of Keras' operations. Scans in other nodes' Programs stay.
import type * as tf from '@tensorflow/tfjs-core';
import { abstractTensor, currentRecorder } from '../capture-backend.js';
import { capture } from '../capture.js';
import { scanHolder } from '../control-flow/scan-kernel.js';
import { scanKernel, type Program, type ProgramNode, type ValueId } from '../program.js';
import { constantTensor, replay, runNode } from '../replay.js';

/** The same Program with scans written out, as long as they come to no more than so many nodes. */
export function unrollScans(program: Program, mostNodes = 2000): Program {
  const isShort = ({ kernel, attrs, programs }: ProgramNode): boolean =>
    kernel === scanKernel && (attrs['length'] as number) * programs!['body']!.nodes.length <= mostNodes;
  if (!program.nodes.some(isShort)) return program;
  const { program: unrolled } = capture(() => {
    const recorder = currentRecorder()!;
    const values = new Map<ValueId, tf.Tensor>();
    for (const { id, ...input } of program.inputs)
      values.set(id, abstractTensor(recorder, recorder.input(input, program.type(id))));
    for (const constant of program.constants)
      values.set(constant.id, constantTensor(constant, program.type(constant.id)));
    for (const node of program.nodes) {
      const run = (): tf.Tensor[] => (isShort(node) ? unrolledNode(node, values) : runNode(node, values));
      const results = node.scope === '' ? run() : recorder.within(node.scope, run);
      node.outputs.forEach((id, i) => values.set(id, results[i]!));
    }
    return program.outputs.map(({ id }) => values.get(id)!);
  }, []);
  return unrolled.with({
    outputs: unrolled.outputs.map(({ id }, i) => ({ id, name: program.outputs[i]!.name })),
    updates: program.updates,
  });
}

/** What a scan does outside of a capture, done inside of one, is written down step by step. */
function unrolledNode(node: ProgramNode, values: ReadonlyMap<ValueId, tf.Tensor>): tf.Tensor[] {
  const inputs = Object.fromEntries(Object.entries(node.inputs).map(([name, id]) => [name, values.get(id)!]));
  const inline = (body: Program, given: readonly tf.Tensor[]): tf.Tensor[] =>
    replay(unrollScans(body), given);
  return scanHolder.run({ inputs, attrs: node.attrs, programs: node.programs! }, inline);
}
