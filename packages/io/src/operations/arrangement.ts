// keras.ops: shapes, slices, and tensors put together and taken apart.
import * as tf from '@tensorflow/tfjs-core';
import type { Json } from '../keras-json/python-json.js';
import { alongAxes, inRows, lengthOf } from './along-axes.js';
import { getItem } from './get-item.js';
import {
  promoteAll,
  withOptions,
  type OperationCall,
  type OperationDefinition,
} from './operation-definition.js';
import { flattened } from './reduction.js';

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

export const Dstack = joined((xs) => {
  const deep = (x: tf.Tensor): number[] =>
    x.rank < 2 ? [1, x.size, 1] : x.rank === 2 ? [...x.shape, 1] : x.shape;
  return tf.concat(
    xs.map((x) => tf.reshape(x, deep(x))),
    2,
  );
});

export const Append: OperationDefinition = {
  parameters: ['x1', 'x2'],
  options: ['axis'],
  run: (call) => {
    const pair = call.pair();
    return call.option('axis') === null
      ? tf.concat(pair.map((x) => tf.reshape(x, [-1])))
      : tf.concat(pair, call.axis(pair[0].rank));
  },
};

export const Meshgrid: OperationDefinition = {
  parameters: ['*x'],
  options: ['indexing'],
  run: (call) => {
    const lines = call.tensors('x').map((x) => tf.reshape(x, [-1]));
    // By columns and rows, as in a picture, the first two axes change places.
    const isXY = (call.option('indexing') ?? 'xy') === 'xy' && lines.length > 1;
    const axisOf = (i: number): number => (isXY && i < 2 ? 1 - i : i);
    const shape = lines.map((_, axis) => lines[axisOf(axis)]!.size);
    return lines.map((line, i) =>
      tf.broadcastTo(
        tf.reshape(
          line,
          shape.map((_, axis) => (axis === axisOf(i) ? line.size : 1)),
        ),
        shape,
      ),
    );
  },
};

export const UnravelIndex: OperationDefinition = {
  parameters: ['indices'],
  options: ['shape'],
  run: (call) => {
    const shape = call.integers('shape');
    const indices = tf.cast(call.tensor('indices'), 'int32');
    return shape.map((size, axis) => {
      const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
      return tf.mod(tf.floorDiv(indices, tf.scalar(inner, 'int32')), tf.scalar(size, 'int32'));
    });
  },
};

export const TakeAlongAxis: OperationDefinition = {
  parameters: ['x', 'indices'],
  options: ['axis'],
  run: (call) => {
    const given = tf.cast(call.tensor('indices'), 'int32');
    const [x, axis] = flattened(call.tensor('x'), call);
    const indices = call.option('axis') === null ? tf.reshape(given, [-1]) : given;
    // Both have the same sizes elsewhere, or one there that repeats.
    const shape = x.shape.map((size, i) => Math.max(size, indices.shape[i]!));
    const repeated = (tensor: tf.Tensor): tf.Tensor =>
      tf.broadcastTo(
        tensor,
        shape.map((size, i) => (i === axis ? tensor.shape[i]! : size)),
      );
    const length = x.shape[axis]!;
    return alongAxes(repeated(x), [axis], (rows) => {
      const places = inRows(repeated(indices), [axis]);
      const counted = tf.where(tf.less(places, 0), tf.add(places, tf.scalar(length, 'int32')), places);
      const found = tf.gather(
        tf.reshape(rows, [-1, length]),
        tf.reshape(counted, [-1, lengthOf(places)]),
        1,
        1,
      );
      return tf.reshape(found, places.shape);
    });
  },
};

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
