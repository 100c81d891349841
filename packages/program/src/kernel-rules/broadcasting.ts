// What many gradient rules share: undoing a broadcast, repeating a reduction's gradient, and calling a kernel by name.
import * as tf from '@tensorflow/tfjs-core';
import type { Attributes } from '../program.js';
import { sameShape, type Shape } from '../shape.js';

/** Calls a kernel that returns one tensor, by tfjs' name for it. */
export function runKernel(
  name: string,
  inputs: Readonly<Record<string, tf.Tensor>>,
  attrs: Attributes = {},
): tf.Tensor {
  return tf.engine().runKernel(name, inputs as tf.NamedTensorMap, attrs as tf.NamedAttrMap);
}

/** Sums a gradient over the axes along which a value of `shape` was broadcast; the gradient itself where it was not. */
export function sumTo(gradient: tf.Tensor, shape: Shape): tf.Tensor {
  if (sameShape(gradient.shape, shape)) return gradient;
  if (gradient.dtype === 'complex64') return byPart(gradient, (part) => sumTo(part, shape));
  const leading = gradient.rank - shape.length;
  const axes = gradient.shape.flatMap((size, i) =>
    i < leading || (shape[i - leading] === 1 && size !== 1) ? [i] : [],
  );
  if (leading === 0) return tf.sum(gradient, axes, true);
  const sum = tf.sum(gradient, axes);
  return sameShape(sum.shape, shape) ? sum : tf.reshape(sum, [...shape]);
}

/** Repeats the axes of size 1 until the value has `shape`, which has the same rank. */
export function repeatTo(x: tf.Tensor, shape: Shape): tf.Tensor {
  return sameShape(x.shape, shape)
    ? x
    : tf.tile(
        x,
        shape.map((size, i) => (x.shape[i] === size ? 1 : size)),
      );
}

/** The same values in `shape`; without a node where it has that shape already. */
export function reshapeTo(x: tf.Tensor, shape: Shape): tf.Tensor {
  return sameShape(x.shape, shape) ? x : tf.reshape(x, [...shape]);
}

/** Applies a function of float tensors to the real and the imaginary part of a complex one. */
export function byPart(x: tf.Tensor, fn: (part: tf.Tensor) => tf.Tensor): tf.Tensor {
  return x.dtype === 'complex64' ? tf.complex(fn(tf.real(x)), fn(tf.imag(x))) : fn(x);
}

/** Evaluates once, at the first call: for gradients of several inputs that come out of one node. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** The list inputs of a call, in order. */
export function listOf(inputs: Readonly<Record<string, tf.Tensor>>): tf.Tensor[] {
  return Object.keys(inputs)
    .sort((a, b) => Number(a) - Number(b))
    .map((name) => inputs[name]!);
}
