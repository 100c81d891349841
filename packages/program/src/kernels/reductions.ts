// Kernels that reduce axes. Max alone calls its axes `reductionIndices`.
import * as tf from '@tensorflow/tfjs-core';
import type { DType } from '../dtype.js';
import { reducedShape, resolveAxes, type AxisParameter } from '../kernel-rules/axes.js';
import { repeatTo, reshapeTo } from '../kernel-rules/broadcasting.js';
import type { GradientRule, KernelCall } from '../kernel-rules/gradient-rule.js';
import type { Kernel } from '../kernel-rules/kernel.js';
import { accumulated, requireDType, requireReal, type Named } from '../kernel-rules/requirements.js';
import type { ShapeRule } from '../kernel-rules/shape-rule.js';
import { sizeOf, type Shape } from '../shape.js';

interface ReductionAttributes {
  readonly axis?: AxisParameter;
  readonly reductionIndices?: AxisParameter;
  readonly keepDims?: boolean;
}

function reduction(
  kernel: string,
  resultOf: (dtype: DType) => DType,
  accepted: readonly DType[] = ['float32', 'int32', 'bool'],
): ShapeRule {
  return ({ x }: Named<'x'>, { axis, reductionIndices, keepDims }: ReductionAttributes) => {
    requireDType(kernel, 'x', x, ...accepted);
    const axes = resolveAxes(kernel, axis ?? reductionIndices, x.shape);
    return { shape: reducedShape(x.shape, axes, keepDims), dtype: resultOf(x.dtype) };
  };
}

const same = (dtype: DType): DType => dtype;

export const All: Kernel = {
  shape: reduction('All', same, ['bool']),
  gradient: 'its output is boolean',
  reduces: true,
};

export const Any: Kernel = {
  shape: reduction('Any', same, ['bool']),
  gradient: 'its output is boolean',
  reduces: true,
};

function axesOf(axis: unknown, x: tf.Tensor): number[] {
  return tf.util.parseAxisParam(axis as number[], x.shape);
}

function keptShape(x: tf.Tensor, axes: readonly number[]): Shape {
  return x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
}

/** Elements that share the extreme value share the gradient evenly, as in Keras on each of its backends; tfjs gives all of it to each. */
function extreme(axisName: string): GradientRule {
  return ({ inputs, outputs, attrs, dy }: KernelCall) => {
    const x = inputs['x']!;
    const axes = axesOf(attrs[axisName], x);
    const shape = keptShape(x, axes);
    return {
      x: () => {
        const hit = tf.cast(tf.equal(x, reshapeTo(outputs[0]!, shape)), 'float32');
        return tf.mul(hit, tf.div(reshapeTo(dy[0]!, shape), tf.sum(hit, axes, true)));
      },
    };
  };
}

export const Max: Kernel = {
  shape: reduction('Max', same),
  gradient: extreme('reductionIndices'),
  reduces: true,
};

export const Mean: Kernel = {
  shape: reduction('Mean', () => 'float32'),
  gradient: ({ inputs, attrs, dy }) => {
    const x = inputs['x']!;
    const axes = axesOf(attrs['axis'], x);
    const count = sizeOf(axes.map((axis) => x.shape[axis]!));
    return { x: () => repeatTo(reshapeTo(tf.div(dy[0]!, count), keptShape(x, axes)), x.shape) };
  },
  reduces: true,
  reduceSplat: (value) => value,
};

export const Min: Kernel = {
  shape: reduction('Min', same),
  gradient: extreme('axis'),
  reduces: true,
};

function inverse(order: readonly number[]): number[] {
  return order.map((_, i) => order.indexOf(i));
}

export const Prod: Kernel = {
  shape: reduction('Prod', accumulated),
  // The product of all others, from the products before and behind: right where elements are zero, unlike a division.
  gradient: ({ inputs, attrs, dy }) => {
    const x = inputs['x']!;
    return {
      x: () => {
        const axes = axesOf(attrs['axis'], x);
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
  reduces: true,
};

export const Sum: Kernel = {
  shape: reduction('Sum', accumulated),
  gradient: ({ inputs, attrs, dy }) => {
    const x = inputs['x']!;
    return { x: () => repeatTo(reshapeTo(dy[0]!, keptShape(x, axesOf(attrs['axis'], x))), x.shape) };
  },
  reduces: true,
  reduceSplat: (value, count) => value * count,
};

function positionOfExtreme(kernel: string): ShapeRule {
  return ({ x }: Named<'x'>, { axis }: { axis: AxisParameter }) => {
    requireReal(kernel, 'x', x);
    const axes = resolveAxes(kernel, axis, x.shape).slice(0, 1);
    return { shape: reducedShape(x.shape, axes), dtype: 'int32' };
  };
}

export const ArgMax: Kernel = {
  shape: positionOfExtreme('ArgMax'),
  gradient: 'its output is integer',
};

export const ArgMin: Kernel = {
  shape: positionOfExtreme('ArgMin'),
  gradient: 'its output is integer',
};
