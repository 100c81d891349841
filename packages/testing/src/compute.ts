// One function of tensors, computed once: as a Program on a backend, or at once by tfjs.
import type { Backend } from '@lamella/core';
import { capture, flatten, HostTensor, type CaptureResult, type Tree } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { argumentsFor } from './kernel-case.js';
import { runProgram } from './run-program.js';

/** What a function gives, captured and run on `backend`. Throws what the function throws. */
export async function compute(
  backend: Backend,
  fn: (...inputs: tf.Tensor[]) => CaptureResult,
  inputs: readonly HostTensor[],
): Promise<HostTensor[]> {
  const { program } = capture(fn, argumentsFor(inputs));
  const executable = await backend.compile(program);
  try {
    return await runProgram(executable, program, inputs);
  } finally {
    executable.dispose();
  }
}

/** What tfjs calls give on its own backend "cpu", at once; all else is disposed of. */
export async function eagerly(fn: () => Tree<tf.Tensor>): Promise<HostTensor[]> {
  const { backendName } = tf.engine();
  await tf.setBackend('cpu');
  let found: HostTensor[] = [];
  try {
    tf.tidy(() => {
      found = flatten(fn()).map((x) => {
        // tfjs casts integers to floats without another array: only the dtype says what they are.
        const values = HostTensor.zeros(x.shape, x.dtype as 'float32');
        values.data.set(x.dataSync());
        return values;
      });
    });
    return found;
  } finally {
    if (backendName !== undefined && backendName !== 'cpu') await tf.setBackend(backendName);
  }
}
