// Convolutions over two and three axes, and their gradients. tfjs keeps channels last, ONNX first: Transposes go around
// Conv. Weight gradients are matrix products on channels-last slices, measured to be twice as fast as a convolution.
import {
  convolutionWindows,
  sizeOf,
  type ConvolutionAttributes,
  type Shape,
  type Window,
} from '@lamella/program';
import { activated, type Lowering, type LoweringCall } from '../lowering.js';
import type { GraphBuilder } from '../model/graph-builder.js';
import {
  elementsByOffset,
  rowsOfWindows,
  toChannelsFirst,
  toChannelsLast,
  transposedConvolution,
  windowAttributes,
} from '../convolution-geometry.js';

/** Below this many input channels products of single slices would be too thin: slices are joined, to so many columns. */
const thinChannels = 16;
const joinedColumns = 64;

export const Conv2D: Lowering = convolution;
/** With a bias, and ReLU behind it where that is the activation; made by fuseBias(). */
export const FusedConv2D: Lowering = convolution;
export const Conv3D: Lowering = convolution;
export const Conv2DBackpropInput: Lowering = inputGradient;
export const Conv3DBackpropInputV2: Lowering = inputGradient;
export const Conv2DBackpropFilter: Lowering = filterGradient;
export const Conv3DBackpropFilterV2: Lowering = filterGradient;

function convolution(call: LoweringCall): string {
  const { graph } = call;
  const [x, filter] = [call.input('x'), call.input('filter')];
  const windows = convolutionWindows(call.attributes<ConvolutionAttributes>(), x.shape, filter.shape);
  const channelsFirst = call.attribute<boolean>('isChannelsFirst');
  if (!channelsFirst && isPointwise(windows)) {
    const inputs = filter.shape.at(-2)!;
    return productOfRows(call, graph.reshape(x.name, [sizeOf(x.shape) / inputs, inputs]));
  }
  if (!channelsFirst && isThin(windows, filter.shape)) return thinConvolution(call, windows);
  const isWhole = x.shape.at(-1) === filter.shape.at(-2);
  if (!channelsFirst && isWhole && fitsRows(windows, x.shape[0]!, x.shape.at(-1)!))
    return productOfRows(call, rowsOfWindows(graph, x.name, x.shape, windows));
  const attributes = {
    ...windowAttributes(windows),
    group: x.shape[channelsFirst ? 1 : x.shape.length - 1]! / filter.shape[windows.length]!,
  };
  const image = channelsFirst ? x.name : toChannelsFirst(graph, x.name, windows.length);
  const bias = call.optional('bias');
  const inputs = [image, filterFirst(graph, filter.name, windows.length), ...(bias ? [bias.name] : [])];
  const result = activated(call, graph.op('Conv', inputs, attributes));
  return channelsFirst ? result : toChannelsLast(graph, result, windows.length);
}

/** With few input channels, as images have them: one product of all slices side by side, and no Transpose at all. */
function thinConvolution(call: LoweringCall, windows: readonly Window[]): string {
  const { graph } = call;
  const [x, filter] = [call.input('x'), call.input('filter')];
  const outputs = filter.shape.at(-1)!;
  const columns = sizeOf(filter.shape) / outputs;
  const joined = graph.op('Concat', elementsByOffset(graph, x.name, x.shape, windows), {
    axis: windows.length + 1,
  });
  return productOfRows(call, graph.reshape(joined, [sizeOf(call.output.shape) / outputs, columns]));
}

/** The most elements of rows that a convolution is given at once: 64 MiB. */
const mostInRows = 2 ** 24;

/**
 * Whether windows reach along one axis only, as those over sequences do, and rows of them are few: then one product of rows
 * takes four fifths of the time that Conv takes between its Transposes, measured.
 */
function fitsRows(windows: readonly Window[], batch: number, channels: number): boolean {
  const size = (of: (window: Window) => number): number => sizeOf(windows.map(of));
  const elements = batch * channels * size((window) => window.output) * size((window) => window.size);
  return windows.filter((window) => window.size > 1).length === 1 && elements <= mostInRows;
}

/** A convolution by one product with the rows of its windows, and no Transpose at all. */
function productOfRows(call: LoweringCall, rows: string): string {
  const { graph } = call;
  const filter = call.input('filter');
  const outputs = filter.shape.at(-1)!;
  const columns = graph.reshape(filter.name, [sizeOf(filter.shape) / outputs, outputs]);
  const product = graph.product(rows, columns, call.optional('bias')?.name);
  return graph.reshape(activated(call, product), call.output.shape);
}

function isThin(windows: readonly Window[], filter: Shape): boolean {
  return (
    windows.some((window) => window.size > 1) &&
    filter.at(-2)! < thinChannels &&
    sizeOf(filter.slice(0, -1)) <= joinedColumns
  );
}

function inputGradient(call: LoweringCall): string {
  const { graph } = call;
  const [dy, filter] = [call.input('dy'), call.input('filter')];
  const windows = convolutionWindows(
    call.attributes<ConvolutionAttributes>(),
    call.output.shape,
    filter.shape,
  );
  const channelsFirst = call.attribute<boolean>('isChannelsFirst');
  const [inputs, outputs] = filter.shape.slice(-2) as [number, number];
  if (!channelsFirst && isPointwise(windows)) {
    const rows = graph.reshape(dy.name, [sizeOf(dy.shape) / outputs, outputs]);
    return graph.reshape(
      graph.op('Gemm', [rows, graph.reshape(filter.name, [inputs, outputs])], { transB: 1 }),
      call.output.shape,
    );
  }
  const axes = Array.from({ length: windows.length }, (_, i) => i);
  if (!channelsFirst && fitsTurned(windows)) {
    const back = windows.map(backward);
    if (fitsRows(back, dy.shape[0]!, outputs)) {
      const backwards = graph.transpose(turned(graph, filter), [...axes, windows.length + 1, windows.length]);
      const product = graph.product(
        rowsOfWindows(graph, dy.name, dy.shape, back),
        graph.reshape(backwards, [sizeOf(filter.shape) / inputs, inputs]),
      );
      return graph.reshape(product, call.output.shape);
    }
  }
  const gradient = channelsFirst ? dy.name : toChannelsFirst(graph, dy.name, windows.length);
  const result = fitsTurned(windows)
    ? turnedConvolution(
        graph,
        gradient,
        graph.transpose(turned(graph, filter), [windows.length, windows.length + 1, ...axes]),
        windows,
        1,
      )
    : transposedConvolution(graph, gradient, filterFirst(graph, filter.name, windows.length), windows, 1);
  return channelsFirst ? result : toChannelsLast(graph, result, windows.length);
}

function filterGradient(call: LoweringCall): string {
  const { graph } = call;
  const [x, dy] = [call.input('x'), call.input('dy')];
  const filter = call.attribute<number[]>('filterShape');
  const windows = convolutionWindows(call.attributes<ConvolutionAttributes>(), x.shape, filter);
  const [inputs, outputs] = filter.slice(-2) as [number, number];
  const channelsFirst = call.attribute<boolean>('isChannelsFirst');
  const last = (name: string): string => (channelsFirst ? toChannelsLast(graph, name, windows.length) : name);
  const count = sizeOf(dy.shape) / outputs;
  const gradients = graph.reshape(last(dy.name), [count, outputs]);
  const shape = channelsFirst ? [x.shape[0]!, ...x.shape.slice(2), inputs] : x.shape;
  if (fitsRows(windows, shape[0]!, inputs)) {
    const rows = rowsOfWindows(graph, last(x.name), shape, windows);
    return graph.reshape(graph.op('Gemm', [rows, gradients], { transA: 1 }), filter);
  }
  const elements = elementsByOffset(graph, last(x.name), shape, windows);
  const together = inputs < thinChannels ? Math.floor(joinedColumns / inputs) : 1;
  const parts: string[] = [];
  for (let i = 0; i < elements.length; i += together) {
    const group = elements.slice(i, i + together);
    const joined = group.length === 1 ? group[0]! : graph.op('Concat', group, { axis: windows.length + 1 });
    parts.push(
      graph.op('Gemm', [graph.reshape(joined, [count, inputs * group.length]), gradients], { transA: 1 }),
    );
  }
  return graph.reshape(parts.length === 1 ? parts[0]! : graph.op('Concat', parts, { axis: 0 }), filter);
}

/** A filter as ONNX has it: output channels, input channels, space. */
function filterFirst(graph: GraphBuilder, filter: string, axes: number): string {
  return graph.transpose(filter, [axes + 1, axes, ...Array.from({ length: axes }, (_, i) => i)]);
}

function isPointwise(windows: readonly Window[]): boolean {
  return windows.every(
    (window) =>
      window.size === 1 && window.stride === 1 && window.before === 0 && window.output === window.input,
  );
}

/** Each input channel by itself, with `multiplier` filters: in ONNX one group a channel. */
export const DepthwiseConv2dNative: Lowering = (call) => {
  const { graph } = call;
  const [x, filter] = [call.input('x'), call.input('filter')];
  const windows = convolutionWindows(call.attributes<ConvolutionAttributes>(), x.shape, filter.shape);
  const image = toChannelsFirst(graph, x.name, 2);
  const result = graph.op('Conv', [image, depthwiseFilter(graph, filter)], {
    ...windowAttributes(windows),
    group: filter.shape[2]!,
  });
  return toChannelsLast(graph, result, 2);
};

export const DepthwiseConv2dNativeBackpropInput: Lowering = (call) => {
  const { graph } = call;
  const [dy, filter] = [call.input('dy'), call.input('filter')];
  const windows = convolutionWindows(
    call.attributes<ConvolutionAttributes>(),
    call.output.shape,
    filter.shape,
  );
  const gradient = toChannelsFirst(graph, dy.name, 2);
  const group = filter.shape[2]!;
  const result = fitsTurned(windows)
    ? turnedConvolution(graph, gradient, graph.transpose(turned(graph, filter), [2, 3, 0, 1]), windows, group)
    : transposedConvolution(graph, gradient, depthwiseFilter(graph, filter), windows, group);
  return toChannelsLast(graph, result, 2);
};

export const DepthwiseConv2dNativeBackpropFilter: Lowering = (call) => {
  const { graph } = call;
  const [x, dy] = [call.input('x'), call.input('dy')];
  const filter = call.attribute<[number, number, number, number]>('filterShape');
  const windows = convolutionWindows(call.attributes<ConvolutionAttributes>(), x.shape, filter);
  const [channels, multiplier] = [filter[2], filter[3]];
  const gradients = graph.reshape(dy.name, [...dy.shape.slice(0, 3), channels, multiplier]);
  const parts = elementsByOffset(graph, x.name, x.shape, windows).map((slice) => {
    const wide = graph.op('Unsqueeze', [slice, graph.ints([4])]);
    return graph.reduce('ReduceSum', graph.op('Mul', [wide, gradients]), [0, 1, 2], false);
  });
  return graph.reshape(parts.length === 1 ? parts[0]! : graph.op('Concat', parts, { axis: 0 }), filter);
};

/** Height, width, channels, multiplier to (channels x multiplier), 1, height, width. */
function depthwiseFilter(
  graph: GraphBuilder,
  filter: { readonly name: string; readonly shape: Shape },
): string {
  const [height, width, channels, multiplier] = filter.shape as [number, number, number, number];
  return graph.reshape(graph.transpose(filter.name, [2, 3, 0, 1]), [channels * multiplier, 1, height, width]);
}

/** How much more than ConvTranspose a convolution computes in the same time, measured. */
const advantageOfTurning = 1.25;

/** Whether {@link turnedConvolution} gives the gradient of a convolution by its input, and faster than ConvTranspose. */
function fitsTurned(windows: readonly Window[]): boolean {
  const size = (of: (window: Window) => number): number => sizeOf(windows.map(of));
  const more = size((window) => window.input) / size((window) => window.output);
  return (
    more <= advantageOfTurning &&
    windows.every((window) => window.stride === 1 && window.before <= reach(window))
  );
}

function reach(window: Window): number {
  return (window.size - 1) * window.dilation;
}

/** The window by which a gradient goes from the outputs back to the inputs, where there are no strides. */
function backward(window: Window): Window {
  const { input, output, before } = window;
  return {
    ...window,
    input: output,
    output: input,
    before: reach(window) - before,
    after: input + before - output,
  };
}

/** Without strides the gradient is a convolution with the filter turned around. */
function turnedConvolution(
  graph: GraphBuilder,
  dy: string,
  filter: string,
  windows: readonly Window[],
  group: number,
): string {
  return graph.op('Conv', [dy, filter], { ...windowAttributes(windows.map(backward)), group });
}

/** The filter backwards along its axes of space, which are its first. */
function turned(graph: GraphBuilder, filter: { readonly name: string; readonly shape: Shape }): string {
  const sizes = filter.shape.slice(0, -2);
  return graph.slice(
    filter.name,
    sizes.map((_, i) => i),
    sizes.map(() => -1),
    sizes.map((size) => -(size + 1)),
    sizes.map(() => -1),
  );
}
