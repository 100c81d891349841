// Pooling over two and three axes, and its gradients. Padding never counts: it is neither a maximum nor part of a mean.
import { sizeOf } from '@lamella/program';
import type { Lowering, LoweringCall } from '../lowering.js';
import type { GraphBuilder } from '../model/graph-builder.js';
import {
  after,
  elementsByOffset,
  poolWindows,
  toChannelsFirst,
  toChannelsLast,
  transposedConvolution,
  windowAttributes,
  type Window,
} from '../window.js';

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
  const windows = poolWindows(call, x.shape);
  const pooled = graph.op(
    operator,
    [toChannelsFirst(graph, x.name, windows.length)],
    windowAttributes(windows),
  );
  return toChannelsLast(graph, pooled, windows.length);
}

/** Adds each gradient to the element that was its window's first maximum. */
function maximumGradient(call: LoweringCall): string {
  const { graph } = call;
  const [dy, x] = [call.input('dy'), call.input('input')];
  const windows = poolWindows(call, x.shape);
  if (windows.every((window) => window.stride === window.size && window.before === 0 && after(window) <= 0))
    return tiledMaximumGradient(call, windows);
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

/** Windows side by side, the usual case: place by place, whether it holds the maximum and none before it did. */
function tiledMaximumGradient(call: LoweringCall, windows: readonly Window[]): string {
  const { graph } = call;
  const [dy, x, y] = [call.input('dy'), call.input('input'), call.input('output')];
  let free: string | undefined;
  const parts = elementsByOffset(graph, x.name, windows).map((place) => {
    const isMaximum = graph.op('Equal', [place, y.name]);
    const isFirst = free === undefined ? isMaximum : graph.op('And', [isMaximum, free]);
    const others = graph.op('Not', [isMaximum]);
    free = free === undefined ? others : graph.op('And', [free, others]);
    return graph.op('Where', [isFirst, dy.name, graph.scalar(0)]);
  });
  const [batch, channels] = [x.shape[0]!, x.shape.at(-1)!];
  const apart = [batch, ...windows.flatMap((window) => [window.output, 1]), channels];
  const wide = parts.map((part) => graph.reshape(part, apart));
  const joined = graph.reshape(interleaved(graph, wide, windows, 0), [
    batch,
    ...windows.map((window) => window.output * window.size),
    channels,
  ]);
  const rest = windows.map((window) => window.input - window.output * window.size);
  if (rest.every((size) => size === 0)) return joined;
  const none = windows.map(() => 0);
  return graph.op('Pad', [joined, graph.ints([0, ...none, 0, 0, ...rest, 0]), graph.scalar(0)]);
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
  const windows = poolWindows(call, x.shape);
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
