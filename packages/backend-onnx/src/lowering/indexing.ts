// Gathering and scattering by indices.
import { sizeOf } from '@lamella/program';
import { as, commonType, declared } from '../element-wise.js';
import type { Lowering, LoweringCall, Operand } from '../lowering.js';
import type { GraphBuilder } from '../model/graph-builder.js';

export const GatherV2: Lowering = (call) => {
  const { graph } = call;
  const [x, indices] = [call.input('x'), call.input('indices')];
  const [axis, batchDims] = [call.attribute<number>('axis'), call.attribute<number>('batchDims')];
  if (batchDims === 0) return graph.op('Gather', [x.name, as(graph, indices, 'int32')], { axis });
  // Batched: with the axis moved next to the batch, each index is shifted to its batch's rows and one Gather is left.
  const batch = sizeOf(x.shape.slice(0, batchDims));
  const outer = sizeOf(x.shape.slice(batchDims, axis));
  const size = x.shape[axis]!;
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
  const shifted = graph.op('Add', [graph.reshape(as(graph, indices, 'int32'), [batch, count]), offsets]);
  const gathered = graph.op('Gather', [rows, shifted], { axis: 0 });
  const ordered = graph.transpose(graph.reshape(gathered, [batch, count, outer, inner]), [0, 2, 1, 3]);
  return graph.reshape(ordered, call.output.shape);
};

export const GatherNd: Lowering = (call) =>
  call.graph.op('GatherND', [call.input('params').name, as(call.graph, call.input('indices'), 'int64')]);

/** Values at equal indices add up. */
export const ScatterNd: Lowering = (call) => {
  const { graph } = call;
  const updates = call.input('updates');
  const type = commonType(updates);
  const target = graph.full(0, call.output.shape, type);
  return declared(
    call,
    graph.op('ScatterND', [target, tuples(graph, call.input('indices')), as(graph, updates, type)], {
      reduction: 'add',
    }),
    type,
  );
};

export const TensorScatterUpdate: Lowering = (call) =>
  call.graph.op('ScatterND', [
    call.input('tensor').name,
    tuples(call.graph, call.input('indices')),
    call.input('updates').name,
  ]);

export const SparseToDense: Lowering = (call) => {
  const { graph } = call;
  const [indices, values] = [call.input('sparseIndices'), call.input('sparseValues')];
  const target = graph.op('Expand', [call.input('defaultValue').name, graph.ints(call.output.shape)]);
  const count = indices.shape[0] ?? 1;
  const updates =
    sizeOf(values.shape) === count && values.shape.length === 1
      ? values.name
      : graph.op('Expand', [values.name, graph.ints([count])]);
  const places =
    indices.shape.length === 0 ? graph.reshape(as(graph, indices, 'int64'), [1, 1]) : tuples(graph, indices);
  return graph.op('ScatterND', [target, places, updates]);
};

/** Indices of rank 1 are one index each. */
function tuples(graph: GraphBuilder, indices: Operand): string {
  const name = as(graph, indices, 'int64');
  return indices.shape.length > 1 ? name : graph.reshape(name, [...indices.shape, 1]);
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
