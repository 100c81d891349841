import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { capture, gradients, type ArgumentSpec, type CaptureResult, type Program } from '@lamella/program';
import { fuseBias } from './fuse-bias.js';
import { prepareProgram } from './prepare-program.js';

function prepared(fn: (...inputs: tf.Tensor[]) => CaptureResult, ...shapes: number[][]): Program {
  const args = shapes.map((shape, i): ArgumentSpec => ({ name: `x${i}`, shape, dtype: 'float32' }));
  return fuseBias(prepareProgram(capture(fn, args).program));
}

const kernels = (program: Program): string[] => program.nodes.map((node) => node.kernel);

describe('prepareProgram and fuseBias', () => {
  it('joins bias and ReLU to a product', () => {
    const program = prepared((x, w, b) => tf.relu(tf.add(tf.matMul(x!, w!), b!)), [2, 3], [3, 4], [4]);
    expect(kernels(program)).toEqual(['_FusedMatMul']);
    expect(program.nodes[0]!.attrs['activation']).toBe('relu');
  });

  it('joins nothing that somebody else reads', () => {
    const program = prepared(
      (x, w, b) => {
        const product = tf.matMul(x!, w!);
        return [product, tf.add(product, b!)];
      },
      [2, 3],
      [3, 4],
      [4],
    );
    expect(kernels(program)).toEqual(['BatchMatMul', 'Add']);
  });

  it('gates a gradient by the result of ReLU, so that its argument is read once', () => {
    const program = prepared(
      (x, w, b) => {
        const y = tf.relu(tf.add(tf.matMul(x!, w!), b!));
        return gradients(tf.sum(tf.square(y)), [w!]) as tf.Tensor[];
      },
      [2, 3],
      [3, 4],
      [4],
    );
    expect(kernels(program)).toEqual(['_FusedMatMul', 'Step', 'Multiply', 'Multiply', 'BatchMatMul']);
  });

  it('gates a gradient before pooling spreads it, and adds up a bias there', () => {
    const program = prepared(
      (x, b) => {
        const y = tf.maxPool(tf.relu(tf.add(x!, b!)) as tf.Tensor4D, 2, 2, 'valid');
        return gradients(tf.sum(tf.square(y)), [b!]) as tf.Tensor[];
      },
      [1, 4, 4, 2],
      [2],
    );
    expect(kernels(program)).not.toContain('MaxPoolGrad');
    const gate = program.nodes.find(({ kernel }) => kernel === 'Step');
    expect(program.type(gate!.outputs[0]!).shape).toEqual([1, 2, 2, 2]);
  });

  it('gives softmax with cross-entropy the closed form of its gradient', () => {
    const program = prepared(
      (x, y) => {
        const p = tf.softmax(x!);
        const clipped = tf.clipByValue(tf.div(p, tf.sum(p, -1, true)), 1e-7, 1 - 1e-7);
        return gradients(tf.mean(tf.neg(tf.sum(tf.mul(y!, tf.log(clipped)), -1))), [x!]) as tf.Tensor[];
      },
      [4, 3],
      [4, 3],
    );
    // -y / n where it was not clipped, less the probabilities times its sum.
    expect(kernels(program).sort()).toEqual(
      ['Softmax', 'ClipByValue', 'Equal', 'Cast', 'Multiply', 'Multiply', 'Sum', 'Multiply', 'Sub'].sort(),
    );
  });
});
