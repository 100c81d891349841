// SpectralNormalization: before each step of training, the kernel of the layer that it wraps is divided by its largest singular
// value, which power iteration estimates.
import * as tf from '@tensorflow/tfjs-core';
import {
  isLayer,
  Layer,
  option,
  optionInvalid,
  positiveIntegerOption,
  withOptions,
  type CallContext,
  type Weight,
} from '@lamella/core';
import type { SymbolicShape, Tree } from '@lamella/program';
import { truncatedNormal } from '../initializers/index.js';
import type { OptionsFor } from '../options/declarations.js';
import { singleShape, singleTensor } from '../options/single-input.js';

const options = {
  /** What has a kernel, or embeddings. */
  layer: option<Layer>({
    check: (subject, name, given) => {
      if (isLayer(given)) return given;
      throw optionInvalid(subject, name, 'a layer', given);
    },
  }),
  /** How often the estimate is improved at each step. Default 1. */
  powerIterations: positiveIntegerOption(1),
};

/** The options of {@link SpectralNormalization}. */
export type SpectralNormalizationOptions = OptionsFor<typeof options>;

/**
 * Keeps the spectral norm of a layer's kernel at 1 in training: the kernel itself is replaced, and gradients are those of the
 * kernel that replaces it, as in Keras on TensorFlow and PyTorch. Source: Miyato and others (2018), keras.layers.SpectralNormalization.
 * Around embeddings it gives floats; Keras casts those to the integers that came in.
 * Shapes: those of the layer. Throws: OPTION_INVALID, and what the layer throws.
 *
 * @example
 * spectralNormalization({ layer: dense({ units: 4 }) }).apply(input({ shape: [3] })).shape; // [null, 4]
 */
export class SpectralNormalization extends withOptions(Layer, options) {
  static readonly className = 'SpectralNormalization';
  private kernel!: Weight;
  private vector!: Weight;

  constructor(given: SpectralNormalizationOptions) {
    super(given);
    this.addLayer('layer', this.layer);
  }

  override build(inputShape: Tree<SymbolicShape>): void {
    this.layer.ensureBuilt(singleShape(this.label, inputShape));
    const kernel = this.layer.weights.find(({ shortName }) => ['kernel', 'embeddings'].includes(shortName));
    if (kernel === undefined)
      throw optionInvalid(this.label, 'layer', 'a layer with a kernel or embeddings', this.layer.label);
    this.kernel = this.shareWeight(kernel);
    this.vector = this.addWeight({
      name: 'vector_u',
      shape: [1, kernel.shape.at(-1)!],
      dtype: kernel.dtype,
      initializer: truncatedNormal({ stddev: 0.02 }),
      trainable: false,
    });
  }

  override call(inputs: tf.Tensor | tf.Tensor[], { training }: CallContext): tf.Tensor {
    const x = singleTensor(this.label, inputs);
    if (training) this.normalizeKernel();
    return this.layer.apply(x) as tf.Tensor;
  }

  /** A kernel of zeros stays, and so does the estimate then. */
  private normalizeKernel(): void {
    const kernel = this.kernel.read();
    const matrix = tf.reshape(kernel, [-1, kernel.shape.at(-1)!]) as tf.Tensor2D;
    let u = this.vector.read() as tf.Tensor2D;
    let v = u;
    for (let i = 0; i < this.powerIterations; i++) {
      v = unit(tf.matMul(u, matrix, false, true));
      u = unit(tf.matMul(v, matrix));
    }
    const sigma = tf.matMul(tf.matMul(v, matrix), u, false, true);
    const isZero = tf.all(tf.equal(kernel, 0));
    this.vector.assign(tf.where(isZero, this.vector.read(), u));
    this.kernel.assign(tf.where(isZero, kernel, tf.div(kernel, tf.reshape(sigma, []))));
  }
}

/** Keras' `normalize` over all values. */
function unit(x: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(x, tf.minimum(tf.rsqrt(tf.sum(tf.square(x))), 1e7));
}

/** Makes a {@link SpectralNormalization}. */
export function spectralNormalization(given: SpectralNormalizationOptions): SpectralNormalization {
  return new SpectralNormalization(given);
}
