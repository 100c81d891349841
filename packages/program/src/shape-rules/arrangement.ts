// Kernels that move elements about: other shape, other order, parts, copies, padding. The dtype stays.
import * as tf from '@tensorflow/tfjs-core';
import type { ValueType } from '../program.js';
import type { ShapeRule } from '../shape-rule.js';
import { formatShape, sizeOf, type Shape } from '../shape.js';
import { reducedShape, resolveAxes, resolveAxis, withSize, type AxisParameter } from './axes.js';
import { broadcastShapes } from './broadcast.js';
import {
  misfit,
  requireNotComplex,
  requirePossible,
  requireRank,
  requireReal,
  requireSameDType,
  requireShape,
  type Named,
} from './requirements.js';

type ListInputs = Readonly<Record<string, ValueType>>;

export const Reshape: ShapeRule = ({ x }: Named<'x'>, { shape }: { shape: Shape }) => {
  const size = sizeOf(x.shape);
  const misshapen = (): Error =>
    misfit(
      'Reshape',
      `expected a shape of ${size} elements, got ${formatShape(shape)} for input ${formatShape(x.shape)}`,
    );
  if (shape.some((dimension) => !Number.isInteger(dimension) || dimension < -1)) throw misshapen();
  const known = sizeOf(shape.filter((dimension) => dimension !== -1));
  const unknowns = shape.length - shape.filter((dimension) => dimension !== -1).length;
  if (
    unknowns > 1 ||
    (unknowns === 1 && (known === 0 || size % known !== 0)) ||
    (unknowns === 0 && known !== size)
  )
    throw misshapen();
  return { shape: shape.map((dimension) => (dimension === -1 ? size / known : dimension)), dtype: x.dtype };
};

export const ExpandDims: ShapeRule = ({ input }: Named<'input'>, { dim }: { dim: number }) => {
  const rank = input.shape.length;
  if (dim < -(rank + 1) || dim > rank) {
    throw misfit(
      'ExpandDims',
      `expected an axis from ${-(rank + 1)} to ${rank}, got ${dim} (input ${formatShape(input.shape)})`,
    );
  }
  const axis = dim < 0 ? rank + dim + 1 : dim;
  return { shape: [...input.shape.slice(0, axis), 1, ...input.shape.slice(axis)], dtype: input.dtype };
};

export const Transpose: ShapeRule = ({ x }: Named<'x'>, { perm }: { perm: readonly number[] }) => {
  const sorted = [...perm].sort((a, b) => a - b);
  if (perm.length !== x.shape.length || sorted.some((axis, i) => axis !== i)) {
    throw misfit(
      'Transpose',
      `expected a permutation of the ${x.shape.length} axes of ${formatShape(x.shape)}, got ${formatShape(perm)}`,
    );
  }
  requireReal('Transpose', 'x', x);
  return { shape: perm.map((axis) => x.shape[axis]!), dtype: x.dtype };
};

export const Tile: ShapeRule = ({ x }: Named<'x'>, { reps }: { reps: readonly number[] }) => {
  requireNotComplex('Tile', 'x', x);
  if (reps.length !== x.shape.length) {
    throw misfit(
      'Tile',
      `expected ${x.shape.length} repetitions for input ${formatShape(x.shape)}, got ${formatShape(reps)}`,
    );
  }
  return { shape: x.shape.map((size, i) => size * reps[i]!), dtype: x.dtype };
};

export const BroadcastTo: ShapeRule = ({ x }: Named<'x'>, { shape }: { shape: Shape }) => {
  requireShape(
    'BroadcastTo',
    'the target',
    { shape, dtype: x.dtype },
    broadcastShapes('BroadcastTo', x.shape, shape),
    'what it broadcasts to',
  );
  return { shape, dtype: x.dtype };
};

export const Concat: ShapeRule = (inputs: ListInputs, { axis }: { axis: number }) => {
  const tensors = Object.values(inputs);
  const first = tensors[0]!;
  const along = resolveAxis('Concat', axis, first.shape);
  let total = 0;
  tensors.forEach((tensor, i) => {
    requireRank('Concat', `tensor ${i}`, tensor, first.shape.length);
    requireShape(
      'Concat',
      `tensor ${i}`,
      tensor,
      withSize(first.shape, along, tensor.shape[along]!),
      `as the first, ${formatShape(first.shape)}, except for axis ${along}`,
    );
    requireSameDType('Concat', first, tensor);
    total += tensor.shape[along]!;
  });
  return { shape: withSize(first.shape, along, total), dtype: first.dtype };
};

export const Pack: ShapeRule = (inputs: ListInputs, { axis = 0 }: { axis?: number }) => {
  const tensors = Object.values(inputs);
  const first = tensors[0]!;
  tensors.forEach((tensor, i) => {
    requireShape('Pack', `tensor ${i}`, tensor, first.shape, 'as the first');
    requireSameDType('Pack', first, tensor);
  });
  const along = resolveAxis('Pack', axis, [...first.shape, 1]);
  return {
    shape: [...first.shape.slice(0, along), tensors.length, ...first.shape.slice(along)],
    dtype: first.dtype,
  };
};

export const Unpack: ShapeRule = ({ value }: Named<'value'>, { axis = 0 }: { axis?: number }) => {
  requireNotComplex('Unpack', 'value', value);
  const along = resolveAxis('Unpack', axis, value.shape);
  return Array.from({ length: value.shape[along]! }, () => ({
    shape: reducedShape(value.shape, [along]),
    dtype: value.dtype,
  }));
};

export const SplitV: ShapeRule = (
  { x }: Named<'x'>,
  { numOrSizeSplits, axis = 0 }: { numOrSizeSplits: number | readonly number[]; axis?: number },
) => {
  requireNotComplex('SplitV', 'x', x);
  const along = resolveAxis('SplitV', axis, x.shape);
  return splitSizes(x.shape, along, numOrSizeSplits).map((size) => ({
    shape: withSize(x.shape, along, size),
    dtype: x.dtype,
  }));
};

function splitSizes(shape: Shape, axis: number, split: number | readonly number[]): readonly number[] {
  const total = shape[axis]!;
  if (typeof split === 'number') {
    if (total % split !== 0)
      throw misfit(
        'SplitV',
        `expected axis ${axis} of ${formatShape(shape)} to divide into ${split} equal parts`,
      );
    return Array.from({ length: split }, () => total / split);
  }
  const given = split.filter((size) => size !== -1).reduce((a, b) => a + b, 0);
  const rests = split.filter((size) => size === -1).length;
  if (rests > 1 || given > total || (rests === 0 && given !== total)) {
    throw misfit(
      'SplitV',
      `expected sizes that add up to ${total}, axis ${axis} of ${formatShape(shape)}, got ${formatShape(split)}`,
    );
  }
  return split.map((size) => (size === -1 ? total - given : size));
}

export const Slice: ShapeRule = (
  { x }: Named<'x'>,
  { begin, size }: { begin: number | readonly number[]; size?: number | readonly number[] },
) => {
  requireNotComplex('Slice', 'x', x);
  const rank = x.shape.length;
  const starts = padded(begin, rank, 0);
  const sizes = padded(size ?? [], rank, -1).map((length, i) =>
    length === -1 ? (x.shape[i] ?? 0) - starts[i]! : length,
  );
  const fits =
    starts.length === rank &&
    sizes.length === rank &&
    starts.every((start, i) => start >= 0 && sizes[i]! >= 0 && start + sizes[i]! <= x.shape[i]!);
  if (!fits) {
    throw misfit(
      'Slice',
      `expected a slice inside ${formatShape(x.shape)}, got begin ${formatShape(starts)} and size ${formatShape(sizes)}`,
    );
  }
  return { shape: sizes, dtype: x.dtype };
};

function padded(given: number | readonly number[], rank: number, filler: number): number[] {
  const list = typeof given === 'number' ? [given] : [...given];
  while (list.length < rank) list.push(filler);
  return list;
}

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

export const StridedSlice: ShapeRule = ({ x }: Named<'x'>, attrs: StridedSliceAttributes) => {
  requireNotComplex('StridedSlice', 'x', x);
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
  const { finalShape } = tf.slice_util.sliceInfo(
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
  return { shape: finalShape, dtype: x.dtype };
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

export const PadV2: ShapeRule = ({ x }: Named<'x'>, { paddings }: { paddings: Paddings }) =>
  padding('PadV2')(x, paddings);

export const MirrorPad: ShapeRule = (
  { x }: Named<'x'>,
  { paddings, mode }: { paddings: Paddings; mode: 'reflect' | 'symmetric' },
) => {
  const padded = padding('MirrorPad')(x, paddings);
  const most = (size: number): number => (mode === 'reflect' ? size - 1 : size);
  if (x.shape.some((size, i) => Math.max(...paddings[i]!) > most(size) || Math.min(...paddings[i]!) < 0)) {
    throw misfit(
      'MirrorPad',
      `expected ${mode} paddings no larger than the input ${formatShape(x.shape)}, got ${JSON.stringify(paddings)}`,
    );
  }
  return padded;
};

export const Reverse: ShapeRule = ({ x }: Named<'x'>, { dims }: { dims: AxisParameter }) => {
  requireNotComplex('Reverse', 'x', x);
  resolveAxes('Reverse', dims, x.shape);
  return x;
};
