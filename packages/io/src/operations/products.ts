// keras.ops: products and sums over vectors and matrices, and differences along axes.
import { einsum } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { cut, inRows } from './along-axes.js';
import {
  binary,
  promoteAll,
  toFloat,
  withOptions,
  type OperationDefinition,
} from './operation-definition.js';

/** A product of floats; of integers, rounded back to them. */
const product = (
  fn: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
): ((a: tf.Tensor, b: tf.Tensor) => tf.Tensor) => {
  return (a, b) =>
    a.dtype === 'float32'
      ? fn(a, b)
      : tf.cast(fn(toFloat(a), toFloat(b)), a.dtype === 'bool' ? 'bool' : 'int32');
};

export const Matmul = binary(product(matmul));

export const Dot = binary(
  product((a, b) => {
    if (a.rank === 0 || b.rank === 0) return tf.mul(a, b);
    return b.rank > 2 ? contracted(a, b, [a.rank - 1], [b.rank - 2]) : matmul(a, b);
  }),
);

export const Inner = binary(
  product((a, b) =>
    a.rank === 0 || b.rank === 0 ? tf.mul(a, b) : contracted(a, b, [a.rank - 1], [b.rank - 1]),
  ),
);

export const Vdot = binary(product((a, b) => tf.sum(tf.mul(tf.reshape(a, [-1]), tf.reshape(b, [-1])))));

export const Outer = binary((a, b) => {
  const [x, y] = a.dtype === 'bool' ? [tf.cast(a, 'int32'), tf.cast(b, 'int32')] : [a, b];
  return tf.mul(tf.reshape(x, [-1, 1]), tf.reshape(y, [1, -1]));
});

export const Tensordot: OperationDefinition = {
  parameters: ['x1', 'x2'],
  options: ['axes'],
  run: (call) => {
    const [a, b] = call.pair();
    const axes = call.option('axes') ?? 2;
    if (typeof axes === 'number') {
      const last = Array.from({ length: axes }, (_, i) => i);
      const contract = (x: tf.Tensor, y: tf.Tensor): tf.Tensor =>
        contracted(
          x,
          y,
          last.map((i) => a.rank - axes + i),
          last,
        );
      return product(contract)(a, b);
    }
    const [first, second] = (Array.isArray(axes) ? axes : []).map((list) =>
      (Array.isArray(list) ? list : [list]).map(Number),
    );
    if (first === undefined || second === undefined || first.length !== second.length)
      throw call.fail('the axes are no two lists of one length');
    const [of, by] = [first.map((i) => call.within(i, a.rank)), second.map((i) => call.within(i, b.rank))];
    return product((x, y) => contracted(x, y, of, by))(a, b);
  },
};

export const Kron = binary((a, b) => {
  const rank = Math.max(a.rank, b.rank);
  const shapeOf = (x: tf.Tensor): number[] => [...Array<number>(rank - x.rank).fill(1), ...x.shape];
  const [of, by] = [shapeOf(a), shapeOf(b)];
  const blocks = tf.mul(
    tf.reshape(
      a,
      of.flatMap((size) => [size, 1]),
    ),
    tf.reshape(
      b,
      by.flatMap((size) => [1, size]),
    ),
  );
  return tf.reshape(
    blocks,
    of.map((size, i) => size * by[i]!),
  );
});

export const Cross: OperationDefinition = {
  parameters: ['x1', 'x2'],
  options: ['axisa', 'axisb', 'axisc', 'axis'],
  run: (call) => {
    const [a, b] = call.pair();
    const axis = (x: tf.Tensor, name: string): number =>
      call.option('axis') === null ? call.axis(x.rank, -1, name) : call.axis(x.rank);
    const [x, y] = [tf.unstack(a, axis(a, 'axisa')), tf.unstack(b, axis(b, 'axisb'))];
    if (![x, y].every(({ length }) => length === 2 || length === 3))
      throw call.fail('cross products are of vectors of 2 or 3 numbers');
    const turned = (i: number, k: number): tf.Tensor | undefined => {
      const term = (one: tf.Tensor[], p: number, other: tf.Tensor[], q: number): tf.Tensor | undefined =>
        one[p] === undefined || other[q] === undefined ? undefined : tf.mul(one[p], other[q]);
      const [plus, minus] = [term(x, i, y, k), term(x, k, y, i)];
      if (plus === undefined) return minus && tf.neg(minus);
      return minus === undefined ? plus : tf.sub(plus, minus);
    };
    const last = turned(0, 1)!;
    if (x.length === 2 && y.length === 2) return last;
    const result = [turned(1, 2)!, turned(2, 0)!, last];
    return tf.stack(result, axis(tf.expandDims(last, 0), 'axisc'));
  },
};

export const Correlate: OperationDefinition = {
  parameters: ['x1', 'x2'],
  options: ['mode'],
  run: (call) => {
    const [a, b] = call.pair();
    if (a.rank !== 1 || b.rank !== 1) throw call.fail('correlations are of tensors with one axis');
    const mode = call.option('mode') ?? 'valid';
    // The longer one stays and the other moves along it: where they change places, the result is turned round.
    const isTurned = b.size > a.size;
    const [long, short] = isTurned ? [b, a] : [a, b];
    const [n, m] = [long.size, short.size];
    const around: Readonly<Record<string, readonly [number, number]>> = {
      valid: [0, 0],
      full: [m - 1, m - 1],
      same: isTurned
        ? [Math.ceil((m - 1) / 2), Math.floor((m - 1) / 2)]
        : [Math.floor(m / 2), Math.floor((m - 1) / 2)],
    };
    if (typeof mode !== 'string' || !Object.hasOwn(around, mode))
      throw call.fail(`mode ${JSON.stringify(mode)} is not supported`);
    const [before, after] = around[mode]!;
    const signal = tf.pad(toFloat(long), [[before, after]]);
    const line = tf.conv1d(
      tf.reshape(signal, [1, n + before + after, 1]) as tf.Tensor3D,
      tf.reshape(toFloat(short), [m, 1, 1]) as tf.Tensor3D,
      1,
      'valid',
    );
    const found = tf.reshape(line, [-1]);
    return tf.cast(isTurned ? tf.reverse(found, 0) : found, a.dtype);
  },
};

export const Corrcoef = withOptions([], (x) => {
  const rows = toFloat(x.rank === 1 ? tf.expandDims(x, 0) : x);
  const centred = tf.sub(rows, tf.mean(rows, 1, true));
  const covariance = tf.matMul(centred, centred, false, true);
  const size = tf.sqrt(tf.sum(tf.square(centred), 1));
  const found = tf.div(covariance, tf.mul(tf.expandDims(size, 1), tf.expandDims(size, 0)));
  return x.rank === 1 ? tf.reshape(found, []) : tf.clipByValue(found, -1, 1);
});

/** Each value less the one before it. */
function difference(x: tf.Tensor, axis: number): tf.Tensor {
  const length = Math.max(0, x.shape[axis]! - 1);
  const [later, earlier] = [cut(x, axis, x.shape[axis]! - length, length), cut(x, axis, 0, length)];
  return x.dtype === 'bool' ? tf.logicalXor(later, earlier) : tf.sub(later, earlier);
}

export const Diff: OperationDefinition = {
  parameters: ['a'],
  options: ['n', 'axis'],
  run: (call) => {
    const x = call.tensor('a');
    const [axis, times] = [call.axis(x.rank, -1), call.integer('n', 1)];
    if (times < 0) throw call.fail(`${times} differences are none`);
    // What is empty stays so.
    return Array.from({ length: Math.min(times, x.shape[axis]!) }).reduce<tf.Tensor>(
      (y) => difference(y, axis),
      tf.clone(x),
    );
  },
};

export const Trapezoid: OperationDefinition = {
  parameters: ['y'],
  options: ['x', 'dx', 'axis'],
  run: (call) => {
    if (call.option('x') !== null)
      throw call.fail('places of the values are not supported; give their distance, dx');
    const y = call.float('y');
    const axis = call.axis(y.rank, -1);
    const length = y.shape[axis]! - 1;
    const between = tf.add(cut(y, axis, 1, length), cut(y, axis, 0, length));
    return tf.mul(tf.sum(between, axis), call.number('dx', 1) / 2);
  },
};

export const Average: OperationDefinition = {
  parameters: ['x', 'weights'],
  options: ['axis'],
  run: (call) => {
    const x = call.float('x');
    const axes = call.axes(x);
    if (!call.has('weights')) return tf.mean(x, axes);
    const given = call.float('weights');
    const isAlong = given.rank !== x.rank;
    if (isAlong && axes.length !== 1) throw call.fail('weights of another rank belong to one axis');
    const weights = isAlong
      ? tf.reshape(
          given,
          x.shape.map((size, i) => (i === axes[0] ? size : 1)),
        )
      : given;
    return tf.div(tf.sum(tf.mul(x, weights), axes), tf.sum(tf.mul(tf.onesLike(x), weights), axes));
  },
};

/** Powers of each value in a row. */
export const Vander = withOptions(['N', 'increasing'], (x, call) => {
  const columns = call.option('N') === null ? x.size : call.integer('N');
  const dtype = x.dtype === 'float32' ? 'float32' : 'int32';
  const powers = tf.range(0, columns, 1, dtype);
  const found = tf.pow(tf.expandDims(tf.cast(x, dtype), 1), tf.expandDims(powers, 0));
  return call.flag('increasing') ? found : tf.reverse(found, 1);
});

export const Einsum: OperationDefinition = {
  parameters: ['*operands'],
  options: ['subscripts'],
  run: (call) => {
    const subscripts = call.option('subscripts');
    if (typeof subscripts !== 'string') throw call.fail('einsum without subscripts');
    const tensors = promoteAll(call.tensors('operands'));
    const floats = tensors.map((tensor) => toFloat(tensor));
    return tf.cast(einsum(subscripts, floats), tensors[0]!.dtype);
  },
};

/** The sum of products along axes of each. */
function contracted(a: tf.Tensor, b: tf.Tensor, of: readonly number[], by: readonly number[]): tf.Tensor {
  const rest = (x: tf.Tensor, axes: readonly number[]): number[] =>
    x.shape.filter((_, i) => !axes.includes(i));
  const product = tf.matMul(
    tf.reshape(inRows(a, of), [-1, of.reduce((size, axis) => size * a.shape[axis]!, 1)]) as tf.Tensor2D,
    tf.reshape(inRows(b, by), [-1, by.reduce((size, axis) => size * b.shape[axis]!, 1)]) as tf.Tensor2D,
    false,
    true,
  );
  return tf.reshape(product, [...rest(a, of), ...rest(b, by)]);
}

/** NumPy's product of matrices: a vector on either side loses its axis again, and further axes are batches. */
export function matmul(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const left = a.rank === 1 ? tf.expandDims(a, 0) : a;
  const right = b.rank === 1 ? tf.expandDims(b, 1) : b;
  // One matrix for all rows is one product.
  const found =
    right.rank === 2 && left.rank > 2
      ? tf.reshape(
          tf.matMul(tf.reshape(left, [-1, left.shape[left.rank - 1]!]) as tf.Tensor2D, right as tf.Tensor2D),
          [...left.shape.slice(0, -1), right.shape[1]!],
        )
      : tf.matMul(left, right);
  const lost = [...(a.rank === 1 ? [found.rank - 2] : []), ...(b.rank === 1 ? [found.rank - 1] : [])];
  return lost.length === 0 ? found : tf.squeeze(found, lost);
}
