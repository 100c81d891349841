// keras.ops.nn: windows over images laid side by side, and laid back where they overlap; both by tables of places.
import * as tf from '@tensorflow/tfjs-core';
import { type OperationCall, type OperationDefinition } from './operation-definition.js';

/** How a window moves along an axis. */
export interface Steps {
  /** Values in a window, and how far apart they are. */
  readonly length: number;
  readonly dilation: number;
  /** How many windows there are, and how far apart they are. */
  readonly count: number;
  readonly stride: number;
}

/** Windows that fit into an axis of this size. Throws where there are none. */
export function stepsIn(
  size: number,
  length: number,
  stride: number,
  dilation: number,
  call: OperationCall,
): Steps {
  const count = Math.floor((size - dilation * (length - 1) - 1) / stride) + 1;
  if (!(length > 0 && stride > 0 && dilation > 0 && count > 0))
    throw call.fail(`windows of ${length} values, ${stride} apart, do not fit into an axis of ${size}`);
  return { length, dilation, count, stride };
}

/** The place on the axis of each value of each window. Shapes: [length, count]. */
export function placesOf({ length, dilation, count, stride }: Steps): tf.Tensor {
  const every = (n: number, by: number): tf.Tensor =>
    tf.mul(tf.range(0, n, 1, 'int32'), tf.scalar(by, 'int32'));
  return tf.add(tf.expandDims(every(length, dilation), 1), every(count, stride));
}

/** The sum of what is laid at each place along the last axis. Shapes: [..., places] gives [..., size]. */
export function laidAt(x: tf.Tensor, places: tf.Tensor, size: number): tf.Tensor {
  const outer = x.shape.slice(0, -1);
  const rows = tf.transpose(tf.reshape(x, [-1, places.size]));
  const sums = tf.scatterND(tf.reshape(places, [-1, 1]), rows, [size, rows.shape[1]!]);
  return tf.reshape(tf.transpose(sums), [...outer, size]);
}

interface Windows {
  readonly height: Steps;
  readonly width: Steps;
  /** Of values and windows, in the order in which Keras lays them. */
  readonly places: tf.Tensor;
}

const pair = (call: OperationCall, name: string): [number, number] => {
  const given = call.integers(name);
  return [given[0]!, given.at(-1)!];
};

function windowsIn(call: OperationCall, height: number, width: number): Windows {
  const [kernel, stride, dilation] = [
    pair(call, 'kernel_size'),
    pair(call, 'stride'),
    pair(call, 'dilation'),
  ];
  const [rows, columns] = [height, width].map((size, i) =>
    stepsIn(size, kernel[i]!, stride[i]!, dilation[i]!, call),
  ) as [Steps, Steps];
  const inRows = tf.reshape(tf.mul(placesOf(rows), tf.scalar(width, 'int32')), [
    rows.length,
    1,
    rows.count,
    1,
  ]);
  const inColumns = tf.reshape(placesOf(columns), [1, columns.length, 1, columns.count]);
  return { height: rows, width: columns, places: tf.reshape(tf.add(inRows, inColumns), [-1]) };
}

const options = ['kernel_size', 'dilation', 'padding', 'stride'];

export const Unfold: OperationDefinition = {
  parameters: ['x'],
  options,
  run: (call) => {
    const x = call.float('x');
    if (x.rank !== 4) throw call.fail(`unfold of a tensor of rank ${x.rank}, expected 4`);
    const [top, left] = pair(call, 'padding');
    const padded = tf.pad(x, [
      [0, 0],
      [0, 0],
      [top, top],
      [left, left],
    ]);
    const [batch, channels, rows, columns] = padded.shape as [number, number, number, number];
    const { height, width, places } = windowsIn(call, rows, columns);
    const found = tf.gather(tf.reshape(padded, [batch, channels, rows * columns]), places as tf.Tensor1D, 2);
    return tf.reshape(found, [batch, channels * height.length * width.length, height.count * width.count]);
  },
};

export const Fold: OperationDefinition = {
  parameters: ['x'],
  options: ['output_size', ...options],
  run: (call) => {
    const x = call.float('x');
    if (x.rank !== 3) throw call.fail(`fold of a tensor of rank ${x.rank}, expected 3`);
    const [[rows, columns], [top, left]] = [pair(call, 'output_size'), pair(call, 'padding')];
    const [tall, wide] = [rows + 2 * top, columns + 2 * left];
    const { height, width, places } = windowsIn(call, tall, wide);
    const batch = x.shape[0]!;
    const channels = x.shape[1]! / (height.length * width.length);
    if (!Number.isInteger(channels) || x.shape[2] !== height.count * width.count)
      throw call.fail(`[${x.shape.join(', ')}] are no windows of an image [${rows}, ${columns}]`);
    const laid = laidAt(tf.reshape(x, [batch, channels, places.size]), places, tall * wide);
    return tf.slice(
      tf.reshape(laid, [batch, channels, tall, wide]),
      [0, 0, top, left],
      [batch, channels, rows, columns],
    );
  },
};
