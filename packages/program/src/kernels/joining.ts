// Kernels that put tensors together along an axis, and take them apart.
import * as tf from '@tensorflow/tfjs-core';
import { reducedShape, resolveAxis, withSize } from '../kernel-rules/axes.js';
import { listOf, once } from '../kernel-rules/broadcasting.js';
import type { Kernel } from '../kernel-rules/kernel.js';
import {
  misfit,
  requireNotComplex,
  requireRank,
  requireSameDType,
  requireShape,
  type Named,
} from '../kernel-rules/requirements.js';
import type { ValueType } from '../program.js';
import { formatShape, type Shape } from '../shape.js';

type ListInputs = Readonly<Record<string, ValueType>>;

function splitAlong(x: tf.Tensor, sizes: number[], axis: number): tf.Tensor[] {
  if (x.dtype !== 'complex64') return tf.split(x, sizes, axis);
  const imaginary = splitAlong(tf.imag(x), sizes, axis);
  return splitAlong(tf.real(x), sizes, axis).map((real, i) => tf.complex(real, imaginary[i]!));
}

/** Tensors that one may be taken apart into: each is a value of its own. */
const mostParts = 2 ** 16;

function requireParts(kernel: string, count: number): void {
  if (count > mostParts) throw misfit(kernel, `expected at most ${mostParts} parts, got ${count}`);
}

interface Along {
  readonly axis: number;
}

export const Concat: Kernel = {
  chooses: true,
  attributes: ({ axis }: Along, inputs: ListInputs) => ({
    axis: resolveAxis('Concat', axis, inputs['0']!.shape),
  }),
  shape: (inputs: ListInputs, { axis }: Along) => {
    const tensors = Object.values(inputs);
    const first = tensors[0]!;
    let total = 0;
    tensors.forEach((tensor, i) => {
      requireRank('Concat', `tensor ${i}`, tensor, first.shape.length);
      requireShape(
        'Concat',
        `tensor ${i}`,
        tensor,
        withSize(first.shape, axis, tensor.shape[axis]!),
        `as the first, ${formatShape(first.shape)}, except for axis ${axis}`,
      );
      requireSameDType('Concat', first, tensor);
      total += tensor.shape[axis]!;
    });
    return { shape: withSize(first.shape, axis, total), dtype: first.dtype };
  },
  gradient: ({ inputs, attrs, dy }) => {
    const parts = listOf(inputs);
    const axis = attrs['axis'] as number;
    const split = once(() =>
      splitAlong(
        dy[0]!,
        parts.map((part) => part.shape[axis]!),
        axis,
      ),
    );
    return Object.fromEntries(parts.map((_, i) => [String(i), () => split()[i]!]));
  },
  same: ({ inputs }) => (Object.keys(inputs).length === 1 ? '0' : undefined),
};

export const Pack: Kernel = {
  chooses: true,
  attributes: ({ axis = 0 }: Partial<Along>, inputs: ListInputs) => ({
    axis: resolveAxis('Pack', axis, [...inputs['0']!.shape, 1]),
  }),
  shape: (inputs: ListInputs, { axis }: Along) => {
    const tensors = Object.values(inputs);
    const first = tensors[0]!;
    tensors.forEach((tensor, i) => {
      requireShape('Pack', `tensor ${i}`, tensor, first.shape, 'as the first');
      requireSameDType('Pack', first, tensor);
    });
    return {
      shape: [...first.shape.slice(0, axis), tensors.length, ...first.shape.slice(axis)],
      dtype: first.dtype,
    };
  },
  gradient: ({ inputs, attrs, dy }) => {
    const parts = once(() => tf.unstack(dy[0]!, attrs['axis'] as number));
    return Object.fromEntries(listOf(inputs).map((_, i) => [String(i), () => parts()[i]!]));
  },
};

export const Unpack: Kernel = {
  chooses: true,
  attributes: ({ axis = 0 }: Partial<Along>, { value }: Named<'value'>) => ({
    axis: resolveAxis('Unpack', axis, value.shape),
  }),
  shape: ({ value }: Named<'value'>, { axis }: Along) => {
    requireNotComplex('Unpack', 'value', value);
    requireParts('Unpack', value.shape[axis]!);
    return Array.from({ length: value.shape[axis]! }, () => ({
      shape: reducedShape(value.shape, [axis]),
      dtype: value.dtype,
    }));
  },
  gradient: ({ attrs, dy }) => ({
    value: () => tf.stack([...dy], attrs['axis'] as number),
  }),
};

function splitSizes(shape: Shape, axis: number, split: number | readonly number[]): readonly number[] {
  const total = shape[axis]!;
  requireParts('SplitV', typeof split === 'number' ? split : split.length);
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

export const SplitV: Kernel = {
  chooses: true,
  attributes: ({ axis = 0, ...rest }: Partial<Along>, { x }: Named<'x'>) => ({
    ...rest,
    axis: resolveAxis('SplitV', axis, x.shape),
  }),
  shape: (
    { x }: Named<'x'>,
    { numOrSizeSplits, axis }: Along & { readonly numOrSizeSplits: number | readonly number[] },
  ) => {
    requireNotComplex('SplitV', 'x', x);
    return splitSizes(x.shape, axis, numOrSizeSplits).map((size) => ({
      shape: withSize(x.shape, axis, size),
      dtype: x.dtype,
    }));
  },
  gradient: ({ attrs, dy }) => ({
    x: () => tf.concat([...dy], attrs['axis'] as number),
  }),
};
