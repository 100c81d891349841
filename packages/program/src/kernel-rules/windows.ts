// The windows of a pooling or a dilation: where they lie, how much of each is padding, and one tap of all of them.
import * as tf from '@tensorflow/tfjs-core';
import type { Attributes } from '../program.js';

/** `same`, `valid`, one number, or a pair for each dimension; as tfjs' ops pass it on. */
export type Padding = 'same' | 'valid' | number | tf.backend_util.ExplicitPadding;

export type Pair = number | [number, number];

/** How windows lie along one axis. */
export interface WindowAxis {
  readonly inSize: number;
  readonly outSize: number;
  readonly filter: number;
  readonly stride: number;
  readonly dilation: number;
  /** The padding that the windows really reach into. */
  readonly before: number;
  readonly after: number;
}

function axis(
  inSize: number,
  outSize: number,
  filter: number,
  stride: number,
  dilation: number,
  before: number,
): WindowAxis {
  const reach = (outSize - 1) * stride + (filter - 1) * dilation + 1;
  return { inSize, outSize, filter, stride, dilation, before, after: Math.max(0, reach - inSize - before) };
}

export function poolAxes2D(shape: readonly number[], attrs: Attributes): WindowAxis[] {
  const a = attrs as unknown as tf.AvgPoolAttrs;
  const info = tf.backend_util.computePool2DInfo(
    shape as [number, number, number, number],
    a.filterSize,
    a.strides,
    1,
    a.pad,
    a.dimRoundingMode,
  );
  return [
    axis(info.inHeight, info.outHeight, info.filterHeight, info.strideHeight, 1, info.padInfo.top),
    axis(info.inWidth, info.outWidth, info.filterWidth, info.strideWidth, 1, info.padInfo.left),
  ];
}

export function poolAxes3D(shape: readonly number[], attrs: Attributes): WindowAxis[] {
  const a = attrs as unknown as tf.AvgPool3DAttrs;
  const info = tf.backend_util.computePool3DInfo(
    shape as [number, number, number, number, number],
    a.filterSize,
    a.strides,
    1,
    a.pad,
    a.dimRoundingMode,
  );
  return [
    axis(info.inDepth, info.outDepth, info.filterDepth, info.strideDepth, 1, info.padInfo.front),
    axis(info.inHeight, info.outHeight, info.filterHeight, info.strideHeight, 1, info.padInfo.top),
    axis(info.inWidth, info.outWidth, info.filterWidth, info.strideWidth, 1, info.padInfo.left),
  ];
}

export function dilationAxes(
  shape: readonly number[],
  filterShape: readonly number[],
  attrs: Attributes,
): WindowAxis[] {
  const a = attrs as unknown as tf.Dilation2DAttrs;
  const info = tf.backend_util.computeDilation2DInfo(
    shape as [number, number, number, number],
    filterShape as [number, number, number],
    a.strides,
    a.pad,
    'NHWC',
    a.dilations,
  );
  return [
    axis(
      info.inHeight,
      info.outHeight,
      info.filterHeight,
      info.strideHeight,
      info.dilationHeight,
      info.padInfo.top,
    ),
    axis(
      info.inWidth,
      info.outWidth,
      info.filterWidth,
      info.strideWidth,
      info.dilationWidth,
      info.padInfo.left,
    ),
  ];
}

/** Pads [batch, …axes, channels] so that no window reaches outside; the tensor itself where none does. */
export function padForWindows(x: tf.Tensor, axes: readonly WindowAxis[], value = 0): tf.Tensor {
  if (axes.every(({ before, after }) => before === 0 && after === 0)) return x;
  return tf.pad(
    x,
    [[0, 0], ...axes.map(({ before, after }): [number, number] => [before, after]), [0, 0]],
    value,
  );
}

/** All places inside one window, in reading order. */
export function tapsOf(axes: readonly WindowAxis[]): number[][] {
  return axes.reduce<number[][]>(
    (taps, { filter }) => taps.flatMap((tap) => Array.from({ length: filter }, (_, i) => [...tap, i])),
    [[]],
  );
}

/** The value at one place of every window of the padded tensor. */
export function atTap(padded: tf.Tensor, axes: readonly WindowAxis[], tap: readonly number[]): tf.Tensor {
  const begin = [0, ...axes.map(({ dilation }, i) => tap[i]! * dilation), 0];
  const end = padded.shape.map((size, i) => {
    const along = axes[i - 1];
    return along === undefined ? size : begin[i]! + (along.outSize - 1) * along.stride + 1;
  });
  return tf.stridedSlice(padded, begin, end, [1, ...axes.map(({ stride }) => stride), 1]);
}

/** For the first of the candidates that equals `winner`, element by element, the value beside it; zero where none does. */
export function besideWinner(
  winner: tf.Tensor,
  pairs: Iterable<{ readonly candidate: tf.Tensor; readonly beside: tf.Tensor }>,
): tf.Tensor {
  let open: tf.Tensor = tf.onesLike(winner);
  let found: tf.Tensor = tf.zerosLike(winner);
  for (const { candidate, beside } of pairs) {
    const hit = tf.mul(open, tf.cast(tf.equal(candidate, winner), 'float32'));
    found = tf.add(found, tf.mul(hit, beside));
    open = tf.sub(open, hit);
  }
  return found;
}
