// Kernels that cut a part out of a tensor, or put a margin around one.
import * as tf from '@tensorflow/tfjs-core';
import { reshapeTo } from '../kernel-rules/broadcasting.js';
import type { Kernel } from '../kernel-rules/kernel.js';
import {
  misfit,
  requireNotComplex,
  requirePossible,
  requireReal,
  type Named,
} from '../kernel-rules/requirements.js';
import { spread } from '../kernel-rules/spread.js';
import type { ValueType } from '../program.js';
import { formatShape, type Shape } from '../shape.js';

function padded(given: number | readonly number[], rank: number, filler: number): number[] {
  const list = typeof given === 'number' ? [given] : [...given];
  while (list.length < rank) list.push(filler);
  return list;
}

export const Slice: Kernel = {
  attributes: (
    { begin, size = [] }: { begin: number | readonly number[]; size?: number | readonly number[] },
    { x }: Named<'x'>,
  ) => {
    const starts = padded(begin, x.shape.length, 0);
    const sizes = padded(size, x.shape.length, -1).map((length, i) =>
      length === -1 ? (x.shape[i] ?? 0) - starts[i]! : length,
    );
    return { begin: starts, size: sizes };
  },
  shape: ({ x }: Named<'x'>, { begin, size }: { begin: readonly number[]; size: readonly number[] }) => {
    requireNotComplex('Slice', 'x', x);
    const rank = x.shape.length;
    const fits =
      begin.length === rank &&
      size.length === rank &&
      begin.every((start, i) => start >= 0 && size[i]! >= 0 && start + size[i]! <= x.shape[i]!);
    if (!fits) {
      throw misfit(
        'Slice',
        `expected a slice inside ${formatShape(x.shape)}, got begin ${formatShape(begin)} and size ${formatShape(size)}`,
      );
    }
    return { shape: size, dtype: x.dtype };
  },
  gradient: ({ inputs, attrs, dy }) => {
    const x = inputs['x']!;
    return {
      x: () => {
        const [begin, size] = [attrs['begin'], attrs['size']] as [number[], number[]];
        const paddings = x.shape.map((length, i): [number, number] => {
          const before = begin[i]!;
          return [before, length - before - size[i]!];
        });
        return paddings.every(([before, after]) => before === 0 && after === 0)
          ? dy[0]!
          : tf.pad(dy[0]!, paddings);
      },
    };
  },
  moves: 'order',
};

interface StridedSliceAttributes {
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly strides: readonly number[];
  readonly beginMask?: number;
  readonly endMask?: number;
  readonly ellipsisMask?: number;
  readonly newAxisMask?: number;
  readonly shrinkAxisMask?: number;
}

/** Of each axis of the input, where a strided slice begins, ends and how far it steps; and the shape that comes out. */
export interface SliceBounds {
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly strides: readonly number[];
  readonly finalShape: Shape;
}

/** Puts what a strided slice took back in its place, zeros elsewhere: axis by axis spread, turned and padded. */
function unslice(dy: tf.Tensor, shape: Shape, { begin, end, strides }: SliceBounds): tf.Tensor {
  const counts = tf.slice_util.computeOutShape([...begin], [...end], [...strides]);
  let found = reshapeTo(dy, counts);
  const backwards = strides.flatMap((stride, i) => (stride < 0 ? [i] : []));
  if (backwards.length > 0) found = tf.reverse(found, backwards);
  strides.forEach((stride, i) => (found = spread(found, i, Math.abs(stride))));
  const paddings = shape.map((size, i): [number, number] => {
    const first = strides[i]! > 0 ? begin[i]! : begin[i]! + (counts[i]! - 1) * strides[i]!;
    return [first, size - first - found.shape[i]!];
  });
  return paddings.every(([before, after]) => before === 0 && after === 0) ? found : tf.pad(found, paddings);
}

export const StridedSlice: Kernel = {
  attributes: (attrs: StridedSliceAttributes, { x }: Named<'x'>) => {
    const {
      begin,
      end,
      strides,
      beginMask = 0,
      endMask = 0,
      ellipsisMask = 0,
      newAxisMask = 0,
      shrinkAxisMask = 0,
    } = attrs;
    const bounds = tf.slice_util.sliceInfo(
      [...x.shape],
      [...begin],
      [...end],
      [...strides],
      beginMask,
      endMask,
      ellipsisMask,
      newAxisMask,
      shrinkAxisMask,
    );
    return { begin: bounds.begin, end: bounds.end, strides: bounds.strides, finalShape: bounds.finalShape };
  },
  shape: ({ x }: Named<'x'>, { finalShape }: SliceBounds) => {
    requireNotComplex('StridedSlice', 'x', x);
    return { shape: finalShape, dtype: x.dtype };
  },
  gradient: ({ inputs, attrs, dy }) => {
    const x = inputs['x']!;
    return {
      x: () => unslice(dy[0]!, x.shape, attrs as unknown as SliceBounds),
    };
  },
  moves: 'order',
};

type Paddings = readonly (readonly [number, number])[];

function padding(kernel: string): (x: ValueType, paddings: Paddings) => ValueType {
  return (x, paddings) => {
    requireReal(kernel, 'x', x);
    if (paddings.length !== x.shape.length) {
      throw misfit(
        kernel,
        `expected ${x.shape.length} pairs of paddings for input ${formatShape(x.shape)}, got ${paddings.length}`,
      );
    }
    const shape = x.shape.map((size, i) => paddings[i]![0] + size + paddings[i]![1]);
    requirePossible(kernel, shape, x.shape);
    return { shape, dtype: x.dtype };
  };
}

export const PadV2: Kernel = {
  shape: ({ x }: Named<'x'>, { paddings }: { paddings: Paddings }) => padding('PadV2')(x, paddings),
  gradient: ({ inputs, attrs, dy }) => ({
    x: () =>
      tf.slice(
        dy[0]!,
        (attrs['paddings'] as [number, number][]).map(([before]) => before),
        inputs['x']!.shape,
      ),
  }),
};

/** Folds both mirrored margins of an axis back onto the values they were copied from. */
function unmirror(
  dy: tf.Tensor,
  axis: number,
  before: number,
  after: number,
  size: number,
  skip: number,
): tf.Tensor {
  if (before === 0 && after === 0) return dy;
  const part = (start: number, length: number): tf.Tensor =>
    tf.slice(
      dy,
      dy.shape.map((_, i) => (i === axis ? start : 0)),
      dy.shape.map((all, i) => (i === axis ? length : all)),
    );
  const fold = (margin: tf.Tensor, start: number): tf.Tensor =>
    tf.pad(
      tf.reverse(margin, axis),
      dy.shape.map((_, i): [number, number] =>
        i === axis ? [start, size - start - margin.shape[axis]!] : [0, 0],
      ),
    );
  let found = part(before, size);
  if (before > 0) found = tf.add(found, fold(part(0, before), skip));
  if (after > 0) found = tf.add(found, fold(part(before + size, after), size - skip - after));
  return found;
}

export const MirrorPad: Kernel = {
  shape: ({ x }: Named<'x'>, { paddings, mode }: { paddings: Paddings; mode: 'reflect' | 'symmetric' }) => {
    const padded = padding('MirrorPad')(x, paddings);
    const most = (size: number): number => (mode === 'reflect' ? size - 1 : size);
    if (x.shape.some((size, i) => Math.max(...paddings[i]!) > most(size) || Math.min(...paddings[i]!) < 0)) {
      throw misfit(
        'MirrorPad',
        `expected ${mode} paddings no larger than the input ${formatShape(x.shape)}, got ${JSON.stringify(paddings)}`,
      );
    }
    return padded;
  },
  gradient: ({ inputs, attrs, dy }) => ({
    x: () => {
      const skip = attrs['mode'] === 'reflect' ? 1 : 0;
      return (attrs['paddings'] as [number, number][]).reduce(
        (found, [before, after], axis) =>
          unmirror(found, axis, before, after, inputs['x']!.shape[axis]!, skip),
        dy[0]!,
      );
    },
  }),
};
