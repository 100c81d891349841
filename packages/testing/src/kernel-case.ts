// A kernel case: a function of tfjs-core calls and host tensors to call it with, from which a Program is captured.
// Its numbers are made by a formula, so that no two elements are equal and every run sees the same ones.
import * as tf from '@tensorflow/tfjs-core';
import {
  allocateArray,
  capture,
  computeDType,
  gradients,
  HostTensor,
  sizeOf,
  type ArgumentSpec,
  type CaptureResult,
  type Program,
  type Shape,
  type NumberDType,
} from '@lamella/program';

export interface KernelCase {
  /** The end of the sentence "computes ...". */
  readonly name: string;
  readonly inputs: readonly HostTensor[];
  readonly fn: (...inputs: tf.Tensor[]) => CaptureResult;
  /** Whether the gradient of the one result by each float input is compared too. */
  readonly withGradient?: boolean;
  /** In place of the suite's tolerance, where an approximation of tfjs itself is coarser. */
  readonly tolerance?: number;
}

/** Distinct numbers between `low` and `high`. */
export function floats(shape: Shape, low = -2, high = 2): HostTensor {
  const part = (i: number): number => ((i + 1) * 0.6180339887498949) % 1;
  return filled(shape, 'float32', (i) => low + (high - low) * part(i));
}

/** Whole numbers from 0 to `limit` - 1. */
export function integers(shape: Shape, limit: number, dtype: NumberDType = 'int32'): HostTensor {
  return filled(shape, dtype, (i) => (i * 7 + 3) % limit);
}

export function booleans(shape: Shape): HostTensor {
  return filled(shape, 'bool', (i) => Number(i % 3 === 0));
}

/** Given values, as a list or of a given shape. */
export function list(
  values: readonly number[],
  dtype: NumberDType = 'float32',
  shape: Shape = [values.length],
): HostTensor {
  return filled(shape, dtype, (i) => values[i]!);
}

function filled(shape: Shape, dtype: NumberDType, value: (index: number) => number): HostTensor {
  const data = allocateArray(dtype, sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = value(i);
  return new HostTensor(data, shape, dtype);
}

/** How the inputs look to a capture. */
export function argumentsFor(inputs: readonly HostTensor[]): ArgumentSpec[] {
  return inputs.map((input, i) => {
    const dtype = computeDType(input.dtype);
    return {
      name: `x${i}`,
      shape: input.shape,
      dtype,
      ...(input.dtype !== dtype && { storage: input.dtype }),
    };
  });
}

/** The Program of a case, with the gradients as further outputs where they are asked for. */
export function programOf({ fn, inputs, withGradient }: KernelCase): Program {
  return capture((...xs) => {
    const result = fn(...xs);
    if (withGradient !== true) return result;
    const y = result as tf.Tensor;
    const dy = floats(y.shape, 0.5, 1.5);
    const given = gradients(
      y,
      xs.filter((x) => x.dtype === 'float32'),
      tf.tensor(dy.data as Float32Array, y.shape),
    );
    return [y, ...given.filter((gradient) => gradient !== null)];
  }, argumentsFor(inputs)).program;
}

/** Every kernel in a Program. */
export function kernelsIn(program: Program): Set<string> {
  return new Set(program.nodes.map((node) => node.kernel));
}
