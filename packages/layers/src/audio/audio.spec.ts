// STFTSpectrogram and MelSpectrogram.
import { describe, expect, it } from '@jest/globals';
import { onnx } from '@lamella/backend-onnx';
import { compose, input, type SymbolicTensor } from '@lamella/core';
import { signal } from '@lamella/program';
import { floats, testLayer } from '@lamella/testing';
import { training } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { layers } from '../layers.js';
import { melSpectrogram, MelSpectrogram } from './mel-spectrogram.js';
import { stftSpectrogram, STFTSpectrogram } from './stft-spectrogram.js';

testAgainstKeras(STFTSpectrogram);
testAgainstKeras(MelSpectrogram);

testLayer(
  stftSpectrogram,
  [{ name: 'of two channels', options: { frameLength: 4, mode: 'psd' }, inputs: floats([2, 9, 2]) }],
  {
    reload,
    rejects: [
      {
        name: 'a step longer than its frames',
        run: () => stftSpectrogram({ frameLength: 4, frameStep: 5, name: 's' }),
        code: 'OPTION_INVALID',
        says: ['STFTSpectrogram "s": frameStep: expected at most frameLength (4), got 5'],
      },
      {
        name: 'a transform shorter than its frames',
        run: () => stftSpectrogram({ frameLength: 4, fftLength: 2, name: 's' }),
        code: 'OPTION_INVALID',
        says: ['fftLength: expected at least frameLength (4), got 2'],
      },
      {
        name: 'a window of another length',
        run: () => stftSpectrogram({ frameLength: 4, window: [1, 1] }).apply(input({ shape: [9, 1] })),
        code: 'SHAPE_MISMATCH',
        says: ['expected a window of 4 values, got 2'],
      },
      {
        name: 'signals without channels',
        run: () => stftSpectrogram({ frameLength: 4, name: 's' }).apply(input({ shape: [9] })),
        code: 'RANK_MISMATCH',
        says: ['STFTSpectrogram "s": expected rank 3 ([batch, steps, channels])'],
      },
      {
        name: 'integers',
        run: () =>
          stftSpectrogram({ frameLength: 4, name: 's' }).apply(input({ shape: [9, 1], dtype: 'int32' })),
        code: 'DTYPE_MISMATCH',
        says: ['STFTSpectrogram "s": expected signals of floats, got int32'],
      },
      {
        name: 'signals shorter than its frames',
        run: () => stftSpectrogram({ frameLength: 4, name: 's' }).apply(input({ shape: [3, 1] })),
        code: 'SHAPE_MISMATCH',
        says: ['STFTSpectrogram "s": expected 4 steps or more, got 3'],
      },
    ],
  },
);

const small = { fftLength: 8, sequenceStride: 4, samplingRate: 100, numMelBins: 3 } as const;

testLayer(melSpectrogram, [{ name: 'of signals', options: small, inputs: floats([2, 20]) }], {
  reload,
  rejects: [
    {
      name: 'a window longer than its transform',
      run: () => melSpectrogram({ fftLength: 4, sequenceLength: 5, name: 'm' }),
      code: 'OPTION_INVALID',
      says: ['MelSpectrogram "m": sequenceLength: expected at most fftLength (4), got 5'],
    },
    {
      name: 'a window of another length',
      run: () => melSpectrogram({ ...small, window: [1, 2], name: 'm' }).apply(input({ shape: [20] })),
      code: 'SHAPE_MISMATCH',
      says: ['MelSpectrogram "m": expected a window of 8 values, got 2'],
    },
    {
      name: 'a signal shorter than half a transform',
      run: () => melSpectrogram({ ...small, name: 'm' }).apply(input({ shape: [4] })),
      code: 'SHAPE_MISMATCH',
      says: ['MelSpectrogram "m": expected a signal of more than 4 values'],
    },
    {
      name: 'signals of several channels',
      run: () => melSpectrogram({ ...small, name: 'm' }).apply(input({ shape: [20, 2] })),
      code: 'RANK_MISMATCH',
      says: ['MelSpectrogram "m": expected rank 2 ([batch, time])'],
    },
  ],
});

describe('Signals of any length', () => {
  const { model } = compose({ backend: onnx(), plugins: [layers, training] });

  it('go through one model', async () => {
    const x = input({ shape: [null], name: 'x' });
    const bands = melSpectrogram(small).apply(x) as SymbolicTensor;
    expect(bands.shape).toEqual([null, 3, null]);
    const net = model({ inputs: x, outputs: bands });
    const [short, long] = [await net.predict([wave(16)]), await net.predict([wave(24)])];
    expect([short.shape, long.shape]).toEqual([
      [1, 3, 5],
      [1, 3, 7],
    ]);
  });

  it('go through transforms that are longer than most sequences', () => {
    const shapeOf = (outputs: unknown): unknown => (outputs as SymbolicTensor).shape;
    expect(shapeOf(melSpectrogram().apply(input({ shape: [null] })))).toEqual([null, 128, null]);
    expect(shapeOf(melSpectrogram().apply(input({ batchShape: [null] })))).toEqual([128, null]);
    const spectra = stftSpectrogram({ frameLength: 4096 });
    expect(shapeOf(spectra.apply(input({ shape: [null, 1] })))).toEqual([null, null, 2049]);
  });

  it('may come alone', async () => {
    const x = input({ batchShape: [16] });
    expect((melSpectrogram(small).apply(x) as SymbolicTensor).shape).toEqual([3, 5]);
  });
});

const wave = (length: number): number[] => Array.from({ length }, (_, i) => Math.sin(i * i));

describe('signal.frames', () => {
  it('takes parts that overlap', () => {
    expect(signal.frames(tf.tensor1d([1, 2, 3, 4, 5, 6]), 3, 2).arraySync()).toEqual([
      [1, 2, 3],
      [3, 4, 5],
    ]);
  });

  it('refuses a signal that is shorter than one', () => {
    expect(() => signal.frames(tf.tensor1d([1, 2]), 3, 2)).toThrow(
      '[SHAPE_MISMATCH] signal.frames: expected a signal of 3 values or more, got [2]',
    );
  });
});
