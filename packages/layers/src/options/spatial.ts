// Options of layers over images: pairs of sizes, padding, and where the channels stand.
import * as tf from '@tensorflow/tfjs-core';
import { optionInvalid, rankMismatch } from '@lamella/core';
import type { SymbolicShape } from '@lamella/program';
import { oneOf, positiveInteger } from './checks.js';

/** Height and width. */
export type Pair = readonly [number, number];

/** One size for height and width, or one each. */
export type PairOption = number | readonly number[];

/** `valid` pads nothing; `same` pads so that an input with strides 1 keeps its size, the odd element at the end. */
export type Padding = 'valid' | 'same';

/** Where the channels of an image stand: after height and width, or before. */
export type DataFormat = 'channels_last' | 'channels_first';

/** Two positive integers. */
export function pairOf(subject: string, option: string, value: unknown): Pair {
  if (!Array.isArray(value)) {
    const size = positiveInteger(subject, option, value);
    return [size, size];
  }
  if (value.length !== 2) throw optionInvalid(subject, option, 'a positive integer or two of them', value);
  return [positiveInteger(subject, option, value[0]), positiveInteger(subject, option, value[1])];
}

/** The padding that an option means. Throws: OPTION_INVALID. */
export function paddingOf(subject: string, value: unknown): Padding {
  return oneOf(subject, 'padding', typeof value === 'string' ? value.toLowerCase() : (value ?? 'valid'), [
    'valid',
    'same',
  ]);
}

/** The data format that an option means. Throws: OPTION_INVALID. */
export function dataFormatOf(subject: string, value: unknown): DataFormat {
  return oneOf(subject, 'dataFormat', value ?? 'channels_last', ['channels_last', 'channels_first']);
}

/** The axis that counts the channels of an image. */
export function channelAxis(format: DataFormat): 1 | 3 {
  return format === 'channels_first' ? 1 : 3;
}

/** Throws: RANK_MISMATCH when the input is no batch of images. */
export function requireImages(subject: string, shape: SymbolicShape, format: DataFormat): void {
  if (shape.length === 4) return;
  throw rankMismatch(
    subject,
    `rank 4 ([batch, ${format === 'channels_last' ? 'height, width, channels' : 'channels, height, width'}])`,
    shape,
  );
}

/** Runs `fn` on images with the channels last, and puts its result back into `format`. */
export function withChannelsLast(
  x: tf.Tensor,
  format: DataFormat,
  fn: (x: tf.Tensor4D) => tf.Tensor4D,
): tf.Tensor {
  if (format === 'channels_last') return fn(x as tf.Tensor4D);
  return tf.transpose(fn(tf.transpose(x as tf.Tensor4D, [0, 2, 3, 1])), [0, 3, 1, 2]);
}
