// What a capture says a kernel case gives, and what the current tfjs backend really gives. Not published.
import * as tf from '@tensorflow/tfjs-core';
import { capture } from '../capture.js';
import type { KernelCase } from './kernel-case.js';
import { argumentsFor, describeType, tensorOf } from './sample.js';

/** The types of the captured outputs. Throws when the case does not use its kernel. */
export function inferredTypes({ kernel, inputs, run }: KernelCase): string[] {
  const { program } = capture(run, argumentsFor(inputs));
  if (!program.nodes.some((node) => node.kernel === kernel))
    throw new Error(`${kernel} was not called, but ${program.nodes.map((node) => node.kernel).join(', ')}`);
  return program.outputs.map(({ id }) => describeType(program.type(id)));
}

/** The types of the tensors that come out when the case is run; none is left behind. */
export function computedTypes({ inputs, run }: KernelCase): string[] {
  return tf.tidy(() => [run(...inputs.map(tensorOf))].flat().map(describeType));
}
