// Mean: the running weighted mean of values, and what most metrics are made of.
import * as tf from '@tensorflow/tfjs-core';
import { sizeOf } from '@lamella/program';
import type { Weight } from '@lamella/core';
import { alignWeight } from '../losses/reduce.js';
import { Metric, type MetricOptions } from './metric.js';

/** The weighted mean of everything {@link updateValues} was given. Source: keras.metrics.Mean. */
export class Mean extends Metric {
  static readonly className: string = 'Mean';
  private readonly total: Weight;
  private readonly count: Weight;

  constructor(options: MetricOptions = {}) {
    super('mean', options);
    this.total = this.addState('total');
    this.count = this.addState('count');
  }

  /** Takes values of any shape into account. */
  updateValues(values: tf.Tensor, sampleWeight: tf.Tensor | null = null): void {
    if (sampleWeight === null) {
      this.total.assign(tf.add(this.total.read(), tf.sum(values)));
      this.count.assign(tf.add(this.count.read(), sizeOf(values.shape)));
      return;
    }
    const weight = tf.broadcastTo(alignWeight(tf.cast(sampleWeight, 'float32'), values), values.shape);
    this.total.assign(tf.add(this.total.read(), tf.sum(tf.mul(values, weight))));
    this.count.assign(tf.add(this.count.read(), tf.sum(weight)));
  }

  override update(yTrue: tf.Tensor, _yPred: tf.Tensor, sampleWeight: tf.Tensor | null): void {
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
