// Pooling over two and three axes, and its gradients. Padding never counts: it is neither a maximum nor part of a mean.
import { poolWindows, sizeOf, type PoolingAttributes, type Window } from '@lamella/program';
import type { Lowering, LoweringCall } from '../lowering.js';
import type { GraphBuilder } from '../model/graph-builder.js';
import {
  toChannelsFirst,
  toChannelsLast,
  transposedConvolution,
  windowAttributes,
} from '../convolution-geometry.js';

export const MaxPool: Lowering = (call) => pool(call, 'MaxPool');
export const MaxPool3D: Lowering = (call) => pool(call, 'MaxPool');
export const AvgPool: Lowering = (call) => pool(call, 'AveragePool');
export const AvgPool3D: Lowering = (call) => pool(call, 'AveragePool');
export const MaxPoolGrad: Lowering = maximumGradient;
export const MaxPool3DGrad: Lowering = maximumGradient;
export const AvgPoolGrad: Lowering = meanGradient;
export const AvgPool3DGrad: Lowering = meanGradient;

function pool(call: LoweringCall, operator: string): string {
  const { graph } = call;
  const x = call.input('x');
  const windows = poolWindows(call.attributes<PoolingAttributes>(), x.shape);
  if (operator === 'MaxPool' && isTiled(windows)) return tiledMaximum(call, windows);
  // ONNX Runtime takes zeros put around an image for a maximum's own padding, which never counts, unless the places are asked for.
  const results = operator === 'MaxPool' && graph.source(x.name) === 'Pad' ? 2 : 1;
  const image = toChannelsFirst(graph, x.name, windows.length);
  const [pooled] = graph.ops(operator, [image], results, windowAttributes(windows));
  return toChannelsLast(graph, pooled!, windows.length);
}

/** Windows side by side, with nothing of them outside the input. */
function isTiled(windows: readonly Window[]): boolean {
  return windows.every(
    (window) => window.stride === window.size && window.before === 0 && window.after === 0,
  );
}

/** One reduction an axis, in place of two transposes of the whole image around a pooling. */
function tiledMaximum(call: LoweringCall, windows: readonly Window[]): string {
  const { graph } = call;
  const shape = [...call.input('x').shape];
  return windows.reduce((x, window, i) => {
    const axis = i + 1;
    const covered = window.output * window.size;
    const inside = covered === window.input ? x : graph.slice(x, [axis], [0], [covered]);
    const rows = sizeOf(shape.slice(0, axis)) * window.output;
    const columns = sizeOf(shape.slice(axis + 1));
    shape[axis] = window.output;
    const largest = graph.reduce(
      'ReduceMax',
      graph.reshape(inside, [rows, window.size, columns]),
      [1],
      false,
    );
    return graph.reshape(largest, shape);
  }, call.input('x').name);
}

/** Adds each gradient to the element that was its window's first maximum. */
function maximumGradient(call: LoweringCall): string {
  const { graph } = call;
  const [dy, x] = [call.input('dy'), call.input('input')];
  const windows = poolWindows(call.attributes<PoolingAttributes>(), x.shape);
  if (isTiled(windows)) return tiledMaximumGradient(call, windows);
  const image = toChannelsFirst(graph, x.name, windows.length);
  const [, places] = graph.ops('MaxPool', [image], 2, windowAttributes(windows));
  const gradients = graph.reshape(toChannelsFirst(graph, dy.name, windows.length), [sizeOf(dy.shape)]);
  const target = graph.full(0, [sizeOf(x.shape)], 'float32');
  const overlaps = windows.some((window) => window.stride < window.size);
  const flat = graph.op(
    'ScatterElements',
    [target, graph.reshape(places!, [sizeOf(dy.shape)]), gradients],
    overlaps ? { axis: 0, reduction: 'add' } : { axis: 0 },
  );
  const [batch, ...rest] = x.shape;
  return toChannelsLast(
    graph,
    graph.reshape(flat, [batch!, rest.at(-1)!, ...rest.slice(0, -1)]),
    windows.length,
  );
}

/**
 * Windows side by side, the usual case: a mask of the places that hold the maximum with none before them, put together as
 * bytes, and a product with it, which ONNX Runtime computes in half the time of a choice.
 */
function tiledMaximumGradient(call: LoweringCall, windows: readonly Window[]): string {
  const { graph } = call;
  const [dy, x, y] = [call.input('dy'), call.input('input'), call.input('output')];
  const [batch, channels] = [x.shape[0]!, x.shape.at(-1)!];
  const covered = windows.map((window) => window.output * window.size);
  const rest = windows.map((window, i) => window.input - covered[i]!);
  const isWhole = rest.every((size) => size === 0);
  const axes = windows.map((_, i) => i + 1);
  const none = axes.map(() => 0);
  const inside = isWhole ? x.name : graph.slice(x.name, axes, none, covered);
  const wide = [batch, ...windows.flatMap((window) => [window.output, window.size]), channels];
  const apart = [batch, ...windows.flatMap((window) => [window.output, 1]), channels];
  const isMaximum = graph.op('Equal', [graph.reshape(inside, wide), graph.reshape(y.name, apart)]);
  const mask = graph.cast(firstInWindow(graph, isMaximum, windows), 'float32');
  const spread = graph.op('Mul', [mask, graph.reshape(dy.name, apart)]);
  const joined = graph.reshape(spread, [batch, ...covered, channels]);
  if (isWhole) return joined;
  return graph.op('Pad', [joined, graph.ints([0, ...none, 0, 0, ...rest, 0]), graph.scalar(0)]);
}

/** Of the marked places of each window (axes 2, 4, ...), the first. */
function firstInWindow(graph: GraphBuilder, marks: string, windows: readonly Window[]): string {
  const split = (values: readonly string[], axis: number): string[] =>
    values.flatMap((value) => {
      const { size } = windows[axis]!;
      return size === 1
        ? [value]
        : graph.ops('Split', [value, graph.ints(new Array<number>(size).fill(1))], size, {
            axis: 2 + 2 * axis,
          });
    });
  const places = windows.reduce((values, _, axis) => split(values, axis), [marks]);
  let taken: string | undefined;
  const firsts = places.map((place, i) => {
    const first = taken === undefined ? place : graph.op('And', [place, graph.op('Not', [taken])]);
    if (i < places.length - 1) taken = taken === undefined ? place : graph.op('Or', [taken, place]);
    return first;
  });
  return interleaved(graph, firsts, windows, 0);
}

/** Joins the places of a window along the axes that stand for them. */
function interleaved(
  graph: GraphBuilder,
  parts: readonly string[],
  windows: readonly Window[],
  axis: number,
): string {
  if (axis === windows.length) return parts[0]!;
  const { size } = windows[axis]!;
  const each = parts.length / size;
  const rows = Array.from({ length: size }, (_, i) =>
    interleaved(graph, parts.slice(i * each, (i + 1) * each), windows, axis + 1),
  );
  return rows.length === 1 ? rows[0]! : graph.op('Concat', rows, { axis: 2 + 2 * axis });
}

/** Shares each gradient among the elements of its window that are no padding. */
function meanGradient(call: LoweringCall): string {
  const { graph } = call;
  const [dy, x] = [call.input('dy'), call.input('input')];
  const windows = poolWindows(call.attributes<PoolingAttributes>(), x.shape);
  const shares = shareOf(windows);
  const shared = graph.op('Mul', [
    dy.name,
    graph.tensor(shares, [...windows.map((window) => window.output), 1], 'float32'),
  ]);
  const fits = windows.every(
    (window) =>
      window.stride === window.size && window.before === 0 && window.output * window.size === window.input,
  );
  if (fits) return repeated(graph, shared, windows, dy.shape);
  const channels = x.shape.at(-1)!;
  const [batch, ...space] = [x.shape[0]!, ...windows.map((window) => window.output)] as [number, ...number[]];
  const images = graph.reshape(toChannelsFirst(graph, shared, windows.length), [
    batch * channels,
    1,
    ...space,
  ]);
  const ones = graph.full(1, [1, 1, ...windows.map((window) => window.size)], 'float32');
  const spread = transposedConvolution(graph, images, ones, windows, 1);
  return toChannelsLast(
    graph,
    graph.reshape(spread, [batch, channels, ...windows.map((window) => window.input)]),
    windows.length,
  );
}

/** Windows that tile the input: every gradient is repeated over its window. */
function repeated(
  graph: GraphBuilder,
  x: string,
  windows: readonly Window[],
  shape: readonly number[],
): string {
  const [batch, channels] = [shape[0]!, shape.at(-1)!];
  const apart = graph.reshape(x, [batch, ...windows.flatMap((window) => [window.output, 1]), channels]);
  const filled = graph.op('Expand', [
    apart,
    graph.ints([batch, ...windows.flatMap((window) => [window.output, window.size]), channels]),
  ]);
  return graph.reshape(filled, [batch, ...windows.map((window) => window.input), channels]);
}

/** For each output, one over the number of elements of its window inside the input. */
function shareOf(windows: readonly Window[]): Float32Array {
  const along = windows.map((window) =>
    Array.from({ length: window.output }, (_, i) => {
      const start = i * window.stride - window.before;
      return Math.max(1, Math.min(window.input, start + window.size) - Math.max(0, start));
    }),
  );
  const counts = along.reduce(
    (products, axis) => products.flatMap((product) => axis.map((count) => product * count)),
    [1],
  );
  return Float32Array.from(counts, (count) => 1 / count);
}
