// Kernels that give the same elements another shape or order, or copies of them.
import * as tf from '@tensorflow/tfjs-core';
import { resolveAxes, type AxisParameter } from '../kernel-rules/axes.js';
import { broadcastShapes } from '../kernel-rules/broadcast.js';
import { reshapeTo, sumTo } from '../kernel-rules/broadcasting.js';
import type { Kernel } from '../kernel-rules/kernel.js';
import {
  misfit,
  requireNotComplex,
  requireReal,
  requireShape,
  type Named,
} from '../kernel-rules/requirements.js';
import { formatShape, sizeOf, type Shape } from '../shape.js';

export const Reshape: Kernel = {
  shape: ({ x }: Named<'x'>, { shape }: { shape: Shape }) => {
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
  },
  gradient: ({ inputs, dy }) => ({ x: () => reshapeTo(dy[0]!, inputs['x']!.shape) }),
  moves: 'shape',
  same: () => 'x',
};

export const ExpandDims: Kernel = {
  attributes: ({ dim }: { dim: number }, { input }: Named<'input'>) => {
    const rank = input.shape.length;
    if (dim < -(rank + 1) || dim > rank) {
      throw misfit(
        'ExpandDims',
        `expected an axis from ${-(rank + 1)} to ${rank}, got ${dim} (input ${formatShape(input.shape)})`,
      );
    }
    return { axis: dim < 0 ? rank + dim + 1 : dim };
  },
  shape: ({ input }: Named<'input'>, { axis }: { axis: number }) => ({
    shape: [...input.shape.slice(0, axis), 1, ...input.shape.slice(axis)],
    dtype: input.dtype,
  }),
  gradient: ({ inputs, dy }) => ({
    input: () => reshapeTo(dy[0]!, inputs['input']!.shape),
  }),
  moves: 'shape',
};

export const Transpose: Kernel = {
  attributes: ({ perm }: { perm?: readonly number[] | null }, { x }: Named<'x'>) => ({
    perm: perm ?? x.shape.map((_, i) => x.shape.length - 1 - i),
  }),
  shape: ({ x }: Named<'x'>, { perm }: { perm: readonly number[] }) => {
    const sorted = [...perm].sort((a, b) => a - b);
    if (perm.length !== x.shape.length || sorted.some((axis, i) => axis !== i)) {
      throw misfit(
        'Transpose',
        `expected a permutation of the ${x.shape.length} axes of ${formatShape(x.shape)}, got ${formatShape(perm)}`,
      );
    }
    requireReal('Transpose', 'x', x);
    return { shape: perm.map((axis) => x.shape[axis]!), dtype: x.dtype };
  },
  gradient: ({ attrs, dy }) => {
    const perm = attrs['perm'] as readonly number[];
    return {
      x: () =>
        tf.transpose(
          dy[0]!,
          perm.map((_, i) => perm.indexOf(i)),
        ),
    };
  },
  moves: 'order',
  same: ({ attrs }) => (isConstantList(attrs['perm'], (i) => i) ? 'x' : undefined),
};

export const Tile: Kernel = {
  shape: ({ x }: Named<'x'>, { reps }: { reps: readonly number[] }) => {
    requireNotComplex('Tile', 'x', x);
    if (reps.length !== x.shape.length) {
      throw misfit(
        'Tile',
        `expected ${x.shape.length} repetitions for input ${formatShape(x.shape)}, got ${formatShape(reps)}`,
      );
    }
    return { shape: x.shape.map((size, i) => size * reps[i]!), dtype: x.dtype };
  },
  gradient: ({ inputs, attrs, dy }) => ({
    x: () => {
      const x = inputs['x']!;
      const reps = attrs['reps'] as readonly number[];
      if (reps.every((rep, i) => rep === 1 || x.shape[i] === 1)) return sumTo(dy[0]!, x.shape);
      const parts = x.shape.map((size, i) =>
        reps[i] === 1 || size === 1 ? [reps[i]! * size] : [reps[i]!, size],
      );
      const split: number[] = [];
      const axes: number[] = [];
      parts.forEach((sizes, i) => {
        if (reps[i] !== 1) axes.push(split.length);
        split.push(...sizes);
      });
      return reshapeTo(tf.sum(tf.reshape(dy[0]!, split), axes), x.shape);
    },
  }),
  moves: 'order',
  same: ({ attrs }) => (isConstantList(attrs['reps'], () => 1) ? 'x' : undefined),
};

export const BroadcastTo: Kernel = {
  shape: ({ x }: Named<'x'>, { shape }: { shape: Shape }) => {
    requireShape(
      'BroadcastTo',
      'the target',
      { shape, dtype: x.dtype },
      broadcastShapes('BroadcastTo', x.shape, shape),
      'what it broadcasts to',
    );
    return { shape, dtype: x.dtype };
  },
  gradient: ({ inputs, dy }) => ({ x: () => sumTo(dy[0]!, inputs['x']!.shape) }),
  same: () => 'x',
};

export const Reverse: Kernel = {
  attributes: ({ dims }: { dims: AxisParameter }, { x }: Named<'x'>) => ({
    axes: resolveAxes('Reverse', dims, x.shape),
  }),
  shape: ({ x }: Named<'x'>) => {
    requireNotComplex('Reverse', 'x', x);
    return x;
  },
  gradient: ({ attrs, dy }) => ({
    x: () => tf.reverse(dy[0]!, attrs['axes'] as number[]),
  }),
  moves: 'order',
};

function isConstantList(list: unknown, expected: (index: number) => number): boolean {
  return Array.isArray(list) && list.every((value, i) => value === expected(i));
}
