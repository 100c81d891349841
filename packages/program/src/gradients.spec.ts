import { beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { capture, withScope } from './capture.js';
import type { DType } from './dtype.js';
import { gradients, stopGradients } from './gradients.js';
import { removeDeadCode } from './passes/remove-dead-code.js';
import type { Program } from './program.js';
import type { ArgumentSpec } from './recorder.js';
import { replay } from './replay.js';

beforeAll(() => tf.setBackend('cpu'));

function arg(shape: number[], dtype: DType = 'float32'): ArgumentSpec {
  return { name: 'x', shape, dtype };
}

function kernels({ nodes }: Program): string[] {
  return nodes.map(({ kernel }) => kernel);
}

/** The gradient of a loss by its one vector of numbers. */
function slope(loss: (x: tf.Tensor) => tf.Tensor, values: number[]): number[] {
  const { program } = capture((x) => gradients(loss(x), [x])[0]!, [arg([values.length])]);
  return tf.tidy(() => [...(replay(program, [tf.tensor1d(values)])[0]!.dataSync() as Float32Array)]);
}

describe('gradients()', () => {
  it('are those of the sum where the result is no scalar', () => {
    expect(slope((x) => tf.square(x), [1, 2])).toEqual([2, 4]);
  });

  it('start from dy where it is given', () => {
    const { program } = capture((x) => gradients(tf.square(x), [x], tf.tensor1d([10, 1]))[0]!, [arg([2])]);
    expect(replay(program, [tf.tensor1d([1, 2])])[0]!.arraySync()).toEqual([20, 4]);
  });

  it('of a value by itself are ones', () => {
    expect(slope((x) => x, [5, 6])).toEqual([1, 1]);
  });

  it('go no further back than where they are stopped, and may be taken there', () => {
    const loss = (x: tf.Tensor): [tf.Tensor, tf.Tensor] => {
      const twice = tf.mul(x, 2);
      stopGradients(twice);
      return [tf.add(tf.mul(twice, 3), x), twice];
    };
    expect(slope((x) => loss(x)[0], [1])).toEqual([1]);
    const { program } = capture(
      (x) => {
        const [y, twice] = loss(x);
        return gradients(y, [twice])[0]!;
      },
      [arg([1])],
    );
    expect(replay(program, [tf.tensor1d([1])])[0]!.arraySync()).toEqual([3]);
  });

  it('add up over all uses of a value', () => {
    expect(slope((x) => tf.add(tf.mul(x, x), tf.mul(x, 3)), [1, 2])).toEqual([5, 7]);
    expect(slope((x) => tf.addN([x, x, x]), [1])).toEqual([3]);
    expect(slope((x) => tf.concat([x, tf.mul(x, 2), x]), [1])).toEqual([4]);
  });

  it('are null where the result does not depend on the input', () => {
    capture(
      (x, y) => {
        const [toX, toY] = gradients(tf.square(x), [x, y]);
        expect(toX).not.toBeNull();
        expect(toY).toBeNull();
        expect(gradients(tf.ones([2]), [x])).toEqual([null]);
        return toX!;
      },
      [arg([2]), arg([2])],
    );
  });

  it.each([
    ['a cast to integers', (x: tf.Tensor) => tf.cast(tf.cast(x, 'int32'), 'float32')],
    ['a comparison', (x: tf.Tensor) => tf.cast(tf.greater(x, 1), 'float32')],
    ['indices', (x: tf.Tensor) => tf.cast(tf.argMax(x), 'float32')],
    ['rounding', (x: tf.Tensor) => tf.round(x)],
    ['zeros like it', (x: tf.Tensor) => tf.zerosLike(x)],
  ])('stop at %s', (_what, fn) => {
    capture(
      (x) => {
        expect(gradients(fn(x), [x])).toEqual([null]);
        return x;
      },
      [arg([2])],
    );
  });

  it('by integers are null', () => {
    capture(
      (x, i) => {
        expect(gradients(tf.gather(x, i), [i])).toEqual([null]);
        return x;
      },
      [arg([3]), arg([2], 'int32')],
    );
  });

  it('go through masks, choices and the Huber loss, which tfjs cannot', () => {
    expect(slope((x) => tf.where(tf.greater(x, 0), tf.square(x), tf.mul(x, -1)), [2, -3])).toEqual([4, -1]);
    expect(slope((x) => tf.mul(x, tf.cast(tf.greater(x, 1), 'float32')), [2, 0.5])).toEqual([1, 0]);
    const huber = (x: tf.Tensor) => {
      const size = tf.abs(x);
      return tf.where(tf.lessEqual(size, 1), tf.mul(tf.square(x), 0.5), tf.sub(size, 0.5));
    };
    expect(slope(huber, [0.25, 3, -3])).toEqual([0.25, 1, -1]);
    expect(() => tf.grad((x) => tf.where(tf.greater(x, 0), x, tf.mul(x, 2)))(tf.tensor1d([1]))).toThrow();
  });

  it('share out ties as Keras does', () => {
    expect(slope((x) => tf.max(x), [1, 3, 3])).toEqual([0, 0.5, 0.5]);
    expect(slope((x) => tf.min(x), [1, 1, 3, 1]).map((value) => value.toFixed(4))).toEqual([
      '0.3333',
      '0.3333',
      '0.0000',
      '0.3333',
    ]);
    expect(slope((x) => tf.maximum(x, tf.tensor1d([2, 2])), [2, 1])).toEqual([1, 0]);
  });

  it('are finite at the edge of a domain that is not used', () => {
    expect(slope((x) => tf.pow(x, tf.tensor1d([0, 2])), [0, 3])).toEqual([0, 6]);
    expect(slope((x) => tf.prod(x), [0, 2, 3])).toEqual([6, 0, 0]);
  });

  it('take part in what is differentiated again', () => {
    const second = (fn: (x: tf.Tensor) => tf.Tensor) => (x: tf.Tensor) => gradients(fn(x), [x])[0]!;
    const close = (got: number[], wanted: number[]) =>
      wanted.forEach((value, i) => expect(got[i]).toBeCloseTo(value, 4));
    close(
      slope(
        second((x) => tf.pow(x, 3)),
        [1, 2],
      ),
      [6, 12],
    );
    close(slope(second(tf.sin), [0.5]), [-Math.sin(0.5)]);
    close(slope(second(tf.sigmoid), [0]), [0]);
    close(slope(second(tf.exp), [1]), [Math.E]);
    close(slope(second(second((x) => tf.pow(x, 4))), [2]), [48]);
    // The gradient penalty: the squared length of 2(x·w)w is 4(x·w)²|w|².
    const penalty = (w: tf.Tensor) => {
      const x = tf.tensor2d([[1, 2]]);
      const y = tf.matMul(x, tf.reshape(w, [2, 1]));
      return tf.sum(tf.square(gradients(tf.square(y), [x])[0]!));
    };
    expect(slope(penalty, [3, 1])).toEqual([1000, 1000]);
  });

  it('of a convolution are differentiated again', () => {
    const { program } = capture(
      (x, w) => {
        const y = tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same');
        const [toX] = gradients(tf.square(y), [x]);
        return gradients(tf.square(toX!), [w])[0]!;
      },
      [arg([1, 2, 2, 1]), arg([1, 1, 1, 1])],
    );
    // y = wx, so the gradient is 2w²x and the sum of its squares 4w⁴Σx², whose slope is 16w³Σx².
    const found = tf.tidy(() =>
      replay(program, [tf.ones([1, 2, 2, 1]), tf.fill([1, 1, 1, 1], 2)])[0]!.dataSync(),
    );
    expect(found[0]).toBeCloseTo(16 * 8 * 4, 2);
  });

  it('write nothing for inputs that were not asked for', () => {
    const product = (wanted: 'a' | 'b') =>
      capture(
        (a, b) => {
          const y = tf.matMul(a, b);
          return gradients(y, [wanted === 'a' ? a : b])[0]!;
        },
        [arg([2, 3]), arg([3, 4])],
      ).program;
    expect(kernels(product('a'))).toEqual(['BatchMatMul', 'Fill', 'BatchMatMul']);
    expect(kernels(product('b'))).toEqual(['BatchMatMul', 'Fill', 'BatchMatMul']);
    expect(product('a').nodes[2]!.attrs).toEqual({ transposeA: false, transposeB: true });
  });

  it('write nothing that a dead code removal would take away', () => {
    const program = capture(
      (x) => {
        const { values } = tf.topk(tf.relu(tf.add(x, 1)), 2);
        return gradients(values, [x])[0]!;
      },
      [arg([2, 4])],
    ).program;
    const alive = removeDeadCode(program);
    expect(kernels(alive)).toEqual(kernels(program));
  });

  it('do not walk back past the inputs', () => {
    const { program } = capture(
      (x) => {
        const h = tf.exp(x);
        return gradients(tf.mul(h, 2), [h])[0]!;
      },
      [arg([2])],
    );
    expect(kernels(program).filter((kernel) => kernel === 'Exp')).toHaveLength(1);
    expect(kernels(removeDeadCode(program))).not.toContain('Exp');
  });

  it('carry the scope that they come from', () => {
    const { program } = capture(
      (x) => {
        const y = withScope('dense_1', () => tf.tanh(x));
        return gradients(y, [x])[0]!;
      },
      [arg([2])],
    );
    expect(new Set(program.nodes.map(({ scope }) => scope))).toEqual(
      new Set(['dense_1', '', 'gradient/dense_1']),
    );
  });

  it('refuse a dy of another shape', () => {
    const wrong = () => capture((x) => gradients(tf.square(x), [x], tf.ones([3]))[0]!, [arg([2])]);
    expect(wrong).toThrow('[SHAPE_MISMATCH] Function: a gradient of shape [3] came for a value of shape [2]');
  });

  it('exist inside captures only', () => {
    expect(() => gradients(tf.scalar(1), [])).toThrow('[CAPTURE_MISSING] gradients(): it works on');
  });
});

describe('tf.grad() inside a captured function', () => {
  it('works as outside, by tfjs’ own gradients', () => {
    const { program } = capture((x) => tf.grad((t) => tf.sum(tf.mul(t, tf.sigmoid(t))))(x), [arg([2])]);
    const x = tf.tensor1d([0, 1]);
    const sigmoid = 1 / (1 + Math.exp(-1));
    const found = tf.tidy(() => replay(program, [x])[0]!.dataSync());
    expect(found[0]).toBeCloseTo(0.5, 5);
    expect(found[1]).toBeCloseTo(sigmoid + sigmoid * (1 - sigmoid), 5);
  });
});
