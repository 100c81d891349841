import { describe, expect, it } from '@jest/globals';
import { capture, HostTensor, isOpenProgram, type OpenProgram, type Shape } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { commonRows, openStep, type Layout } from './open-step.js';

const zeros = (...shapes: Shape[]): HostTensor[] => shapes.map((shape) => HostTensor.zeros(shape));

describe('the step of inputs of one layout', () => {
  const asked: Shape[][] = [];
  const captureFor = (inputs: readonly Layout[]) => {
    asked.push(inputs.map(({ shape }) => shape));
    return capture(() => tf.scalar(1), []);
  };
  const open = (...shapes: Shape[]): OpenProgram =>
    openStep(zeros(...shapes), captureFor).program as OpenProgram;

  it('gives the Program for so many rows of every input, captured once', () => {
    asked.length = 0;
    const program = open([1, 3], [1, 2, 2]);
    expect(program.at(5)).toBe(program.at(5));
    program.at(1);
    expect(asked).toEqual([
      [
        [1, 3],
        [1, 2, 2],
      ],
      [
        [5, 3],
        [5, 2, 2],
      ],
    ]);
  });

  it('keeps the Programs of 32 sizes, those that were used last', () => {
    const program = open([1, 3]);
    const [first, second] = [program.at(1), program.at(2)];
    for (let rows = 3; rows <= 32; rows++) program.at(rows);
    expect(program.at(1)).toBe(first);
    program.at(33);
    expect(program.at(1)).toBe(first);
    expect(program.at(2)).not.toBe(second);
  });

  it('is for that batch alone where inputs have different numbers of rows, or none', () => {
    expect([zeros([2, 3], [2, 1]), zeros([2, 3], [1, 3]), zeros([]), []].map(commonRows)).toEqual([
      2,
      undefined,
      undefined,
      undefined,
    ]);
    expect(isOpenProgram(open([2, 3], [1, 3]))).toBe(false);
  });
});
