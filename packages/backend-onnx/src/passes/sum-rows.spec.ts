import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { capture, HostTensor } from '@lamella/program';
import { runProgram } from '@lamella/testing';
import { onnx } from '../onnx.js';
import { sumRows } from './sum-rows.js';

const sums = (shape: number[], axis: number[], keepDims = false) =>
  capture((x) => tf.sum(x, axis, keepDims), [{ name: 'x', shape, dtype: 'float32' }], { subject: 'sums' })
    .program;

const kernels = (shape: number[], axis: number[]): string[] =>
  sumRows(sums(shape, axis)).nodes.map(({ kernel }) => kernel);

describe('sumRows', () => {
  it('sums rows as a product with ones', () => {
    expect(kernels([3, 2], [0])).toEqual(['BatchMatMul', 'Reshape']);
    expect(kernels([2, 3, 2], [0, 1])).toEqual(['Reshape', 'BatchMatMul', 'Reshape']);
  });

  it('leaves other sums alone', () => {
    for (const [shape, axis] of [
      [[3, 2], [1]],
      [
        [3, 2],
        [0, 1],
      ],
      [[2, 3, 2], [0]],
      [[3], [0]],
      [[0, 2], [0]],
    ] as const)
      expect(kernels([...shape], [...axis])).not.toContain('BatchMatMul');
  });

  it('gives the sums', async () => {
    const x = new HostTensor(Float32Array.of(1, 2, 3, Infinity, 5, NaN), [3, 2]);
    for (const keepDims of [false, true]) {
      const program = sums([3, 2], [0], keepDims);
      const executable = await onnx({ smallWork: false }).compile(program);
      const [sum] = await runProgram(executable, program, [x]);
      expect([...sum!.data]).toEqual([9, NaN]);
      expect(sum!.shape).toEqual(keepDims ? [1, 2] : [2]);
      executable.dispose();
    }
  });
});
