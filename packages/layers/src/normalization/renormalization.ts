// Batch renormalization: in training, the batch's statistics are corrected towards moving ones, so that small batches
// train as large ones do. The weights and their updates are BatchNormalization's.
import * as tf from '@tensorflow/tfjs-core';
import { Initializer, nonNegativeOption, optionInvalid, type InitializerKey } from '@lamella/core';
import type { HostTensor, Shape, NumberDType } from '@lamella/program';

/** The bounds of the corrections; what is missing is not bounded. */
export interface RenormClipping {
  readonly rmax?: number;
  readonly rmin?: number;
  readonly dmax?: number;
}

/** Throws: OPTION_INVALID for other keys, and for bounds that exclude each other. */
export function renormClippingOf(subject: string, value: RenormClipping | null | undefined): RenormClipping {
  const given = value ?? {};
  const [unknown] = Object.keys(given).filter((key) => !['rmax', 'rmin', 'dmax'].includes(key));
  if (unknown !== undefined) throw optionInvalid(subject, 'renormClipping', 'rmax, rmin and dmax', unknown);
  for (const [key, bound] of Object.entries(given))
    nonNegativeOption.check(subject, `renormClipping.${key}`, bound);
  if ((given.rmin ?? 0) > (given.rmax ?? Infinity))
    throw optionInvalid(subject, 'renormClipping', 'an rmin of at most rmax', given);
  return { ...given };
}

/** What `(x - mean) / deviation` of the batch is multiplied with, and what is added then. No gradient flows through. */
export interface Correction {
  readonly factor: tf.Tensor;
  readonly shift: tf.Tensor;
}

/** Source: Ioffe (2017), algorithm 1. */
export function renormCorrection(
  batch: { readonly mean: tf.Tensor; readonly deviation: tf.Tensor },
  moving: { readonly mean: tf.Tensor; readonly deviation: tf.Tensor },
  epsilon: number,
  { rmax, rmin, dmax }: RenormClipping,
): Correction {
  // Before the first batches, the moving deviation may be 0.
  const deviation = tf.maximum(moving.deviation, Math.sqrt(epsilon));
  let factor = tf.div(batch.deviation, deviation);
  if (rmin !== undefined) factor = tf.maximum(factor, rmin);
  if (rmax !== undefined) factor = tf.minimum(factor, rmax);
  const shift = tf.div(tf.sub(batch.mean, moving.mean), deviation);
  return {
    factor: constantOf(factor),
    shift: constantOf(dmax === undefined ? shift : tf.clipByValue(shift, -dmax, dmax)),
  };
}

const constantOf = (x: tf.Tensor): tf.Tensor =>
  tf.customGrad((value) => ({ value: tf.clone(value as tf.Tensor), gradFunc: (dy) => tf.zerosLike(dy) }))(x);

/** The square roots of what another initializer gives: for deviations, of which only the variance has an initializer. */
export class SquareRoots extends Initializer {
  static readonly className = 'SquareRoots';

  constructor(private readonly squares: Initializer) {
    super();
  }

  override initialize(shape: Shape, dtype: NumberDType, key: InitializerKey): HostTensor {
    const tensor = this.squares.initialize(shape, dtype, key);
    tensor.data.forEach((square, i) => (tensor.data[i] = Math.sqrt(square)));
    return tensor;
  }
}
