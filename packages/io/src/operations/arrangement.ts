// keras.ops: shapes, slices, and tensors put together and taken apart.
import { einsum } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import type { Json } from '../keras-json/python-json.js';
import { getItem } from './get-item.js';
import {
  promoteAll,
  toFloat,
  withOptions,
  type OperationCall,
  type OperationDefinition,
} from './operation-definition.js';

export const GetItem: OperationDefinition = {
  parameters: ['x', 'key'],
  options: [],
  run: (call) => getItem(call.tensor('x'), call.value('key'), call),
};

export const Reshape = withOptions(['newshape'], (x, call) => tf.reshape(x, call.integers('newshape')));
export const Ravel = withOptions([], (x) => tf.reshape(x, [-1]));
export const Squeeze = withOptions(['axis'], (x, call) =>
  tf.squeeze(x, call.option('axis') === null ? undefined : call.axes(x)),
);
export const BroadcastTo = withOptions(['shape'], (x, call) => tf.broadcastTo(x, call.integers('shape')));

export const ExpandDims = withOptions(['axis'], (x, call) => {
  const added = call.integers('axis');
  const rank = x.rank + added.length;
  const axes = added.map((axis) => call.within(axis, rank)).sort((a, b) => a - b);
  return axes.reduce((y, axis) => tf.expandDims(y, axis), x);
});

export const Transpose = withOptions(['axes'], (x, call) =>
  tf.transpose(
    x,
    call.option('axes') === null ? x.shape.map((_, i) => x.rank - 1 - i) : call.axes(x, 'axes'),
  ),
);

export const Swapaxes = withOptions(['axis1', 'axis2'], (x, call) => {
  const [a, b] = [call.axis(x.rank, undefined, 'axis1'), call.axis(x.rank, undefined, 'axis2')];
  return tf.transpose(
    x,
    x.shape.map((_, i) => (i === a ? b : i === b ? a : i)),
  );
});

export const Moveaxis = withOptions(['source', 'destination'], (x, call) => {
  const [from, to] = [call.axes(x, 'source'), call.axes(x, 'destination')];
  const order = x.shape.map((_, i) => i).filter((axis) => !from.includes(axis));
  for (const [axis, place] of from.map((axis, i) => [axis, to[i]!] as const).sort((a, b) => a[1] - b[1]))
    order.splice(place, 0, axis);
  return tf.transpose(x, order);
});

export const Flip = withOptions(['axis'], (x, call) => tf.reverse(x, call.axes(x)));
export const Tile = withOptions(['repeats'], (x, call) => {
  const repeats = call.integers('repeats');
  const rank = Math.max(x.rank, repeats.length);
  const ones = (count: number): number[] => Array<number>(Math.max(0, count)).fill(1);
  return tf.tile(tf.reshape(x, [...ones(rank - x.rank), ...x.shape]), [
    ...ones(rank - repeats.length),
    ...repeats,
  ]);
});

export const Repeat = withOptions(['repeats', 'axis'], (x, call) => {
  const flat = call.option('axis') === null ? tf.reshape(x, [-1]) : x;
  const axis = call.option('axis') === null ? 0 : call.axis(x.rank);
  const repeats = call.integer('repeats');
  const spread = tf.tile(
    tf.expandDims(flat, axis + 1),
    [...flat.shape.map((_, i) => (i === axis + 1 ? repeats : 1)), 1].map((n, i) =>
      i === axis + 1 ? repeats : n,
    ),
  );
  return tf.reshape(
    spread,
    flat.shape.map((size, i) => (i === axis ? size * repeats : size)),
  );
});

export const Roll = withOptions(['shift', 'axis'], (x, call) => {
  const flat = call.option('axis') === null ? tf.reshape(x, [-1]) : x;
  const axis = call.option('axis') === null ? 0 : call.axis(x.rank);
  const size = flat.shape[axis]!;
  const shift = size === 0 ? 0 : ((call.integer('shift') % size) + size) % size;
  if (shift === 0) return tf.clone(x);
  const [head, tail] = tf.split(flat, [size - shift, shift], axis);
  return tf.reshape(tf.concat([tail!, head!], axis), x.shape);
});

export const Pad: OperationDefinition = {
  parameters: ['x', 'constant_values'],
  options: ['pad_width', 'mode'],
  run: (call) => {
    const x = call.tensor('x');
    const width = padding(call.option('pad_width'), x.rank, call);
    const mode = call.option('mode') ?? 'constant';
    if (mode === 'reflect' || mode === 'symmetric') return tf.mirrorPad(x, width, mode);
    if (mode !== 'constant') throw call.fail(`padding mode ${JSON.stringify(mode)} is not supported`);
    const value = call.has('constant_values') ? call.value('constant_values') : undefined;
    if (value !== undefined && value.kind !== 'number')
      throw call.fail('padding with anything but a number is not supported');
    return tf.pad(x, width, value?.value ?? 0);
  },
};

function padding(width: Json, rank: number, call: OperationCall): [number, number][] {
  const pair = (item: Json | undefined): [number, number] => {
    const [before, after] = Array.isArray(item)
      ? item.length === 1
        ? [item[0], item[0]]
        : item
      : [item, item];
    if (!Number.isSafeInteger(before) || !Number.isSafeInteger(after))
      throw call.fail('the padding is no list of pairs');
    return [before as number, after as number];
  };
  const isPerAxis = Array.isArray(width) && Array.isArray(width[0]) && width.length === rank;
  return Array.from({ length: rank }, (_, i) =>
    pair(
      isPerAxis
        ? (width as readonly Json[])[i]
        : Array.isArray(width) && Array.isArray(width[0])
          ? width[0]
          : width,
    ),
  );
}

const joined = (
  join: (tensors: tf.Tensor[], call: OperationCall) => tf.Tensor,
  parameter = 'xs',
  options: readonly string[] = [],
): OperationDefinition => ({
  parameters: [parameter],
  options,
  run: (call) => join(promoteAll(call.tensors(parameter)), call),
});

export const Concatenate = joined((xs, call) => tf.concat(xs, call.axis(xs[0]!.rank, 0)), 'xs', ['axis']);
export const Stack = joined((xs, call) => tf.stack(xs, call.axis(xs[0]!.rank + 1, 0)), 'x', ['axis']);
export const Hstack = joined((xs) =>
  tf.concat(
    xs.map((x) => (x.rank === 0 ? tf.reshape(x, [1]) : x)),
    xs[0]!.rank > 1 ? 1 : 0,
  ),
);
export const Vstack = joined((xs) =>
  tf.concat(
    xs.map((x) => (x.rank < 2 ? tf.reshape(x, [1, -1]) : x)),
    0,
  ),
);

/** What an operation may give at most; a file could ask for a billion. */
const mostParts = 10_000;

export const Split = withOptions(['indices_or_sections', 'axis'], (x, call) => {
  const axis = call.axis(x.rank, 0);
  const size = x.shape[axis]!;
  if (typeof call.option('indices_or_sections') === 'number') {
    const parts = call.integer('indices_or_sections');
    if (parts < 1 || parts > mostParts || size % parts !== 0)
      throw call.fail(`an axis of ${size} cannot be split into ${parts} equal parts`);
    return tf.split(x, parts, axis);
  }
  const indices = call.integers('indices_or_sections');
  const edges = [0, ...indices.map((edge) => Math.min(size, edge < 0 ? edge + size : edge)), size];
  return tf.split(
    x,
    edges.slice(1).map((edge, i) => Math.max(0, edge - edges[i]!)),
    axis,
  );
});

export const Unstack = withOptions(['num', 'axis'], (x, call) => {
  const axis = call.axis(x.rank, 0);
  if (x.shape[axis]! > mostParts)
    throw call.fail(`an axis of ${x.shape[axis]} is too long to be taken apart`);
  return tf.unstack(x, axis);
});

export const Take: OperationDefinition = {
  parameters: ['x', 'indices'],
  options: ['axis'],
  run: (call) => {
    const x = call.option('axis') === null ? tf.reshape(call.tensor('x'), [-1]) : call.tensor('x');
    const axis = call.option('axis') === null ? 0 : call.axis(x.rank);
    const indices = tf.cast(call.tensor('indices'), 'int32');
    const counted = tf.where(
      tf.less(indices, tf.scalar(0, 'int32')),
      tf.add(indices, tf.scalar(x.shape[axis]!, 'int32')),
      indices,
    );
    return tf.gather(x, counted as tf.Tensor1D, axis);
  },
};

/** Values of the constant that keeps a band. */
const mostOfABand = 2 ** 24;

export const Tril = withOptions(['k'], (x, call) =>
  banded(x, call, (row, column) => column <= row + call.integer('k', 0)),
);
export const Triu = withOptions(['k'], (x, call) =>
  banded(x, call, (row, column) => column >= row + call.integer('k', 0)),
);

function banded(
  x: tf.Tensor,
  call: OperationCall,
  keeps: (row: number, column: number) => boolean,
): tf.Tensor {
  const [rows = 0, columns = 0] = x.shape.slice(-2);
  if (x.rank < 2 || rows * columns > mostOfABand)
    throw call.fail(`no band of a tensor [${x.shape.join(', ')}]`);
  const kept = Array.from({ length: rows * columns }, (_, i) =>
    Number(keeps(Math.floor(i / columns), i % columns)),
  );
  return tf.mul(x, tf.tensor(kept, [rows, columns], x.dtype as 'float32'));
}

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
