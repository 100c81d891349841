// Gradients of reductions and of running sums and products along an axis.
import * as tf from '@tensorflow/tfjs-core';
import type { GradientRule, KernelCall } from '../gradient-rule.js';
import { sizeOf, type Shape } from '../shape.js';
import { repeatTo, reshapeTo } from './broadcasting.js';

function axesOf(axis: unknown, x: tf.Tensor): number[] {
  return tf.util.parseAxisParam(axis as number[], x.shape);
}

function keptShape(x: tf.Tensor, axes: readonly number[]): Shape {
  return x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
}

export const Sum: GradientRule = ({ inputs, attrs, dy }) => {
  const x = inputs['x']!;
  return { x: () => repeatTo(reshapeTo(dy[0]!, keptShape(x, axesOf(attrs['axis'], x))), x.shape) };
};

export const Mean: GradientRule = ({ inputs, attrs, dy }) => {
  const x = inputs['x']!;
  const axes = axesOf(attrs['axis'], x);
  const count = sizeOf(axes.map((axis) => x.shape[axis]!));
  return { x: () => repeatTo(reshapeTo(tf.div(dy[0]!, count), keptShape(x, axes)), x.shape) };
};

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

export const Max = extreme('reductionIndices');
export const Min = extreme('axis');

// The product of all others, from the products before and behind: right where elements are zero, unlike a division.
export const Prod: GradientRule = ({ inputs, attrs, dy }) => {
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
};

export const Cumsum: GradientRule = ({ attrs, dy }) => ({
  x: () => tf.cumsum(dy[0]!, attrs['axis'] as number, attrs['exclusive'] === true, attrs['reverse'] !== true),
});

export const Cumprod: GradientRule = ({ inputs, attrs, dy }) => {
  const axis = axesOf(attrs['axis'], inputs['x']!)[0]!;
  const turn = (t: tf.Tensor): tf.Tensor => (attrs['reverse'] === true ? tf.reverse(t, axis) : t);
  const shift = (t: tf.Tensor): tf.Tensor => (attrs['exclusive'] === true ? dropFirst(t, axis) : t);
  return { x: () => turn(cumprodGradient(turn(inputs['x']!), shift(turn(dy[0]!)), axis)) };
};

/** The gradient of an exclusive product is that of the inclusive one, a place later. */
function dropFirst(t: tf.Tensor, axis: number): tf.Tensor {
  const along = (value: number): number[] => t.shape.map((_, i) => (i === axis ? value : 0));
  const rest = tf.slice(
    t,
    along(1),
    t.shape.map((size, i) => (i === axis ? size - 1 : size)),
  );
  return tf.pad(
    rest,
    along(1).map((after): [number, number] => [0, after]),
  );
}

/**
 * Before the first zero each element's gradient is Σ dy·y over what follows, divided by the element. At the first zero it
 * is Σ dy·(the product without that zero), up to the second. Behind it every product holds that zero: nothing.
 */
function cumprodGradient(x: tf.Tensor, dy: tf.Tensor, axis: number): tf.Tensor {
  const isZero = tf.equal(x, 0);
  const zerosSoFar = tf.cumsum(tf.cast(isZero, 'float32'), axis);
  const safe = tf.where(isZero, tf.onesLike(x), x);
  const product = tf.cumprod(safe, axis);
  const before = tf.cast(tf.equal(zerosSoFar, 0), 'float32');
  const between = tf.cast(tf.equal(zerosSoFar, 1), 'float32');
  const behind = (t: tf.Tensor): tf.Tensor => tf.cumsum(t, axis, false, true);
  const toOthers = tf.mul(before, tf.div(behind(tf.mul(tf.mul(dy, product), before)), safe));
  const toFirstZero = tf.mul(
    tf.cast(isZero, 'float32'),
    tf.mul(between, behind(tf.mul(tf.mul(dy, product), between))),
  );
  return tf.add(toOthers, toFirstZero);
}

function inverse(order: readonly number[]): number[] {
  return order.map((_, i) => order.indexOf(i));
}
