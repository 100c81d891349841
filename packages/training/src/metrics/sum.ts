// Sum: the running weighted sum of values.
import * as tf from '@tensorflow/tfjs-core';
import { withOptions } from '@lamella/core';
import { product } from '../losses/reduce.js';
import { Metric, type MetricOptions } from './metric.js';

/** The weighted sum of everything {@link updateValues} was given. Source: keras.metrics.Sum. */
export class Sum extends withOptions(Metric, {}) {
  static readonly className = 'Sum';
  private readonly total = this.addState('total');

  /** Takes values of any shape into account; inside a capture. */
  updateValues(values: tf.Tensor, sampleWeight: tf.Tensor | null = null): void {
    const floats = tf.cast(values, 'float32');
    const weight = product(sampleWeight, null, floats);
    this.total.assign(tf.add(this.total.read(), tf.sum(weight === null ? floats : tf.mul(floats, weight))));
  }

  override update(yTrue: tf.Tensor, _yPred: tf.Tensor, sampleWeight: tf.Tensor | null = null): void {
    this.updateValues(yTrue, sampleWeight);
  }

  override result(): tf.Tensor {
    return this.total.read();
  }
}

/** Creates a {@link Sum}. */
export function sum(options: MetricOptions = {}): Sum {
  return new Sum(options);
}
