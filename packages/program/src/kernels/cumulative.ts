// Running sums and products along an axis.
import * as tf from '@tensorflow/tfjs-core';
import { resolveAxis } from '../kernel-rules/axes.js';
import type { Kernel, PortableForm } from '../kernel-rules/kernel.js';
import { accumulated, requireReal, type Named } from '../kernel-rules/requirements.js';

/** What the kernels here read. */
export interface CumulativeAttributes {
  readonly axis: number;
  /** Whether an element is left out of its own sum. */
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

function cumulative(kernel: string): Pick<Kernel, 'attributes' | 'shape' | 'portable'> {
  return {
    attributes: (
      { axis, exclusive = false, reverse = false }: Partial<CumulativeAttributes>,
      { x }: Named<'x'>,
    ) => ({
      axis: resolveAxis(kernel, axis ?? 0, x.shape),
      exclusive,
      reverse,
    }),
    shape: ({ x }: Named<'x'>) => {
      requireReal(kernel, 'x', x);
      return { shape: x.shape, dtype: accumulated(x.dtype) };
    },
    portable: alongAxisFromFront(kernel),
  };
}

export const Cumsum: Kernel = {
  ...cumulative('Cumsum'),
  gradient: ({ attrs, dy }) => ({
    x: () =>
      tf.cumsum(dy[0]!, attrs['axis'] as number, attrs['exclusive'] === true, attrs['reverse'] !== true),
  }),
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

export const Cumprod: Kernel = {
  ...cumulative('Cumprod'),
  gradient: ({ inputs, attrs, dy }) => {
    const axis = attrs['axis'] as number;
    const turn = (t: tf.Tensor): tf.Tensor => (attrs['reverse'] === true ? tf.reverse(t, axis) : t);
    const shift = (t: tf.Tensor): tf.Tensor => (attrs['exclusive'] === true ? dropFirst(t, axis) : t);
    return { x: () => turn(cumprodGradient(turn(inputs['x']!), shift(turn(dy[0]!)), axis)) };
  },
};

/** An axis counted from the end is looked up in the shape as it is. */
function alongAxisFromFront(kernel: string): PortableForm {
  return (inputs, attrs) => {
    const axis = attrs['axis'] as number;
    if (!(axis < 0)) return undefined;
    return tf.engine().runKernel(kernel, inputs, { ...attrs, axis: axis + inputs['x']!.shape.length });
  };
}
