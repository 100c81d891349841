// Loops and choices, with their gradients: nodes that hold Programs.
import * as tf from '@tensorflow/tfjs-core';
import { cond, scan, whileLoop } from '@lamella/program';
import { booleans, floats, list, type KernelCase } from '../kernel-case.js';

/** A cell with gates, as recurrent layers have, from its state and the products of all gates. */
function gated(z: tf.Tensor, c: tf.Tensor): { c: tf.Tensor; h: tf.Tensor } {
  const [i, f, g, o] = tf.split(z, 4, 1) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const next = tf.add(tf.mul(tf.sigmoid(f), c), tf.mul(tf.sigmoid(i), tf.tanh(g)));
  return { c: next, h: tf.mul(tf.sigmoid(o), tf.tanh(next)) };
}

type State = { readonly c: tf.Tensor; readonly h: tf.Tensor };

function recurrent(options: { reverse?: boolean; mask?: tf.Tensor } = {}) {
  return (x: tf.Tensor, w: tf.Tensor, u: tf.Tensor, b: tf.Tensor): tf.Tensor => {
    const zeros = tf.zeros([x.shape[0]!, u.shape[0]!]);
    const [last, all] = scan(
      ({ c, h }: State, xt: tf.Tensor): [State, tf.Tensor] => {
        const z = tf.add(tf.add(tf.matMul(xt, w), tf.matMul(h, u)), b);
        const next = gated(z, c);
        return [next, next.h];
      },
      { c: zeros, h: zeros },
      tf.transpose(x, [1, 0, 2]),
      options,
    );
    return tf.concat([tf.reshape(all, [-1]), tf.reshape(last.c, [-1]), tf.reshape(last.h, [-1])]);
  };
}

const cell = [floats([3, 5, 4], -1, 1), floats([4, 8], -1, 1), floats([2, 8], -1, 1), floats([8], -0.5, 0.5)];

export const controlFlowCases: readonly KernelCase[] = [
  {
    name: 'scan with a recurrent cell',
    inputs: cell,
    fn: recurrent() as KernelCase['fn'],
    withGradient: true,
  },
  {
    name: 'scan backwards',
    inputs: cell,
    fn: recurrent({ reverse: true }) as KernelCase['fn'],
    withGradient: true,
  },
  {
    name: 'scan with a mask',
    inputs: [...cell, booleans([5, 3])],
    fn: ((x, w, u, b, mask) => recurrent({ mask: mask! })(x!, w!, u!, b!)) as KernelCase['fn'],
    withGradient: true,
  },
  {
    name: 'scan of one step, and of none',
    inputs: [floats([1, 2]), floats([0, 2])],
    fn: (one, none) => {
      const sum = (x: tf.Tensor): [tf.Tensor, tf.Tensor] =>
        scan((total: tf.Tensor, row: tf.Tensor) => [tf.add(total, row), tf.mul(row, 2)], tf.ones([2]), x);
      return [...sum(one!), ...sum(none!)];
    },
  },
  {
    name: 'scan without sequences, with integers and booleans to carry',
    inputs: [floats([3])],
    fn: (x) => {
      const [last, all] = scan(
        (carry: { n: tf.Tensor; on: tf.Tensor; x: tf.Tensor }, _none: null) => {
          const next = {
            n: tf.add(carry.n, tf.scalar(2, 'int32')),
            on: tf.logicalNot(carry.on),
            x: tf.where(tf.broadcastTo(carry.on, [3]), tf.mul(carry.x, tf.cast(carry.n, 'float32')), carry.x),
          };
          return [next, next.n];
        },
        { n: tf.scalar(1, 'int32'), on: tf.scalar(true), x: x! },
        null,
        { length: 4 },
      );
      return [last.n, last.on, last.x, all];
    },
  },
  {
    name: 'scan in scan',
    inputs: [floats([3, 2, 4], -1, 1), floats([4], -1, 1)],
    fn: (x, w) =>
      scan(
        (total: tf.Tensor, rows: tf.Tensor) => {
          const [inner] = scan(
            (sum: tf.Tensor, row: tf.Tensor) => [tf.sin(tf.add(tf.mul(sum, w!), row)), null],
            total,
            rows,
          );
          return [inner, tf.sum(inner)];
        },
        tf.zeros([4]),
        x!,
      )[0],
    withGradient: true,
  },
  {
    name: 'while with at most so many steps',
    inputs: [list([5, 1, 3]), list([0.5, 0.6, 0.7])],
    fn: (x, w) =>
      whileLoop(
        (v: tf.Tensor) => tf.greater(tf.max(v), 1),
        (v) => tf.mul(v, w!),
        x!,
        { maximumIterations: 6 },
      ),
    withGradient: true,
  },
  {
    name: 'while a condition holds',
    inputs: [list([5, 1, 3])],
    fn: (x) => {
      const { n, v } = whileLoop(
        (now: { n: tf.Tensor; v: tf.Tensor }) => tf.less(tf.sum(now.v), 100),
        ({ n, v }) => ({ n: tf.add(n, tf.scalar(1, 'int32')), v: tf.mul(v, 1.5) }),
        { n: tf.scalar(0, 'int32'), v: x! },
      );
      return [n, v];
    },
  },
  ...[true, false].map((isPositive): KernelCase => ({
    name: `cond where it is ${isPositive}`,
    inputs: [isPositive ? floats([3], 0.1, 1) : floats([3], -1, -0.1), floats([3], 1, 2)],
    fn: (x, y) =>
      cond(
        tf.greater(tf.sum(x!), 0),
        () => tf.mul(x!, tf.sin(y!)),
        () => tf.square(x!),
      ),
    withGradient: true,
  })),
];
