// Rescaling: values times a scale, plus an offset; bytes of images to [0, 1], for one.
import * as tf from '@tensorflow/tfjs-core';
import { Layer, optionInvalid, type Config, type LayerOptions } from '@lamella/core';
import { formatShape, shapeMismatch } from '@lamella/program';
import { finite } from '../options/checks.js';
import { floatTensor, singleTensor } from '../options/single-input.js';

/** One number, or one for each channel (the last axis). */
export type PerChannel = number | readonly number[];

/** The options of {@link Rescaling}. */
export interface RescalingOptions extends LayerOptions {
  readonly scale: PerChannel;
  readonly offset?: PerChannel;
}

/**
 * `x * scale + offset`, in float32. Source: keras.layers.Rescaling.
 * Shapes: any to the same. Throws: OPTION_INVALID, SHAPE_MISMATCH.
 *
 * @example
 * const images = input({ shape: [28, 28, 1], dtype: 'uint8' });
 * const pixels = rescaling({ scale: 1 / 255 }).apply(images);
 */
export class Rescaling extends Layer {
  static readonly className = 'Rescaling';
  readonly scale: PerChannel;
  readonly offset: PerChannel;

  constructor(options: RescalingOptions) {
    super(options);
    this.scale = perChannel(this.label, 'scale', options.scale);
    this.offset = perChannel(this.label, 'offset', options.offset ?? 0);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = floatTensor(singleTensor(this.label, inputs));
    const scaled = tf.mul(x, this.factor('scale', this.scale, x));
    return this.offset === 0 ? scaled : tf.add(scaled, this.factor('offset', this.offset, x));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), scale: this.scale, offset: this.offset };
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
  if (!Array.isArray(value)) return finite(subject, option, value);
  if (value.length === 0) throw optionInvalid(subject, option, 'a number, or one for each channel', value);
  return value.map((item) => finite(subject, option, item));
}

/** Makes a {@link Rescaling}. */
export function rescaling(options: RescalingOptions): Rescaling {
  return new Rescaling(options);
}
