// What is registered with lamella is known to all its functions, the bare ones too; importing it shares nothing.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from '@jest/globals';
import * as lamella from './index.js';

const { dense, input, model, register, registerFunction, HostTensor, Initializer } = lamella;

class Sevens extends Initializer {
  static readonly className = 'spec>Sevens';
  override initialize(shape: readonly number[]): lamella.HostTensor {
    const values = HostTensor.zeros(shape);
    values.data.fill(7);
    return values;
  }
}

describe('names in lamella', () => {
  it('are those of Keras, until something is registered', async () => {
    expect(() => dense({ units: 1, activation: 'spec>double' })).toThrow('[IDENTIFIER_UNKNOWN]');
    registerFunction('spec>double', (x: tf.Tensor) => tf.mul(x, 2));
    registerFunction('spec>distance', (yTrue: tf.Tensor, yPred: tf.Tensor) =>
      tf.mean(tf.abs(tf.sub(yTrue, yPred)), -1),
    );
    expect(() => dense({ units: 1, kernelInitializer: 'spec>Sevens' })).toThrow('[IDENTIFIER_UNKNOWN]');
    register('initializers', Sevens);
    const x = input({ shape: [2] });
    const y = dense({ units: 1, activation: 'spec>double', kernelInitializer: 'spec>Sevens' }).apply(x);
    const net = model({ inputs: x, outputs: y });
    net.compile({ loss: 'spec>distance', metrics: ['spec>distance'] });
    // 2 * (7 + 14) = 42.
    expect(await net.evaluate([[1, 2]], [[0]])).toEqual({ loss: 42, 'spec>distance': 42 });
  });
});
