// What a metric is: state that grows with each batch, and a result read from it. The metrics themselves are beside this.
import type * as tf from '@tensorflow/tfjs-core';
import { HostTensor, type Shape } from '@lamella/program';
import { snakeCaseClass, Weight, type Config, type Serializable, type SerializableKind } from '@lamella/core';

export interface MetricOptions {
  /** By default the class name in snake_case. */
  readonly name?: string;
}

/**
 * A metric. Subclasses create state with {@link addState} in the constructor, or at the first update, and implement
 * {@link update} and {@link result} in tfjs-core calls; both are captured into the training step.
 * Source: keras.metrics.Metric.
 */
export abstract class Metric implements Serializable {
  /** Options that it takes and `withOptions` does not declare. */
  static readonly plainOptions: readonly string[] = ['name'];
  static readonly kind: SerializableKind = 'metrics';

  readonly kind = 'metrics';
  readonly name: string;
  /** Whether larger or smaller is better; undefined where it cannot be said. */
  readonly direction: 'up' | 'down' | undefined = undefined;
  private readonly cells: Weight[] = [];

  constructor(options: MetricOptions = {}) {
    this.name = options.name ?? snakeCaseClass(this.className);
  }

  get className(): string {
    return (this.constructor as unknown as { className: string }).className;
  }

  /** How errors name it. */
  get label(): string {
    return `Metric "${this.name}"`;
  }

  /** Takes one batch into account. `mask` says which predictions count, where they carry a mask. */
  abstract update(
    yTrue: tf.Tensor,
    yPred: tf.Tensor,
    sampleWeight?: tf.Tensor | null,
    mask?: tf.Tensor | null,
  ): void;

  /** The value so far, a scalar. */
  abstract result(): tf.Tensor;

  /** The cells of its state. What they hold while a model runs is the pass's over the data: each begins anew. */
  get state(): readonly Weight[] {
    return this.cells;
  }

  getConfig(): Config {
    return { name: this.name };
  }

  protected addState(name: string, shape: Shape = [], initial = 0): Weight {
    const value = HostTensor.zeros(shape, 'float32');
    value.data.fill(initial);
    const weight = new Weight({ name, owner: this.name, value, trainable: false, startsAt: initial });
    this.cells.push(weight);
    return weight;
  }
}
