// Gathering and scattering by indices.
import { sizeOf } from '@lamella/program';
import { boundIndices, everywhere, foundInside, spread, type BoundedIndices } from '../bounded-indices.js';
import { as, commonType, declared } from '../element-wise.js';
import { uniform, type Lowering, type LoweringCall, type Operand } from '../lowering.js';
import type { GraphBuilder } from '../model/graph-builder.js';
import type { OnnxAttribute } from '../model/onnx-model.js';

export const GatherV2: Lowering = (call) => {
  const { graph } = call;
  const [x, indices] = [call.input('x'), call.input('indices')];
  const [axis, batchDims] = [call.attribute<number>('axis'), call.attribute<number>('batchDims')];
  const size = x.shape[axis]!;
  if (size === 0) return nothing(call);
  const { name, isInside } = boundIndices(graph, indices, {
    name: as(graph, indices, 'int32'),
    type: 'int32',
    sizes: [size],
    isTuple: false,
  });
  if (batchDims === 0) {
    const given = [x.name, name];
    const find = (into: GraphBuilder): string => into.op('Gather', given, { axis });
    if (isInside === undefined) return find(graph);
    const blanked = (into: GraphBuilder): string =>
      foundInside(into, find(into), spread(into, isInside, x.shape.length - axis - 1), x.dtype);
    if (graph.isForAllSizes) return blanked(graph);
    // A pass over all that was found takes longer than finding it, and there is seldom anything to blank.
    return chosen(call, everywhere(graph, isInside, indices.shape.length), find, blanked);
  }
  // Batched: with the axis moved next to the batch, each index is shifted to its batch's rows and one Gather is left.
  const batch = sizeOf(x.shape.slice(0, batchDims));
  const outer = sizeOf(x.shape.slice(batchDims, axis));
  const inner = sizeOf(x.shape.slice(axis + 1));
  const count = sizeOf(indices.shape.slice(batchDims));
  const rows = graph.reshape(
    graph.transpose(graph.reshape(x.name, [batch, outer, size, inner]), [0, 2, 1, 3]),
    [batch * size, outer * inner],
  );
  const offsets = graph.tensor(
    Array.from({ length: batch }, (_, i) => i * size),
    [batch, 1],
    'int32',
  );
  const shifted = graph.op('Add', [graph.reshape(name, [batch, count]), offsets]);
  const found = graph.op('Gather', [rows, shifted], { axis: 0 });
  const gathered =
    isInside === undefined
      ? found
      : foundInside(graph, found, graph.reshape(isInside, [batch, count, 1]), x.dtype);
  const ordered = graph.transpose(graph.reshape(gathered, [batch, count, outer, inner]), [0, 2, 1, 3]);
  return graph.reshape(ordered, call.output.shape);
};

type Build = (graph: GraphBuilder) => string;

/** What the one graph gives where `condition` holds, else what the other gives. */
function chosen({ graph, output }: LoweringCall, condition: string, then: Build, otherwise: Build): string {
  const branch = (build: Build): OnnxAttribute => {
    const inner = graph.inner();
    inner.scope = graph.scope;
    const { model } = inner.finish([{ name: build(inner), type: output.dtype, shape: output.shape }]);
    return { graph: model };
  };
  return graph.op('If', [condition], { then_branch: branch(then), else_branch: branch(otherwise) });
}

/** What is read where there is nothing to read from. */
function nothing(call: LoweringCall): Operand {
  return uniform(call.graph, call.output.dtype === 'float32' ? NaN : 0, call.output);
}

export const GatherNd: Lowering = (call) => {
  const { graph } = call;
  const [params, indices] = [call.input('params'), call.input('indices')];
  const depth = indices.shape[indices.shape.length - 1]!;
  const name = as(graph, indices, 'int64');
  if (depth === 0) return graph.op('GatherND', [params.name, name]);
  const sizes = params.shape.slice(0, depth);
  if (sizes.includes(0)) return nothing(call);
  const bounded = boundIndices(graph, indices, { name, type: 'int64', sizes, isTuple: true });
  const found = graph.op('GatherND', [params.name, bounded.name]);
  if (bounded.isInside === undefined) return found;
  return foundInside(
    graph,
    found,
    spread(graph, bounded.isInside, params.shape.length - depth),
    params.dtype,
  );
};

/** Values at equal indices add up. */
export const ScatterNd: Lowering = (call) => {
  const { graph } = call;
  const updates = call.input('updates');
  const type = commonType(updates);
  const { shape } = call.output;
  const { name, isInside, depth } = places(call, call.input('indices'), shape);
  const given = as(graph, updates, type);
  const added =
    isInside === undefined
      ? given
      : graph.op('Where', [spread(graph, isInside, shape.length - depth), given, graph.scalar(0, type)]);
  return declared(
    call,
    graph.op('ScatterND', [graph.full(0, shape, type), name, added], { reduction: 'add' }),
    type,
  );
};

export const TensorScatterUpdate: Lowering = (call) =>
  placed(call, call.input('tensor').name, call.input('indices'), call.input('updates').name);

export const SparseToDense: Lowering = (call) => {
  const { graph } = call;
  const [indices, values] = [call.input('sparseIndices'), call.input('sparseValues')];
  const target = graph.op('Expand', [call.input('defaultValue').name, graph.ints(call.output.shape)]);
  const count = indices.shape[0] ?? 1;
  const updates =
    sizeOf(values.shape) === count && values.shape.length === 1
      ? values.name
      : graph.op('Expand', [values.name, graph.ints([count])]);
  return placed(call, target, indices, updates);
};

/** `target` with `updates` in place of what it has at `indices`. What is out of bounds goes to one more row, which is cut off. */
function placed(call: LoweringCall, target: string, indices: Operand, updates: string): string {
  const { graph } = call;
  const { shape, dtype } = call.output;
  const { name, isInside, depth } = places(call, indices, shape);
  if (isInside === undefined) return graph.op('ScatterND', [target, name, updates]);
  const [rows, ...rest] = shape;
  const more = graph.op('Concat', [target, graph.full(0, [1, ...rest], dtype)], { axis: 0 });
  const outside = graph.tensor(
    Array.from({ length: depth }, (_, i) => (i === 0 ? rows! : 0)),
    [depth],
    'int64',
  );
  const all = graph.op('Where', [spread(graph, isInside, 1), name, outside]);
  return graph.slice(graph.op('ScatterND', [more, all, updates]), [0], [0], [rows!]);
}

/** Where updates go, as lists of coordinates. */
function places(
  { graph }: LoweringCall,
  indices: Operand,
  shape: readonly number[],
): BoundedIndices & { readonly depth: number } {
  const name = tuples(graph, indices);
  const depth = indices.shape.length > 1 ? indices.shape[indices.shape.length - 1]! : 1;
  if (depth === 0) return { name, isInside: undefined, depth };
  const sizes = shape.slice(0, depth);
  return { ...boundIndices(graph, indices, { name, type: 'int64', sizes, isTuple: true }), depth };
}

/** Lists of coordinates; a single index, or each of a vector, is one of one. */
function tuples(graph: GraphBuilder, indices: Operand): string {
  const name = as(graph, indices, 'int64');
  if (indices.shape.length > 1) return name;
  return graph.reshape(name, indices.shape.length === 0 ? [1, 1] : [...indices.shape, 1]);
}

/** Ids outside the segments count nowhere: they go to one more segment, which is cut off. */
export const UnsortedSegmentSum: Lowering = (call) => {
  const { graph } = call;
  const x = call.input('x');
  const type = commonType(x);
  const count = call.attribute<number>('numSegments');
  const ids = as(graph, call.input('segmentIds'), 'int32');
  const isOutside = graph.op('Or', [
    graph.op('Less', [ids, graph.scalar(0, 'int32')]),
    graph.op('GreaterOrEqual', [ids, graph.scalar(count, 'int32')]),
  ]);
  const places = graph.op('Unsqueeze', [
    graph.cast(graph.op('Where', [isOutside, graph.scalar(count, 'int32'), ids]), 'int64'),
    graph.ints([-1]),
  ]);
  const target = graph.full(0, [count + 1, ...call.output.shape.slice(1)], type);
  const sums = graph.op('ScatterND', [target, places, as(graph, x, type)], { reduction: 'add' });
  return declared(call, graph.slice(sums, [0], [0], [count]), type);
};

/** An index outside the depth gives a row of `offValue`; ONNX' OneHot would count a negative one from the end. */
export const OneHot: Lowering = (call) => {
  const { graph } = call;
  const depth = call.attribute<number>('depth');
  const indices = as(graph, call.input('indices'), 'int32');
  const positions = graph.tensor(
    Array.from({ length: depth }, (_, i) => i),
    [depth],
    'int32',
  );
  const isHit = graph.op('Equal', [graph.op('Unsqueeze', [indices, graph.ints([-1])]), positions]);
  return between(call, isHit, call.attribute<number>('onValue'), call.attribute<number>('offValue'));
};

function between(call: LoweringCall, condition: string, on: number, off: number): string {
  const { graph } = call;
  const { dtype } = call.output;
  if (on === 1 && off === 0) return dtype === 'bool' ? condition : graph.cast(condition, dtype);
  const type = dtype === 'float32' ? 'float32' : 'int32';
  return declared(
    call,
    graph.op('Where', [condition, graph.scalar(on, type), graph.scalar(off, type)]),
    type,
  );
}
