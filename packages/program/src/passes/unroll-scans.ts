// Scans written out step by step, for what knows no loops: graphs of Keras' operations. Scans in other nodes' Programs stay.
import type * as tf from '@tensorflow/tfjs-core';
import { scanHolder } from '../control-flow/scan-kernel.js';
import { scanKernel, type Program, type ProgramNode } from '../program.js';
import { inputTensors, replay, runNode } from '../replay.js';
import { recapture, type Values } from './recapture.js';

/** The same Program with scans written out, as long as they come to no more than so many nodes. */
export function unrollScans(program: Program, mostNodes = 2000): Program {
  const isShort = ({ kernel, attrs, programs }: ProgramNode): boolean =>
    kernel === scanKernel && (attrs['length'] as number) * programs!['body']!.nodes.length <= mostNodes;
  if (!program.nodes.some(isShort)) return program;
  return recapture(program, {
    node: (node, values) => {
      const results = isShort(node) ? unrolledNode(node, values) : runNode(node, values);
      node.outputs.forEach((id, i) => values.set(id, results[i]!));
    },
  });
}

/** What a scan does outside of a capture, done inside of one, is written down step by step. */
function unrolledNode(node: ProgramNode, values: Values): tf.Tensor[] {
  const inputs = inputTensors(node, values);
  const inline = (body: Program, given: readonly tf.Tensor[]): tf.Tensor[] =>
    replay(unrollScans(body), given);
  const { attrs, programs = {}, scope } = node;
  return scanHolder.run({ inputs, attrs, programs, scope }, inline);
}
