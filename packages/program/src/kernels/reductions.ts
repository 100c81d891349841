// Kernels that reduce axes. Max alone calls its axes `reductionIndices`.
import * as tf from '@tensorflow/tfjs-core';
import type { DType } from '../dtype.js';
import { reducedShape, resolveAxes, resolveAxis, type AxisParameter } from '../kernel-rules/axes.js';
import { repeatTo, reshapeTo } from '../kernel-rules/broadcasting.js';
import type { GradientRule, KernelCall } from '../kernel-rules/gradient-rule.js';
import type { Kernel } from '../kernel-rules/kernel.js';
import { accumulated, requireDType, requireReal, type Named } from '../kernel-rules/requirements.js';
import { sizeOf, type Shape } from '../shape.js';

/** What reductions read. */
export interface ReductionAttributes {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

interface RawAttributes {
  readonly axis?: AxisParameter;
  readonly reductionIndices?: AxisParameter;
  readonly keepDims?: boolean;
}

function reduction(
  kernel: string,
  resultOf: (dtype: DType) => DType,
  accepted: readonly DType[] = ['float32', 'int32', 'bool'],
): Pick<Kernel, 'attributes' | 'shape' | 'reduces'> {
  return {
    attributes: ({ axis, reductionIndices, keepDims = false }: RawAttributes, { x }: Named<'x'>) => ({
      axes: resolveAxes(kernel, axis ?? reductionIndices, x.shape),
      keepDims,
    }),
    shape: ({ x }: Named<'x'>, { axes, keepDims }: ReductionAttributes) => {
      requireDType(kernel, 'x', x, ...accepted);
      return { shape: reducedShape(x.shape, axes, keepDims), dtype: resultOf(x.dtype) };
    },
    reduces: true,
  };
}

const same = (dtype: DType): DType => dtype;

export const All: Kernel = {
  ...reduction('All', same, ['bool']),
  gradient: 'its output is boolean',
};

export const Any: Kernel = {
  ...reduction('Any', same, ['bool']),
  gradient: 'its output is boolean',
};

function axesOf({ attrs }: KernelCall): number[] {
  return attrs['axes'] as number[];
}

function keptShape(x: tf.Tensor, axes: readonly number[]): Shape {
  return x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
}

/** Elements that share the extreme value share the gradient evenly, as in Keras on each of its backends; tfjs gives all of it to each. */
const extreme: GradientRule = (call) => {
  const { inputs, outputs, dy } = call;
  const x = inputs['x']!;
  const axes = axesOf(call);
  const shape = keptShape(x, axes);
  return {
    x: () => {
      const hit = tf.cast(tf.equal(x, reshapeTo(outputs[0]!, shape)), 'float32');
      return tf.mul(hit, tf.div(reshapeTo(dy[0]!, shape), tf.sum(hit, axes, true)));
    },
  };
};

export const Max: Kernel = {
  chooses: true,
  ...reduction('Max', same),
  gradient: extreme,
};

export const Mean: Kernel = {
  ...reduction('Mean', () => 'float32'),
  gradient: (call) => {
    const { inputs, dy } = call;
    const x = inputs['x']!;
    const axes = axesOf(call);
    const count = sizeOf(axes.map((axis) => x.shape[axis]!));
    return { x: () => repeatTo(reshapeTo(tf.div(dy[0]!, count), keptShape(x, axes)), x.shape) };
  },
  reduceSplat: (value) => value,
};

export const Min: Kernel = {
  chooses: true,
  ...reduction('Min', same),
  gradient: extreme,
};

function inverse(order: readonly number[]): number[] {
  return order.map((_, i) => order.indexOf(i));
}

export const Prod: Kernel = {
  ...reduction('Prod', accumulated),
  // The product of all others, from the products before and behind: right where elements are zero, unlike a division.
  gradient: (call) => {
    const { inputs, dy } = call;
    const x = inputs['x']!;
    return {
      x: () => {
        const axes = axesOf(call);
        const others = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
        const order = [...others, ...axes];
        const moved = tf.transpose(x, order);
        const flat = tf.reshape(moved, [
          ...others.map((i) => x.shape[i]!),
          sizeOf(axes.map((i) => x.shape[i]!)),
        ]);
        const rest = tf.mul(
          tf.cumprod(flat, others.length, true, false),
          tf.cumprod(flat, others.length, true, true),
        );
        const scaled = tf.mul(rest, tf.reshape(dy[0]!, [...others.map((i) => x.shape[i]!), 1]));
        return tf.transpose(tf.reshape(scaled, moved.shape), inverse(order));
      },
    };
  },
};

export const Sum: Kernel = {
  ...reduction('Sum', accumulated),
  gradient: (call) => {
    const x = call.inputs['x']!;
    return { x: () => repeatTo(reshapeTo(call.dy[0]!, keptShape(x, axesOf(call))), x.shape) };
  },
  reduceSplat: (value, count) => value * count,
};

function positionOfExtreme(kernel: string): Kernel {
  return {
    attributes: ({ axis }: { axis: AxisParameter }, { x }: Named<'x'>) => ({
      axis: resolveAxis(kernel, [axis ?? 0].flat()[0] ?? 0, x.shape),
    }),
    shape: ({ x }: Named<'x'>, { axis }: { axis: number }) => {
      requireReal(kernel, 'x', x);
      return { shape: reducedShape(x.shape, [axis]), dtype: 'int32' };
    },
    gradient: 'its output is integer',
  };
}

export const ArgMax = positionOfExtreme('ArgMax');
export const ArgMin = positionOfExtreme('ArgMin');
