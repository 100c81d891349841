// What the promises of backends share: one small Program, buffers for it, and what is in them.
import * as tf from '@tensorflow/tfjs-core';
import type { Backend, Buffer } from '@lamella/core';
import { capture, HostTensor, type ArgumentSpec, type Program, type StateSlot } from '@lamella/program';
import { assertClose } from '../assertions.js';

/** One promise: a sentence and its proof. */
export interface ContractTest {
  readonly name: string;
  readonly run: (backend: Backend) => Promise<void>;
}

/** Of runs whose random numbers do not matter. */
export const key = { seed: 7, step: 11 };
/** The argument of {@link addTwo}. */
export const x: ArgumentSpec = { name: 'x', shape: [2, 3], dtype: 'float32' };
/** A Program. */
export const addTwo = (): Program => capture((a) => tf.add(a!, 2), [x]).program;
/** A cell of state, like the argument. */
export const cell = (name: string): StateSlot => ({ name, shape: [2, 3], dtype: 'float32' });
/** The values and a number. */
export const plus = (tensor: HostTensor, value: number): HostTensor =>
  new HostTensor(
    Float32Array.from(tensor.data, (v) => v + value),
    tensor.shape,
  );
/** A buffer with these values. */
export const bufferOf = (backend: Backend, values: HostTensor): Buffer => {
  const buffer = backend.buffer(values);
  buffer.write(values);
  return buffer;
};
/** A buffer for what {@link addTwo} gives. */
export const outputOf = (backend: Backend): Buffer => backend.buffer({ shape: [2, 3], dtype: 'float32' });
/** Throws unless the buffer has these values. */
export const assertHolds = async (buffer: Buffer, values: HostTensor, tolerance = 0): Promise<void> =>
  assertClose(await buffer.read(), values, tolerance);
