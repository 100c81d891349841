// Kernels that move, repeat, cut and join values without computing with them, and those that change the dtype.
import { roundToFloat, sameShape, sizeOf, type NarrowFloat } from '@lamella/program';
import { as } from '../element-wise.js';
import { uniform, type Lowered, type Lowering, type LoweringCall } from '../lowering.js';

export const Identity: Lowering = (call) => call.input('x');
export const Reshape: Lowering = (call) => reshaped(call, 'x');
export const ExpandDims: Lowering = (call) => reshaped(call, 'input');

function reshaped(call: LoweringCall, name: string): Lowered {
  const x = call.input(name);
  if (x.uniform !== undefined) return uniform(call.graph, x.uniform, call.output);
  return sameShape(x.shape, call.output.shape) ? x : call.graph.reshape(x.name, call.output.shape);
}

export const Cast: Lowering = (call) => {
  const x = call.input('x');
  const { dtype } = call.output;
  if (x.dtype === dtype) return x;
  if (x.uniform === undefined) return call.graph.cast(x.name, dtype);
  const whole = Math.trunc(x.uniform);
  return uniform(
    call.graph,
    dtype === 'float32' ? x.uniform : dtype === 'bool' ? Number(x.uniform !== 0) : whole,
    call.output,
  );
};

/** ONNX Runtime has casts to the narrower floats, and little else that computes in them. */
export const RoundTo: Lowering = (call) => {
  const { graph, output } = call;
  const x = call.input('x');
  const dtype = call.attribute<NarrowFloat>('dtype');
  if (x.uniform !== undefined) return uniform(graph, roundToFloat(x.uniform, dtype), output);
  return graph.cast(graph.cast(x.name, dtype), 'float32');
};

export const BroadcastTo: Lowering = (call) => {
  const x = call.input('x');
  if (x.uniform !== undefined) return uniform(call.graph, x.uniform, call.output);
  return call.graph.op('Expand', [x.name, call.graph.ints(call.output.shape)]);
};

export const Transpose: Lowering = (call) => {
  const x = call.input('x');
  return call.graph.transpose(x.name, call.attribute<number[]>('perm'));
};

export const Tile: Lowering = (call) => {
  const x = call.input('x');
  if (x.uniform !== undefined) return uniform(call.graph, x.uniform, call.output);
  const reps = call.attribute<number[]>('reps');
  return reps.every((count) => count === 1) ? x : call.graph.op('Tile', [x.name, call.graph.ints(reps)]);
};

export const Concat: Lowering = (call) => {
  const { graph } = call;
  const axis = call.attribute<number>('axis');
  const parts = call.list
    .filter((operand) => sizeOf(operand.shape) > 0)
    .map((operand) => as(graph, operand, call.output.dtype));
  return parts.length === 1 ? parts[0]! : graph.op('Concat', parts, { axis });
};

export const Pack: Lowering = (call) => {
  const { graph } = call;
  const axis = call.attribute<number>('axis');
  const parts = call.list.map((operand) =>
    graph.op('Unsqueeze', [as(graph, operand, call.output.dtype), graph.ints([axis])]),
  );
  return parts.length === 1 ? parts[0]! : graph.op('Concat', parts, { axis });
};

export const Unpack: Lowering = (call) => {
  const { graph } = call;
  const value = call.input('value');
  const axis = call.attribute<number>('axis');
  const count = call.outputs.length;
  if (count === 1) return [graph.reshape(value.name, call.output.shape)];
  const parts = graph.ops('Split', [value.name, graph.ints(new Array<number>(count).fill(1))], count, {
    axis,
  });
  return parts.map((part) => graph.op('Squeeze', [part, graph.ints([axis])]));
};

export const SplitV: Lowering = (call) => {
  const { graph } = call;
  const x = call.input('x');
  const axis = call.attribute<number>('axis');
  if (call.outputs.length === 1) return [x];
  const sizes = call.outputs.map((output) => output.shape[axis]!);
  return graph.ops('Split', [x.name, graph.ints(sizes)], sizes.length, { axis });
};

export const Slice: Lowering = (call) => {
  const x = call.input('x');
  if (x.uniform !== undefined) return uniform(call.graph, x.uniform, call.output);
  const starts = call.attribute<number[]>('begin');
  const { shape } = call.output;
  const axes = x.shape.map((_, i) => i).filter((i) => shape[i] !== x.shape[i]);
  if (axes.length === 0) return x;
  return call.graph.slice(
    x.name,
    axes,
    axes.map((i) => starts[i]!),
    axes.map((i) => starts[i]! + shape[i]!),
  );
};

export const StridedSlice: Lowering = (call) => {
  const { graph } = call;
  const x = call.input('x');
  const begin = call.attribute<number[]>('begin');
  // tfjs ends a backward slice at -1 for "past the first element", which ONNX would count from the end.
  const ends = call
    .attribute<number[]>('end')
    .map((position, i) => (position < 0 ? -(x.shape[i]! + 1) : position));
  const cut = graph.slice(
    x.name,
    x.shape.map((_, i) => i),
    begin,
    ends,
    call.attribute<number[]>('strides'),
  );
  return graph.reshape(cut, call.output.shape);
};

/** Backwards along the axes: a slice with negative steps, from the last element to past the first. */
export const Reverse: Lowering = (call) => {
  const { graph } = call;
  const x = call.input('x');
  const axes = call.attribute<number[]>('axes');
  if (axes.length === 0) return x;
  return graph.slice(
    x.name,
    axes,
    axes.map(() => -1),
    axes.map((axis) => -(x.shape[axis]! + 1)),
    axes.map(() => -1),
  );
};

export const PadV2: Lowering = (call) => {
  const { graph } = call;
  const x = call.input('x');
  const paddings = call.attribute<[number, number][]>('paddings');
  const value = call.attribute<number>('constantValue');
  if (paddings.every(([before, after]) => before === 0 && after === 0)) return x;
  if (sizeOf(x.shape) === 0) return uniform(graph, value, call.output);
  const pads = [...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)];
  return graph.op('Pad', [x.name, graph.ints(pads), graph.scalar(value, x.dtype)], { mode: 'constant' });
};

/** Both ways to mirror are a Gather an axis: ONNX' Pad knows only `reflect`. */
export const MirrorPad: Lowering = (call) => {
  const { graph } = call;
  const x = call.input('x');
  const skip = call.attribute<string>('mode') === 'reflect' ? 1 : 0;
  return call.attribute<[number, number][]>('paddings').reduce((name, [before, after], axis) => {
    if (before === 0 && after === 0) return name;
    const size = x.shape[axis]!;
    const mirrored = (i: number): number => (i < 0 ? -i - 1 + skip : i >= size ? 2 * size - 1 - skip - i : i);
    const source = Array.from({ length: before + size + after }, (_, i) => mirrored(i - before));
    return graph.op('Gather', [name, graph.ints(source)], { axis });
  }, x.name);
};
