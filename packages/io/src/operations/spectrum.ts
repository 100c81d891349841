// keras.ops.math: Fourier transforms of numbers in two tensors, real and imaginary, and of signals in windows.
import { signal } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { cut, lengthOf } from './along-axes.js';
import {
  toFloat,
  withOptions,
  type OperationCall,
  type OperationDefinition,
} from './operation-definition.js';
import { laidAt, placesOf, stepsIn } from './patches.js';

const parts = (x: tf.Tensor): [tf.Tensor, tf.Tensor] => [tf.real(x), tf.imag(x)];

/** The numbers that two tensors hold. */
function complex(call: OperationCall): tf.Tensor {
  const given = call.tensors('x').map(toFloat);
  if (given.length !== 2) throw call.fail('expected two tensors, real and imaginary parts');
  return tf.complex(given[0]!, given[1]!);
}

const ofComplex = (fn: (x: tf.Tensor) => tf.Tensor): OperationDefinition => ({
  parameters: ['x'],
  options: [],
  run: (call) => parts(fn(complex(call))),
});

/** Along the last two axes. */
const inBoth =
  (fn: (x: tf.Tensor) => tf.Tensor) =>
  (x: tf.Tensor): tf.Tensor => {
    const turned = x.shape.map((_, i) => i);
    turned.splice(-2, 2, x.rank - 1, x.rank - 2);
    return tf.transpose(fn(tf.transpose(fn(x), turned)), turned);
  };

export const FFT = ofComplex((x) => tf.fft(x));
export const FFT2 = ofComplex(inBoth((x) => tf.fft(x)));
export const IFFT2 = ofComplex(inBoth((x) => tf.ifft(x)));

export const RFFT = withOptions(['fft_length'], (x, call) =>
  parts(tf.rfft(toFloat(x), call.option('fft_length') === null ? lengthOf(x) : call.integer('fft_length'))),
);

/** The last axis cut or filled up with zeros. */
function fitted(x: tf.Tensor, size: number): tf.Tensor {
  const kept = Math.min(size, lengthOf(x));
  const rest = x.shape.map((_, i): [number, number] => (i === x.rank - 1 ? [0, size - kept] : [0, 0]));
  return tf.pad(cut(x, x.rank - 1, 0, kept), rest);
}

/** A signal of real numbers, from the first half of its spectrum: the second one mirrors it. */
function inverse(real: tf.Tensor, imag: tf.Tensor, length: number): tf.Tensor {
  const half = Math.floor(length / 2) + 1;
  const whole = (x: tf.Tensor, sign: number): tf.Tensor => {
    const first = fitted(x, half);
    const mirrored = tf.reverse(cut(first, x.rank - 1, 1, length - half), x.rank - 1);
    return tf.concat([first, tf.mul(mirrored, sign)], x.rank - 1);
  };
  return tf.real(tf.ifft(tf.complex(whole(real, 1), whole(imag, -1))));
}

export const IRFFT: OperationDefinition = {
  parameters: ['x'],
  options: ['fft_length'],
  run: (call) => {
    const [real, imag] = call.tensors('x').map(toFloat) as [tf.Tensor, tf.Tensor];
    return inverse(real, imag, call.integer('fft_length', 2 * (lengthOf(real) - 1)));
  },
};

/** Parts of a signal that overlap. */
function framed(x: tf.Tensor, length: number, stride: number, call: OperationCall): tf.Tensor {
  stepsIn(lengthOf(x), length, stride, 1, call);
  return signal.frames(x, length, stride, call.subject);
}

export const ExtractSequences = withOptions(['sequence_length', 'sequence_stride'], (x, call) =>
  framed(x, call.integer('sequence_length'), call.integer('sequence_stride'), call),
);

/** The window that an operation is told of. */
function windowIn(call: OperationCall): signal.SignalWindow {
  const [length, size] = [call.integer('sequence_length'), call.integer('fft_length')];
  if (size < length || length < 1) throw call.fail(`a window of ${length} values in a transform of ${size}`);
  const window = call.option('window');
  if (window === null || window === 'hann' || window === 'hamming') return window;
  if (Array.isArray(window) && window.length === length && window.every((w) => typeof w === 'number'))
    return window as number[];
  throw call.fail(`window ${JSON.stringify(window)} is not supported`);
}

const windowOptions = ['sequence_length', 'sequence_stride', 'fft_length', 'window', 'center'];

export const STFT = withOptions(windowOptions, (given, call) => {
  const [fftLength, sequenceStride] = [call.integer('fft_length'), call.integer('sequence_stride')];
  const center = call.option('center') !== false;
  const how = { sequenceLength: call.integer('sequence_length'), window: windowIn(call), center };
  return signal.stft(toFloat(given), { ...how, fftLength, sequenceStride }, call.subject);
});

export const ISTFT: OperationDefinition = {
  parameters: ['x'],
  options: [...windowOptions, 'length'],
  run: (call) => {
    const [real, imag] = call.tensors('x').map(toFloat) as [tf.Tensor, tf.Tensor];
    const [size, stride] = [call.integer('fft_length'), call.integer('sequence_stride')];
    const window = signal.centredWindow(windowIn(call), call.integer('sequence_length'), size);
    const count = real.shape[real.rank - 2]!;
    const places = tf.transpose(placesOf({ length: size, dilation: 1, count, stride }));
    const whole = size + stride * (count - 1);
    const laid = (x: tf.Tensor): tf.Tensor =>
      laidAt(tf.reshape(x, [...x.shape.slice(0, -2), count * size]), places, whole);
    const weights = laid(tf.mul(tf.square(window), tf.fill([count, size], 1)));
    const sums = laid(tf.mul(inverse(real, imag, size), window));
    const unscaled = tf.div(sums, tf.where(tf.greater(weights, 1e-10), weights, tf.onesLike(weights)));
    // Without a window Keras divides by the stride instead of the sum of weights.
    const scaled = call.option('window') === null ? tf.mul(unscaled, size / stride) : unscaled;
    const isCentred = call.option('center') !== false;
    const margin = isCentred ? Math.floor(size / 2) : 0;
    const length = call.option('length') === null ? whole - 2 * margin : call.integer('length');
    return cut(scaled, scaled.rank - 1, margin, Math.min(length, whole - margin));
  },
};
