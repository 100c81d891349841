import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { HostTensor } from '@lamella/program';
import { Functional } from '@lamella/training';
import { input } from './input.js';
import { Layer } from './layer.js';
import { guardWeights, runningLayers } from './weight-access.js';
import { Weight } from './weight.js';

const weight = new Weight({ name: 'w', owner: 'l', value: HostTensor.zeros([1]) });
const refuse = (): never => {
  throw new Error('refused');
};

beforeAll(() => {
  tf.env().set('IS_TEST', true); // tfjs greets Node's users else
  return tf.setBackend('cpu');
});

describe('a guard of weights', () => {
  it('is asked at each access, and gone afterwards', () => {
    const asked: string[] = [];
    guardWeights(
      (one) => asked.push(one.name),
      () => {
        weight.read().dispose();
        expect(() => guardWeights(refuse, () => weight.read())).toThrow('refused');
      },
    );
    weight.read().dispose();
    expect(asked).toEqual(['l/w', 'l/w']);
  });

  it('is asked beside those around it', () => {
    expect(() =>
      guardWeights(refuse, () =>
        guardWeights(
          () => undefined,
          () => weight.read(),
        ),
      ),
    ).toThrow('refused');
  });

  it('is gone after an error too', () => {
    expect(() => guardWeights(refuse, () => weight.assign({} as tf.Tensor))).toThrow('refused');
    expect(() => weight.read().dispose()).not.toThrow();
  });
});

describe('the running layers', () => {
  it('are those whose call is under way, graphs not among them', () => {
    const seen: string[][] = [];
    class Part extends Layer {
      static readonly className = 'Part';
      constructor(
        name: string,
        private readonly inner?: Part,
      ) {
        super({ name });
      }
      override call(x: tf.Tensor): tf.Tensor {
        seen.push(runningLayers().map((layer) => layer.name));
        return this.inner?.apply(x) ?? x;
      }
    }
    const x = input({ batchShape: [1, 1] });
    new Functional({ inputs: x, outputs: new Part('outer', new Part('inner')).apply(x) });
    expect(seen).toEqual([['outer'], ['outer', 'inner']]);
    expect(runningLayers()).toEqual([]);
  });
});
