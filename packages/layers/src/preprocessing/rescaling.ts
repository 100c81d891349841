// Rescaling: values times a scale, plus an offset; bytes of images to [0, 1], for one.
import * as tf from '@tensorflow/tfjs-core';
import { Layer, numberOption, optionInvalid, optionKind, withOptions } from '@lamella/core';
import { formatShape, shapeMismatch } from '@lamella/program';
import type { OptionsFor } from '../options/declarations.js';
import { floatTensor, singleTensor } from '../options/single-input.js';

/** One number, or one for each channel (the last axis). */
export type PerChannel = number | readonly number[];

const perChannelOption = optionKind<PerChannel>({ check: perChannel, isFloat: true });

const options = {
  /** What values are multiplied with: one number, or one a channel. */
  scale: perChannelOption(),
  /** What is added then. Default 0. */
  offset: perChannelOption(0),
};

/** The options of {@link Rescaling}. */
export type RescalingOptions = OptionsFor<typeof options>;

/**
 * `x * scale + offset`, in float32. Source: keras.layers.Rescaling.
 * Shapes: any to the same. Throws: OPTION_INVALID, SHAPE_MISMATCH.
 *
 * @example
 * const images = input({ shape: [28, 28, 1], dtype: 'uint8' });
 * const pixels = rescaling({ scale: 1 / 255 }).apply(images);
 */
export class Rescaling extends withOptions(Layer, options) {
  static readonly className = 'Rescaling';

  override get supportsMasking(): boolean {
    return true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = floatTensor(singleTensor(this.label, inputs));
    const scaled = tf.mul(x, this.factor('scale', this.scale, x));
    return this.offset === 0 ? scaled : tf.add(scaled, this.factor('offset', this.offset, x));
  }

  private factor(option: string, value: PerChannel, x: tf.Tensor): number | tf.Tensor {
    if (typeof value === 'number') return value;
    if (value.length === x.shape.at(-1)) return tf.tensor1d([...value], 'float32');
    throw shapeMismatch(
      this.label,
      `${option} has ${value.length} numbers, expected one for each of the last dimension, got input ${formatShape(x.shape)}`,
    );
  }
}

function perChannel(subject: string, option: string, value: unknown): PerChannel {
  if (!Array.isArray(value)) return numberOption.check(subject, option, value);
  if (value.length === 0) throw optionInvalid(subject, option, 'a number, or one for each channel', value);
  return value.map((item) => numberOption.check(subject, option, item));
}

/** Makes a {@link Rescaling}. */
export function rescaling(given: RescalingOptions): Rescaling {
  return new Rescaling(given);
}
