// Mean: the running weighted mean of values, and what most metrics are made of.
import * as tf from '@tensorflow/tfjs-core';
import { withOptions } from '@lamella/core';
import { Metric, type MetricOptions } from './metric.js';
import { samplewise } from './samplewise.js';

/** The weighted mean of everything {@link updateValues} was given. Source: keras.metrics.Mean. */
export class Mean extends withOptions(Metric, {}) {
  static readonly className: string = 'Mean';
  private readonly total = this.addState('total');
  private readonly count = this.addState('count');

  /** Takes values of any shape into account; inside a capture. */
  updateValues(values: tf.Tensor, sampleWeight: tf.Tensor | null = null): void {
    const { values: perSample, weight } = samplewise(values, sampleWeight);
    this.total.assign(tf.add(this.total.read(), tf.sum(perSample)));
    this.count.assign(
      tf.add(this.count.read(), weight === null ? (perSample.shape[0] ?? 1) : tf.sum(weight)),
    );
  }

  override update(yTrue: tf.Tensor, _yPred: tf.Tensor, sampleWeight: tf.Tensor | null = null): void {
    this.updateValues(yTrue, sampleWeight);
  }

  override result(): tf.Tensor {
    return tf.divNoNan(this.total.read(), this.count.read());
  }
}

/** Creates a {@link Mean}. */
export function mean(options: MetricOptions = {}): Mean {
  return new Mean(options);
}
