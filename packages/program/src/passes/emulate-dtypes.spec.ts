import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { asFloat } from '../capture-backend.js';
import { capture, withComputeDType, withFullPrecision, withScope } from '../capture.js';
import { cond } from '../control-flow/cond.js';
import { scan } from '../control-flow/scan.js';
import { whileLoop } from '../control-flow/while-loop.js';
import type { FloatDType } from '../dtype.js';
import { gradients } from '../gradients.js';
import { roundToFloat } from '../narrow-floats.js';
import { OpenProgram } from '../open-program/open-program.js';
import { readOpenProgram, writeOpenProgram } from '../open-program/open-program-json.js';
import type { Program } from '../program.js';
import { replay } from '../replay.js';
import { emulateDTypes, heldDType } from './emulate-dtypes.js';

const float32 = { name: 'plain', computes: ['float32', 'int32', 'bool'] } as const;
const x = { name: 'x', shape: [4], dtype: 'float32' } as const;

function programIn(dtype: FloatDType, fn: (x: tf.Tensor) => tf.Tensor | tf.Tensor[]): Program {
  return capture((given) => withScope('layer', () => withComputeDType(dtype, () => fn(given))), [x]).program;
}

const kernels = (program: Program): string[] => program.nodes.map(({ kernel }) => kernel);

function run(program: Program, values: number[]): number[][] {
  return tf.tidy(() =>
    replay(emulateDTypes(program, float32), [tf.tensor1d(values)]).map((output) => [...output.dataSync()]),
  );
}

beforeAll(async () => {
  tf.env().set('IS_TEST', true); // tfjs greets Node's users else
  await tf.setBackend('cpu');
});

describe('emulateDTypes()', () => {
  it('gives back the very same Program where the backend computes in all of its dtypes', () => {
    const plain = programIn('float32', (v) => tf.sqrt(tf.add(v, 1)));
    expect(emulateDTypes(plain, float32)).toBe(plain);
    const narrow = programIn('float16', (v) => tf.sqrt(v));
    expect(emulateDTypes(narrow, { name: 'wide', computes: [...float32.computes, 'float16'] })).toBe(narrow);
    expect(emulateDTypes(narrow, float32)).toBe(emulateDTypes(narrow, float32));
    expect([
      heldDType('float16', float32),
      heldDType('float64', float32),
      heldDType('int32', float32),
    ]).toEqual(['float32', 'float64', 'int32']);
  });

  it('rounds what is computed, and not what is only moved or chosen', () => {
    const program = programIn('float16', (v) => {
      const moved = tf.reshape(tf.relu(tf.neg(v)), [2, 2]);
      return tf.mul(tf.concat([moved, tf.transpose(moved)]), 3);
    });
    expect(kernels(program)).toEqual([
      'Cast',
      'Neg',
      'Relu',
      'Reshape',
      'Transpose',
      'Concat',
      'Cast',
      'Multiply',
    ]);
    // The constant is rounded beforehand.
    expect(kernels(emulateDTypes(program, float32))).toEqual([
      'RoundTo',
      'Neg',
      'Relu',
      'Reshape',
      'Transpose',
      'Concat',
      'Multiply',
      'RoundTo',
    ]);
  });

  it.each(['float16', 'bfloat16'] as const)('computes in %s as its numbers are', (dtype) => {
    const values = [0.1, 1.7, 300.2, 70000];
    const round = (value: number): number => roundToFloat(value, dtype);
    const [found] = run(
      programIn(dtype, (v) => tf.add(tf.square(v), 0.1)),
      values,
    );
    expect(found).toEqual(values.map((v) => round(round(round(v) ** 2) + round(0.1))));
  });

  it('leaves parts that need float32 in it', () => {
    const [mean, whole] = run(
      programIn('float16', (v) => [
        tf.mean(tf.square(v)),
        asFloat(
          withFullPrecision(() => tf.mean(tf.square(v))),
          'float16',
        ),
      ]),
      [300, 300, 0, 0],
    );
    expect([mean, whole]).toEqual([[Infinity], [44992]]);
  });

  it('takes gradients in the dtype of what they are of', () => {
    const { program } = capture(
      (given) => {
        const y = withComputeDType('float16', () => tf.sum(tf.square(given)));
        return gradients(y, [given])[0]!;
      },
      [x],
    );
    expect(program.type(program.outputs[0]!.id).dtype).toBe('float32');
    // 0.1 is 0.0999755859375 in float16, twice that is too.
    expect(run(program, [0.1, 1, 2, 3])[0]).toEqual([0.199951171875, 2, 4, 6]);
  });

  it('goes into loops and branches, and their gradients', () => {
    const { program } = capture(
      (given) => {
        const y = withComputeDType('bfloat16', () => {
          const [total] = scan(
            (sum: tf.Tensor, item: tf.Tensor) => [tf.add(sum, tf.mul(item, 0.1)), null],
            tf.zeros([]),
            given,
          );
          const doubled = cond(
            tf.greater(total, 0),
            () => tf.mul(total, 2),
            () => tf.zeros([]),
          );
          return whileLoop(
            (value: tf.Tensor) => tf.less(value, 100),
            (value) => tf.mul(value, 3),
            doubled,
            { maximumIterations: 2 },
          );
        });
        return [y, gradients(y, [given])[0]!];
      },
      [x],
    );
    const round = (value: number): number => roundToFloat(value, 'bfloat16');
    const tenth = round(0.1);
    const total = [1, 2, 3, 4].reduce((sum, item) => round(sum + round(round(item) * tenth)), 0);
    const [y, gradient] = run(program, [1, 2, 3, 4]);
    expect(y).toEqual([round(round(round(total * 2) * 3) * 3)]);
    expect(gradient).toEqual(new Array(4).fill(round(18 * tenth)));
  });

  it('keeps the dtypes of a Program in its files', () => {
    const program = programIn('float16', (v) => tf.square(v));
    const json: unknown = JSON.parse(JSON.stringify(writeOpenProgram(OpenProgram.of(program))));
    expect(json).toMatchObject({ version: 2, nodes: [{ float: 'float16' }, { float: 'float16' }] });
    const again = readOpenProgram(json).at();
    expect(again.type(again.outputs[0]!.id).dtype).toBe('float16');
    expect(run(again, [0.1, 0, 0, 0])).toEqual(run(program, [0.1, 0, 0, 0]));
    expect(
      JSON.parse(JSON.stringify(writeOpenProgram(OpenProgram.of(programIn('float32', (v) => tf.square(v)))))),
    ).toMatchObject({
      version: 1,
    });
  });

  it('refuses float64, by the name of the layer', () => {
    expect(() =>
      emulateDTypes(
        programIn('float64', (v) => tf.square(v)),
        float32,
      ),
    ).toThrow(
      '[DTYPE_UNSUPPORTED] Layer "layer": expected a dtype that backend "plain" computes in (float32, int32, bool), got float64.',
    );
  });
});
