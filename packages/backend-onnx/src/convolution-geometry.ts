// What the lowerings of convolutions and pooling share: windows in ONNX' words, layouts, and elements by their place in a window.
import { sizeOf, type Shape, type Window } from '@lamella/program';
import type { GraphBuilder } from './model/graph-builder.js';

/** ONNX' `pads`: all in front, then all behind. */
export function padsOf(windows: readonly Window[]): number[] {
  return [...windows.map((window) => window.before), ...windows.map((window) => window.after)];
}

/** The attributes that ONNX' Conv, ConvTranspose and pools share. */
export function windowAttributes(windows: readonly Window[]): Record<string, readonly number[]> {
  return {
    kernel_shape: windows.map((window) => window.size),
    strides: windows.map((window) => window.stride),
    dilations: windows.map((window) => window.dilation),
    pads: padsOf(windows),
  };
}

/** Moves channels to the second axis. */
export function toChannelsFirst(graph: GraphBuilder, x: string, axes: number): string {
  return graph.transpose(x, [0, axes + 1, ...Array.from({ length: axes }, (_, i) => i + 1)]);
}

/** Moves channels to the last axis. */
export function toChannelsLast(graph: GraphBuilder, x: string, axes: number): string {
  return graph.transpose(x, [0, ...Array.from({ length: axes }, (_, i) => i + 2), 1]);
}

/** From so many channels on elements are gathered: several threads copy them, where one cuts out a slice. */
const wideChannels = 16;

/** For each place in the window, in order, the elements of x (channels last) that fall on it, one for each output. */
export function elementsByOffset(
  graph: GraphBuilder,
  x: string,
  xShape: Shape,
  windows: readonly Window[],
): string[] {
  const { padded, space } = paddedFor(graph, x, windows);
  const axes = windows.map((_, i) => i + 1);
  const shape = [xShape[0]!, ...space, xShape.at(-1)!];
  return offsetsOf(windows).map((offset) => {
    const begin = offset.map((place, i) => place * windows[i]!.dilation);
    const end = begin.map((start, i) => start + (windows[i]!.output - 1) * windows[i]!.stride + 1);
    const isWhole = windows.every(
      (window, i) => begin[i] === 0 && window.stride === 1 && end[i] === space[i],
    );
    if (isWhole) return padded;
    if (shape.at(-1)! >= wideChannels) return gathered(graph, padded, shape, begin, windows);
    return channelsLastSlice(graph, padded, shape, axes, begin, end, windows);
  });
}

/**
 * For each output a row of all elements of x (channels last) in its window, which a product with the filter turns into the
 * convolution. Shapes: [outputs, window and channels].
 */
export function rowsOfWindows(
  graph: GraphBuilder,
  x: string,
  xShape: Shape,
  windows: readonly Window[],
): string {
  const { padded, space } = paddedFor(graph, x, windows);
  const offsets = offsetsOf(windows);
  const outputs = positionsOf(windows.map((window) => window.output));
  const places = outputs.flatMap((output) =>
    offsets.map((offset) =>
      windows.reduce(
        (place, window, i) => place * space[i]! + output[i]! * window.stride + offset[i]! * window.dilation,
        0,
      ),
    ),
  );
  const [batch, channels] = [xShape[0]!, xShape.at(-1)!];
  const part = gatheredAt(graph, padded, [batch, ...space, channels], places);
  return graph.reshape(part, [batch * outputs.length, offsets.length * channels]);
}

/** x (channels last) with zeros around it as far as windows reach, and the sizes of its space. */
function paddedFor(
  graph: GraphBuilder,
  x: string,
  windows: readonly Window[],
): { readonly padded: string; readonly space: number[] } {
  const pads = padsOf(windows);
  const n = windows.length;
  const isPadded = pads.some((pad) => pad > 0);
  const padded = isPadded
    ? graph.op('Pad', [x, graph.ints([0, ...pads.slice(0, n), 0, 0, ...pads.slice(n), 0]), graph.scalar(0)])
    : x;
  return { padded, space: windows.map((window, i) => window.input + pads[i]! + pads[i + n]!) };
}

/** The elements at places in space, counted through all of its axes. Shapes: [batch, places, channels]. */
function gatheredAt(graph: GraphBuilder, x: string, shape: Shape, places: readonly number[]): string {
  const rows = graph.reshape(x, [shape[0]!, sizeOf(shape.slice(1, -1)), shape.at(-1)!]);
  return graph.op('Gather', [rows, graph.tensor(places, [places.length], 'int32')], { axis: 1 });
}

/** The elements that lie at `begin` and the windows' strides behind it. */
function gathered(
  graph: GraphBuilder,
  x: string,
  shape: Shape,
  begin: readonly number[],
  windows: readonly Window[],
): string {
  const [batch, space, channels] = [shape[0]!, shape.slice(1, -1), shape.at(-1)!];
  const places = windows.reduce<number[]>(
    (outer, window, i) =>
      outer.flatMap((place) =>
        Array.from({ length: window.output }, (_, k) => place * space[i]! + begin[i]! + k * window.stride),
      ),
    [0],
  );
  const part = gatheredAt(graph, x, shape, places);
  return graph.reshape(part, [batch, ...windows.map((window) => window.output), channels]);
}

/** A slice over space. The last axis of space is joined with the channels where it has no stride: long runs copy fast. */
function channelsLastSlice(
  graph: GraphBuilder,
  x: string,
  shape: Shape,
  axes: readonly number[],
  begin: readonly number[],
  end: readonly number[],
  windows: readonly Window[],
): string {
  const strides = windows.map((window) => window.stride);
  if (strides.at(-1) !== 1) return graph.slice(x, axes, begin, end, strides);
  const channels = shape.at(-1)!;
  const joined = graph.reshape(x, [...shape.slice(0, -2), shape.at(-2)! * channels]);
  const scaled = (positions: readonly number[]): number[] =>
    positions.map((position, i) => (i === positions.length - 1 ? position * channels : position));
  const part = graph.slice(joined, axes, scaled(begin), scaled(end), strides);
  return graph.reshape(part, [shape[0]!, ...windows.map((window) => window.output), channels]);
}

function offsetsOf(windows: readonly Window[]): number[][] {
  return positionsOf(windows.map((window) => window.size));
}

/** All positions in a grid, in order. */
function positionsOf(sizes: readonly number[]): number[][] {
  return sizes.reduce<number[][]>(
    (found, size) => found.flatMap((position) => Array.from({ length: size }, (_, i) => [...position, i])),
    [[]],
  );
}

/** Spreads each element of `dy` (channels first) over its window and adds up, to the size that `windows` come from. */
export function transposedConvolution(
  graph: GraphBuilder,
  dy: string,
  filter: string,
  windows: readonly Window[],
  group: number,
): string {
  // Elements behind the last window got nothing: ONNX calls the room for their zeros output padding.
  const rest = windows.map((window) => window.rest);
  return graph.op('ConvTranspose', [dy, filter], {
    ...windowAttributes(windows),
    group,
    ...(rest.some((size) => size > 0) && { output_padding: rest }),
  });
}
