import { beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { scan } from '../control-flow/scan.js';
import { floats } from '../testing/sample.js';
import { programOf, valuesOf, type Computation } from '../testing/same-computation.js';
import { unrollScans } from './unroll-scans.js';

beforeAll(() => tf.setBackend('cpu'));

const samples = [floats([2], -1, 1), floats([3, 2, 2], -1, 1)];
const nested: Computation = (h, xs) =>
  scan(
    (carry: tf.Tensor, x: tf.Tensor) => {
      const [inner, all] = scan((c: tf.Tensor, row: tf.Tensor) => [tf.sin(tf.add(c, row)), row], carry, x, {
        reverse: true,
      });
      return [inner, tf.sum(all)];
    },
    h!,
    xs!,
  );

describe('unrollScans', () => {
  it('writes scans out, those within scans too, and changes no number', () => {
    const program = programOf(nested, samples);
    const unrolled = unrollScans(program);
    expect(unrolled.nodes.map(({ kernel }) => kernel)).not.toContain('Scan');
    expect(valuesOf(unrolled, samples)).toEqual(valuesOf(program, samples));
  });

  it('leaves what would become too much', () => {
    const program = programOf(nested, samples);
    expect(unrollScans(program, 2)).toBe(program);
  });
});
