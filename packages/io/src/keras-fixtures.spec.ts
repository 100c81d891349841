// What the specs share that read Keras' files: the fixtures, a composition, comparisons.
// No test itself: jest.config.js passes it over.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cpu } from '@lamella/backend-cpu';
import { clearNames, compose, Layer, type CallContext, type Plugin, type Weight } from '@lamella/core';
import { lambdas, namedFunction } from '@lamella/lambda';
import { initializers, layers } from '@lamella/layers';
import {
  allocateArray,
  flatten,
  HostTensor,
  sizeOf,
  unflatten,
  type NumberDType,
  type SymbolicShape,
} from '@lamella/program';
import { training, type Model } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import { io } from './io.js';

/** A tensor as the fixtures hold it. */
export interface GoldenTensor {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly data: readonly (number | string | boolean)[];
}

/** What stands in NAME.json beside the files NAME.*. */
export interface GoldenFile {
  readonly files: readonly string[];
  readonly inputs: readonly GoldenTensor[];
  readonly outputs: readonly GoldenTensor[];
  readonly weights: readonly (GoldenTensor & { readonly path: string })[];
  readonly optimizer_variables?: readonly (GoldenTensor & { readonly path: string })[];
  readonly resume?: readonly { x: GoldenTensor; y: GoldenTensor; logs: Record<string, number> }[];
  readonly weights_after_resume?: readonly GoldenTensor[];
  readonly evaluate?: {
    readonly x: Readonly<Record<string, GoldenTensor>>;
    readonly score: GoldenTensor;
    readonly more: readonly GoldenTensor[];
    readonly logs: Readonly<Record<string, number>>;
  };
}

/** Every model of the fixtures. */
export const names = [
  'mlp',
  'schedule',
  'sequential',
  'nested',
  'shared',
  'branches',
  'conv',
  'embedding',
  'cells',
  'groups',
  'wrapped',
  'regularized',
  'frozen',
  'lambda_bytecode',
  'tutorial',
  'lambda_arguments',
  'non_finite',
  'shared_objects',
  'masked',
  'records',
  'nested_records',
  'image_records',
  'given_masks',
  'positional_masks',
  'keyword_tensors',
  'compiled_records',
  'op_nodes',
  'more_op_nodes',
  'chunked_attributes',
  'optimizer_name',
  'compiled_only',
] as const;

const folder = new URL('../../../fixtures/keras/files/', import.meta.url);

export function pathOf(file: string): string {
  return fileURLToPath(new URL(file, folder));
}

export function bytesOf(file: string): Uint8Array {
  return new Uint8Array(readFileSync(pathOf(file)));
}

export function golden(name: string): GoldenFile {
  return JSON.parse(readFileSync(pathOf(`${name}.json`), 'utf8')) as GoldenFile;
}

export function hostTensor({ shape, dtype, data }: GoldenTensor): HostTensor {
  const values = allocateArray(dtype as NumberDType, sizeOf(shape));
  data.forEach((value, i) => (values[i] = Number(value)));
  return new HostTensor(values, shape, dtype as NumberDType);
}

const addTwo = namedFunction('tutorial>add_two', (x: tf.Tensor) => tf.add(x, 2));
const scaled = namedFunction('tutorial>scaled', (x: tf.Tensor, { factor }: { factor: number }) =>
  tf.mul(x, factor),
);

/** What the fixtures' Lambda of Python bytecode means. */
export const functions = { double_plus_two: (x: tf.Tensor): tf.Tensor => tf.add(tf.mul(x, 2), 2) };

/** The layer of the same name in tools/oracle/models.py. */
class Blend extends Layer {
  static readonly className = 'tutorial>Blend';
  static readonly callArguments = ['initialState', 'limits', 'isReversed'];
  private factor!: Weight;

  override build(shape: SymbolicShape): void {
    const size = shape.at(-1)!;
    this.factor = this.addWeight({ name: 'factor', shape: [size], initializer: initializers.ones() });
  }

  override call(x: tf.Tensor, { args }: CallContext): tf.Tensor {
    const { initialState, limits, isReversed } = args as {
      readonly initialState?: readonly [tf.Tensor, tf.Tensor];
      readonly limits?: { readonly low: tf.Tensor; readonly high: tf.Tensor };
      readonly isReversed?: boolean;
    };
    let y = tf.mul(x, this.factor.read());
    if (initialState !== undefined) y = tf.sub(tf.add(y, initialState[0]), initialState[1]);
    if (limits !== undefined) y = tf.minimum(tf.maximum(y, limits.low), limits.high);
    return isReversed === true ? tf.neg(y) : y;
  }
}

const tutorial = { name: 'tutorial', classes: { layers: [Blend] } };

/** A composition that knows the functions of the fixtures, or none. Names begin anew, as in a new process. */
export function composed(
  options: { readonly withFunctions?: boolean; readonly plugins?: readonly Plugin[] } = {},
) {
  clearNames();
  const known = options.withFunctions === false ? [] : [addTwo, scaled];
  return compose({
    backend: cpu(),
    plugins: [layers, lambdas({ functions: known }), training, io, tutorial, ...(options.plugins ?? [])],
  });
}

/** The largest difference, relative where values exceed 1. */
export function difference(found: HostTensor, expected: GoldenTensor): number {
  const wanted = hostTensor(expected);
  if (found.shape.join() !== wanted.shape.join())
    throw new Error(`[${found.shape}] instead of [${wanted.shape}]`);
  let worst = 0;
  found.data.forEach((value, i) => {
    const gap = Math.abs(value - wanted.data[i]!) / Math.max(1, Math.abs(wanted.data[i]!));
    worst = Number.isNaN(gap) ? Infinity : Math.max(worst, gap);
  });
  return worst;
}

/** The largest difference between what a model predicts and what Keras did. */
export async function predictionError(model: Model, { inputs, outputs }: GoldenFile): Promise<number> {
  const found = flatten(await model.predict(unflatten(model.inputStructure, inputs.map(hostTensor))));
  return Math.max(...outputs.map((expected, i) => difference(found[i]!, expected)));
}
