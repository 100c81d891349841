// Masks through graphs: where they arise, pass and end, and that symbolic tensors know.
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { flatten, type SymbolicShape, type Tree } from '@lamella/program';
import { dense, embedding } from '@lamella/layers';
import { Functional } from '@lamella/training';
import { callContext, type CallContext } from './call-context.js';
import { input } from './input.js';
import { Layer } from './layer.js';
import type { SymbolicTensor } from './symbolic-tensor.js';

class Times extends Layer {
  static readonly className = 'Times';
  constructor(private readonly factor: number) {
    super();
  }
  override get supportsMasking(): boolean {
    return true;
  }
  override call(x: tf.Tensor): tf.Tensor {
    return tf.mul(x, this.factor);
  }
}

const times = (factor: number): Times => new Times(factor);

beforeAll(() => {
  tf.env().set('IS_TEST', true); // tfjs greets Node's users else
  return tf.setBackend('cpu');
});

describe('masks', () => {
  /** Gives out its mask as numbers. */
  class Show extends Layer {
    static readonly className = 'Show';
    override call(x: tf.Tensor, context: CallContext): tf.Tensor {
      return context.mask === null ? tf.zeros([1]) : tf.cast(context.mask, 'float32');
    }
  }
  class Ends extends Times {
    override get supportsMasking(): boolean {
      return false;
    }
  }
  const shown = (between: (x: SymbolicTensor) => SymbolicTensor): number[] => {
    const x = input({ shape: [3], dtype: 'int32' });
    const words = embedding({ inputDim: 5, outputDim: 2, maskZero: true }).apply(x);
    const model = new Functional({ inputs: x, outputs: new Show().apply(between(words)) });
    return tf.tidy(() => {
      const tokens = tf.tensor2d([[1, 0, 2]], [1, 3], 'int32');
      return [...flatten(model.apply(tokens))[0]!.dataSync()];
    });
  };

  it('pass through layers that support them', () => {
    expect(shown((words) => times(2).apply(words))).toEqual([1, 0, 1]);
  });

  it('end at layers that do not', () => {
    expect(shown((words) => new Ends(2).apply(words))).toEqual([0]);
  });

  it('pass through nested models', () => {
    const x = input({ shape: [3, 2] });
    const inner = new Functional({ inputs: x, outputs: times(2).apply(x) });
    expect(shown((words) => inner.apply(words) as SymbolicTensor)).toEqual([1, 0, 1]);
  });

  it('are known of symbolic tensors, where they arise, pass and end', () => {
    const x = input({ shape: [3], dtype: 'int32' });
    const words = embedding({ inputDim: 5, outputDim: 2, maskZero: true }).apply(x);
    const nested = input({ shape: [3, 2] });
    const inner = new Functional({ inputs: nested, outputs: times(2).apply(nested) });
    const dropping = new Functional({ inputs: nested, outputs: new Ends(2).apply(nested) });
    const maskOf = (tensor: Tree<SymbolicTensor>): SymbolicShape | null => (tensor as SymbolicTensor).mask;
    expect([x, words, times(2).apply(words), inner.apply(words)].map(maskOf)).toEqual([
      null,
      [null, 3],
      [null, 3],
      [null, 3],
    ]);
    expect(
      [new Ends(2).apply(words), dropping.apply(words), dense({ units: 1 }).apply(input({ shape: [1] }))].map(
        maskOf,
      ),
    ).toEqual([null, null, null]);
  });

  it('reach the call of a layer while its shapes are inferred', () => {
    class Needs extends Layer {
      static readonly className = 'Needs';
      override call(x: tf.Tensor, context: CallContext): tf.Tensor {
        return tf.mul(x, tf.expandDims(tf.cast(context.mask!, 'float32'), -1));
      }
    }
    const x = input({ shape: [null], dtype: 'int32' });
    const words = embedding({ inputDim: 5, outputDim: 2, maskZero: true }).apply(x);
    expect(new Needs().apply(words).shape).toEqual([null, null, 2]);
  });

  it('come out of a model beside its outputs', () => {
    const x = input({ shape: [2], dtype: 'int32' });
    const model = new Functional({
      inputs: x,
      outputs: embedding({ inputDim: 5, outputDim: 2, maskZero: true }).apply(x),
    });
    const mask = tf.tidy(() => {
      const { masks } = model.invoke(tf.tensor2d([[0, 3]], [1, 2], 'int32'), callContext());
      return [...masks[0]!.dataSync()];
    });
    expect(mask).toEqual([0, 1]);
  });
});
