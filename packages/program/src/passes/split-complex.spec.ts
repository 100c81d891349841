import { describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { capture } from '../capture.js';
import { gradients } from '../gradients.js';
import type { Program } from '../program.js';
import { replay } from '../replay.js';
import { splitComplex } from './split-complex.js';

const rows = (shape: readonly number[]): tf.Tensor =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i * 1.7 + 0.3)),
    [...shape],
  );

async function expectSame(program: Program, given: readonly tf.Tensor[]): Promise<void> {
  await tf.setBackend('cpu');
  const split = splitComplex(program);
  expect(split.values.filter(({ dtype }) => dtype === 'complex64')).toEqual([]);
  const [wanted, got] = [replay(program, given), replay(split, given)];
  wanted.forEach((tensor, i) => {
    expect(got[i]!.shape).toEqual(tensor.shape);
    const expected = [...tensor.dataSync()];
    [...got[i]!.dataSync()].forEach((value, k) => expect(value).toBeCloseTo(expected[k]!, 3));
  });
}

const x = (shape: readonly number[]) => [{ name: 'x', shape, dtype: 'float32' as const }];

describe('complex numbers as pairs of real ones', () => {
  it.each([1, 2, 5, 8, 67, 96, 130])('transform %i numbers forward and back', async (length) => {
    const { program } = capture(
      (a) => {
        const there = tf.fft(tf.complex(a!, tf.sin(a!)));
        const back = tf.ifft(there);
        return [tf.real(there), tf.imag(there), tf.real(back), tf.imag(back)];
      },
      x([2, length]),
    );
    await expectSame(program, [rows([2, length])]);
  });

  it('transform an impulse to a constant', () => {
    const { program } = capture(
      (a) => {
        const there = tf.fft(tf.complex(a!, tf.zerosLike(a!)));
        return [tf.real(there), tf.imag(there)];
      },
      x([4]),
    );
    const [real, imag] = replay(splitComplex(program), [tf.tensor([0, 1, 0, 0])]);
    [1, 0, -1, 0].forEach((value, i) => expect(real!.dataSync()[i]).toBeCloseTo(value, 6));
    [0, -1, 0, 1].forEach((value, i) => expect(imag!.dataSync()[i]).toBeCloseTo(value, 6));
  });

  it('compute magnitudes, products, quotients and inverse real transforms', async () => {
    const { program } = capture(
      (a) => {
        const there = tf.spectral.rfft(a!);
        const part = tf.slice(a!, [0, 0], [-1, 5]);
        const other = tf.complex(tf.cos(part), tf.mul(part, 0.5));
        return [
          tf.abs(there),
          tf.abs(tf.mul(there, other)),
          tf.real(tf.sub(there, other)),
          tf.spectral.irfft(there),
          tf.imag(tf.concat([there, other], 0)),
        ];
      },
      x([3, 8]),
    );
    await expectSame(program, [rows([3, 8])]);
  });

  it('have gradients', async () => {
    const { program } = capture(
      (a) => {
        const power = tf.square(tf.abs(tf.spectral.rfft(a!)));
        return gradients(tf.sum(power), [a!]).map((gradient) => gradient!);
      },
      x([2, 6]),
    );
    await expectSame(program, [rows([2, 6])]);
  });

  it('leave a Program without any as it is', () => {
    const { program } = capture((a) => tf.add(a!, 1), x([2]));
    expect(splitComplex(program)).toBe(program);
  });
});
