// SpatialDropout1D, 2D and 3D: in training, whole channels of an example become 0, and the others grow.
import type * as tf from '@tensorflow/tfjs-core';
import { fractionOption, seedOption, withOptions, type CallContext, type Config } from '@lamella/core';
import { random, type SymbolicShape } from '@lamella/program';
import { dataFormatOption, type OptionsFor } from '../options/declarations.js';
import { floatTensor, singleTensor } from '../options/single-input.js';
import { requireRank, windowAxes, type DataFormat } from '../options/spatial.js';
import { ShapePreserving } from '../shape-preserving.js';

const options = {
  /** The share of channels that become 0. */
  rate: fractionOption(),
  /** Default null, the model's. */
  seed: seedOption(),
};

const imageOptions = {
  /** Where the channels stand. Default `channels_last`. */
  dataFormat: dataFormatOption(),
};

/** The options of {@link SpatialDropout1D}. */
export type SpatialDropout1DOptions = OptionsFor<typeof options>;
/** The options of {@link SpatialDropout2D}. */
export type SpatialDropout2DOptions = OptionsFor<typeof options & typeof imageOptions>;
/** The options of {@link SpatialDropout3D}. */
export type SpatialDropout3DOptions = SpatialDropout2DOptions;

/** What the three share. Source: Tompson and others (2014). */
abstract class SpatialDropout extends withOptions(ShapePreserving, options) {
  static readonly fileFacts = { builtAtOnce: true };
  declare readonly dataFormat?: DataFormat;

  /** How many axes there are beside batch and channels. */
  abstract get dimensions(): number;

  /** Keras' own takes no `trainable`. */
  override getConfig(): Config {
    const { trainable: _trainable, ...config } = super.getConfig();
    return config;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
    const x = floatTensor(singleTensor(this.label, inputs));
    this.checkShape(x.shape);
    if (!context.training || this.rate === 0) return x;
    const axes = windowAxes(this.dataFormat ?? 'channels_last', this.dimensions);
    const noiseShape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    return random.dropout(x, this.rate, { noiseShape, ...(this.seed !== null && { seed: this.seed }) });
  }

  protected override checkShape(shape: SymbolicShape): void {
    requireRank(this.label, shape, this.dataFormat ?? 'channels_last', this.dimensions);
  }
}

/**
 * Drops whole features of sequences in training. Source: keras.layers.SpatialDropout1D.
 * Shapes: [batch, steps, channels] to the same. Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * const y = spatialDropout1D({ rate: 0.2 }).apply(input({ shape: [10, 8] }));
 */
export class SpatialDropout1D extends SpatialDropout {
  static readonly className = 'SpatialDropout1D';

  override get dimensions(): 1 {
    return 1;
  }
}

/**
 * Drops whole channels of images in training. Source: keras.layers.SpatialDropout2D.
 * Shapes: [batch, height, width, channels] to the same, or with the channels first. Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * const y = spatialDropout2D({ rate: 0.2 }).apply(input({ shape: [28, 28, 8] }));
 */
export class SpatialDropout2D extends withOptions(SpatialDropout, imageOptions) {
  static readonly className = 'SpatialDropout2D';

  override get dimensions(): 2 {
    return 2;
  }
}

/**
 * Drops whole channels of volumes in training. Source: keras.layers.SpatialDropout3D.
 * Shapes: [batch, depth, height, width, channels] to the same, or with the channels first. Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * const y = spatialDropout3D({ rate: 0.2 }).apply(input({ shape: [8, 28, 28, 4] }));
 */
export class SpatialDropout3D extends withOptions(SpatialDropout, imageOptions) {
  static readonly className = 'SpatialDropout3D';

  override get dimensions(): 3 {
    return 3;
  }
}

/** Makes a {@link SpatialDropout1D}. */
export function spatialDropout1D(given: SpatialDropout1DOptions): SpatialDropout1D {
  return new SpatialDropout1D(given);
}

/** Makes a {@link SpatialDropout2D}. */
export function spatialDropout2D(given: SpatialDropout2DOptions): SpatialDropout2D {
  return new SpatialDropout2D(given);
}

/** Makes a {@link SpatialDropout3D}. */
export function spatialDropout3D(given: SpatialDropout3DOptions): SpatialDropout3D {
  return new SpatialDropout3D(given);
}
