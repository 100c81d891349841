// Options of layers over sequences, images and volumes: sizes, padding, and where the channels stand.
import * as tf from '@tensorflow/tfjs-core';
import { optionInvalid, positiveIntegerOption, rankMismatch } from '@lamella/core';
import type { SymbolicShape } from '@lamella/program';

/** One size for all dimensions, or one each: for images height and width. */
export type SizesOption = number | readonly number[];

/** `valid` pads nothing; `same` pads so that an input with strides 1 keeps its size, the odd element at the end. */
export type Padding = 'valid' | 'same';

/** `causal` pads a sequence before its start, so that no output sees a later step than its own. */
export type SequencePadding = Padding | 'causal';

/** What stands between elements that are moved apart: the nearest one again, or a weighted sum of those around. */
export type Interpolation = 'nearest' | 'bilinear' | 'bicubic' | 'lanczos3' | 'lanczos5';

/** Where the channels stand: after the dimensions that a window moves over, or before. */
export type DataFormat = 'channels_last' | 'channels_first';

const numbers = ['', '', ' or two of them', ' or three of them'];
const dimensionNames = [[], ['steps'], ['height', 'width'], ['depth', 'height', 'width']];
const nouns = ['', 'sequence', 'image', 'volume'];

/** Positive integers, one for each dimension. */
export function sizesOf(
  subject: string,
  name: string,
  value: unknown,
  dimensions: number,
): readonly number[] {
  if (!Array.isArray(value))
    return Array<number>(dimensions).fill(positiveIntegerOption.check(subject, name, value));
  if (value.length !== dimensions)
    throw optionInvalid(subject, name, `a positive integer${numbers[dimensions]}`, value);
  return value.map((size) => positiveIntegerOption.check(subject, name, size));
}

/** The axis that counts the channels. */
export function channelAxis(format: DataFormat, dimensions: number): number {
  return format === 'channels_first' ? 1 : dimensions + 1;
}

/** The axes that a window moves over. */
export function windowAxes(format: DataFormat, dimensions: number): number[] {
  const first = format === 'channels_first' ? 2 : 1;
  return Array.from({ length: dimensions }, (_, i) => first + i);
}

/** What one example is called: an image, a sequence, a volume. */
export function nounOf(dimensions: number): string {
  return nouns[dimensions]!;
}

/** Throws: RANK_MISMATCH when the input is no batch of sequences, images or volumes. */
export function requireRank(
  subject: string,
  shape: SymbolicShape,
  format: DataFormat,
  dimensions: number,
): void {
  if (shape.length === dimensions + 2) return;
  const sizes = dimensionNames[dimensions]!;
  const names = format === 'channels_last' ? [...sizes, 'channels'] : ['channels', ...sizes];
  throw rankMismatch(subject, `rank ${dimensions + 2} ([batch, ${names.join(', ')}])`, shape);
}

/** Runs `fn` on a tensor with the channels last, and puts its result back into `format`. */
export function withChannelsLast(
  x: tf.Tensor,
  format: DataFormat,
  fn: (x: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  if (format === 'channels_last') return fn(x);
  const axes = x.shape.map((_, axis) => axis);
  const result = fn(tf.transpose(x, [0, ...axes.slice(2), 1]));
  return tf.transpose(result, [0, x.rank - 1, ...axes.slice(1, -1)]);
}
