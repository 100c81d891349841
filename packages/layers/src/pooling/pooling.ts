// What the pooling layers share, over sequences, images or volumes: windows, strides, padding, and where the channels stand.
import * as tf from '@tensorflow/tfjs-core';
import { Layer, option, withOptions } from '@lamella/core';
import { formatShape, shapeMismatch } from '@lamella/program';
import { dataFormatOption, paddingOption, sizesOption, type OptionsFor } from '../options/declarations.js';
import { singleTensor } from '../options/single-input.js';
import { nounOf, requireRank, sizesOf, withChannelsLast, type SizesOption } from '../options/spatial.js';

interface Windowed {
  readonly dimensions: 1 | 2 | 3;
  readonly poolSize: readonly number[];
}

const options = {
  /** The size of the window: one for all dimensions, or one each. Default 2. */
  poolSize: sizesOption(2),
  /** Default `valid`. */
  padding: paddingOption(),
  /** How far the window moves at a time. Default null, its own size. */
  strides: option<SizesOption | null, readonly number[]>({
    check: (subject, name, given, owner) => {
      const { dimensions, poolSize } = owner as Windowed;
      return given === null ? poolSize : sizesOf(subject, name, given, dimensions);
    },
    default: null,
  }),
  /** Default `channels_last`. */
  dataFormat: dataFormatOption(),
};

/** The options of {@link Pooling}. */
export type PoolingOptions = OptionsFor<typeof options>;

/** A layer that pools windows; of what, its {@link dimensions} say. */
export abstract class Pooling extends withOptions(Layer, options) {
  static readonly fileFacts = { builtAtOnce: true };

  /** 1 for sequences, 2 for images, 3 for volumes. */
  abstract get dimensions(): 1 | 2 | 3;

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = singleTensor(this.label, inputs);
    requireRank(this.label, x.shape, this.dataFormat, this.dimensions);
    return withChannelsLast(x, this.dataFormat, (examples) => {
      const sizes = examples.shape.slice(1, -1);
      if (this.padding === 'valid' && this.poolSize.some((size, i) => size > sizes[i]!)) {
        throw shapeMismatch(
          this.label,
          `its window ${formatShape(this.poolSize)} is larger than the ${nounOf(this.dimensions)} ${formatShape(sizes)} (input ${formatShape(x.shape)})`,
          "choose a smaller poolSize, or padding: 'same'",
        );
      }
      // A sequence is an image of one row.
      return this.dimensions === 1
        ? tf.squeeze(this.pool(tf.expandDims(examples, 1), [1, ...this.poolSize], [1, ...this.strides]), [1])
        : this.pool(examples, [...this.poolSize], [...this.strides]);
    });
  }

  /** Pools images or volumes whose channels stand last. */
  protected abstract pool(x: tf.Tensor, window: number[], strides: number[]): tf.Tensor;
}

/** A function of tfjs-core that pools images, and the one that pools volumes. */
interface Kernels {
  readonly images: typeof tf.maxPool;
  readonly volumes: typeof tf.maxPool3d;
}

/** Pools with the function for images or for volumes, as the rank says. */
export function poolWith(
  { images, volumes }: Kernels,
  x: tf.Tensor,
  window: number[],
  strides: number[],
  padding: 'valid' | 'same',
): tf.Tensor {
  return x.rank === 4
    ? images(x as tf.Tensor4D, window as [number, number], strides as [number, number], padding)
    : volumes(
        x as tf.Tensor5D,
        window as [number, number, number],
        strides as [number, number, number],
        padding,
      );
}
