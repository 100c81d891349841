// Resizing images and moving blocks between space, depth and batch. Sizes are known when a graph is built, so resizing
// is a product with a matrix of weights for each axis, and its gradient the product with that matrix transposed.
import * as tf from '@tensorflow/tfjs-core';
import { sizeOf, type Shape } from '@lamella/program';
import { as } from '../element-wise.js';
import type { Lowering, LoweringCall } from '../lowering.js';

type Weights = (from: number, to: number, alignCorners: boolean, halfPixelCenters: boolean) => number[][];

export const ResizeBilinear: Lowering = (call) => resized(call, 'images', linear);
export const ResizeBilinearGrad: Lowering = (call) => resized(call, 'dy', linear);
export const ResizeNearestNeighbor: Lowering = (call) => resized(call, 'images', nearest);
export const ResizeNearestNeighborGrad: Lowering = (call) => resized(call, 'dy', nearest);

/** For a gradient the matrices lead from the result's size to dy's, and are transposed. */
function resized(call: LoweringCall, name: 'images' | 'dy', weights: Weights): string {
  const { graph } = call;
  const x = call.input(name);
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const matrix = (from: number, to: number): string => {
    const [align, half] = [
      call.attribute<boolean>('alignCorners'),
      call.attribute<boolean>('halfPixelCenters'),
    ];
    const rows =
      name === 'images' ? weights(from, to, align, half) : transposed(weights(to, from, align, half), to);
    return graph.tensor(rows.flat(), [to, from], 'float32');
  };
  const [toHeight, toWidth] = call.output.shape.slice(1, 3) as [number, number];
  const rows = graph.op('MatMul', [
    matrix(height, toHeight),
    graph.reshape(as(graph, x, 'float32'), [batch, height, width * channels]),
  ]);
  const columns = graph.op('MatMul', [
    matrix(width, toWidth),
    graph.reshape(rows, [batch * toHeight, width, channels]),
  ]);
  return graph.reshape(columns, call.output.shape);
}

function scaleOf(from: number, to: number, alignCorners: boolean): number {
  return alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
}

function linear(from: number, to: number, alignCorners: boolean, halfPixelCenters: boolean): number[][] {
  const scale = scaleOf(from, to, alignCorners);
  return Array.from({ length: to }, (_, i) => {
    const source = halfPixelCenters ? scale * (i + 0.5) - 0.5 : scale * i;
    const below = Math.max(0, Math.floor(source));
    const row = new Array<number>(from).fill(0);
    row[below]! += 1 - (source - below);
    row[Math.min(from - 1, Math.ceil(source))]! += source - below;
    return row;
  });
}

function nearest(from: number, to: number, alignCorners: boolean, halfPixelCenters: boolean): number[][] {
  const scale = scaleOf(from, to, alignCorners);
  return Array.from({ length: to }, (_, i) => {
    const source = halfPixelCenters ? scale * (i + 0.5) : scale * i;
    const row = new Array<number>(from).fill(0);
    row[Math.max(0, Math.min(from - 1, alignCorners ? Math.round(source) : Math.floor(source)))] = 1;
    return row;
  });
}

function transposed(matrix: readonly (readonly number[])[], columns: number): number[][] {
  return Array.from({ length: columns }, (_, i) => matrix.map((row) => row[i]!));
}

export const FlipLeftRight: Lowering = (call) => {
  const image = call.input('image');
  return call.graph.slice(image.name, [2], [-1], [-(image.shape[2]! + 1)], [-1]);
};

export const DepthToSpace: Lowering = (call) => {
  const { graph } = call;
  const x = call.input('x');
  const block = call.attribute<number>('blockSize');
  if (call.attribute<boolean>('isChannelsFirst'))
    return graph.op('DepthToSpace', [x.name], { blocksize: block, mode: 'DCR' });
  const [batch, height, width, depth] = x.shape as [number, number, number, number];
  const apart = graph.reshape(x.name, [batch, height, width, block, block, depth / block ** 2]);
  return graph.reshape(graph.transpose(apart, [0, 1, 3, 2, 4, 5]), call.output.shape);
};

export const SpaceToBatchND: Lowering = (call) => {
  const { graph } = call;
  const x = call.input('x');
  const block = call.attribute<number[]>('blockShape');
  const paddings = [[0, 0], ...call.attribute<number[][]>('paddings')] as [number, number][];
  while (paddings.length < x.shape.length) paddings.push([0, 0]);
  const padded = x.shape.map((size, i) => size + paddings[i]![0] + paddings[i]![1]);
  const pads = [...paddings.map(([before]) => before), ...paddings.map(([, behind]) => behind)];
  const image = pads.some((pad) => pad > 0)
    ? graph.op('Pad', [x.name, graph.ints(pads), graph.scalar(0, x.dtype)])
    : x.name;
  const count = sizeOf(block);
  const apart = graph.reshape(image, tf.backend_util.getReshaped(padded, block, count, false));
  const moved = graph.transpose(apart, permutation(padded, block, count, false));
  return graph.reshape(moved, tf.backend_util.getReshapedPermuted(padded, block, count, false));
};

export const BatchToSpaceND: Lowering = (call) => {
  const { graph } = call;
  const x = call.input('x');
  const block = call.attribute<number[]>('blockShape');
  const crops = call.attribute<number[][]>('crops');
  const count = sizeOf(block);
  const shape = [...x.shape];
  const apart = graph.reshape(x.name, tf.backend_util.getReshaped(shape, block, count));
  const whole = tf.backend_util.getReshapedPermuted(shape, block, count);
  const image = graph.reshape(graph.transpose(apart, permutation(shape, block, count, true)), whole);
  if (crops.every(([before, behind]) => before === 0 && behind === 0)) return image;
  const begin = tf.backend_util.getSliceBeginCoords(crops, block.length);
  return graph.slice(
    image,
    begin.map((_, i) => i),
    begin,
    begin.map((start, i) => start + call.output.shape[i]!),
  );
};

function permutation(shape: Shape, block: number[], count: number, batchToSpace: boolean): number[] {
  const rank = tf.backend_util.getReshaped([...shape], block, count, batchToSpace).length;
  return tf.backend_util.getPermuted(rank, block.length, batchToSpace);
}
