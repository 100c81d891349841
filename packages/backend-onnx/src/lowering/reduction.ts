// Reductions along axes, running sums and products, ordering and counting.
import { sizeOf } from '@lamella/program';
import { as, commonType, declared } from '../element-wise.js';
import { uniform, type Lowered, type Lowering, type LoweringCall } from '../lowering.js';

export const Sum: Lowering = (call) => reduction(call, 'ReduceSum', 0);
export const Prod: Lowering = (call) => reduction(call, 'ReduceProd', 1);
export const Max: Lowering = (call) => extremum(call, 'ReduceMax', -Infinity);
export const Min: Lowering = (call) => extremum(call, 'ReduceMin', Infinity);
export const All: Lowering = (call) => reduction(call, 'ReduceMin', 1);
export const Any: Lowering = (call) => reduction(call, 'ReduceMax', 0);

/** A mean of integers is a float. */
export const Mean: Lowering = (call) => reduction(call, 'ReduceMean', NaN, 'float32');

function reduction(
  call: LoweringCall,
  operator: string,
  ofNothing: number,
  type = commonType(call.input('x')),
): Lowered {
  const x = call.input('x');
  if (sizeOf(x.shape) === 0) return uniform(call.graph, ofNothing, call.output);
  return declared(call, along(call, operator, as(call.graph, x, type)), type);
}

function along(call: LoweringCall, operator: string, x: string): string {
  return call.graph.reduce(
    operator,
    x,
    call.attribute<number[]>('axes'),
    call.attribute<boolean>('keepDims'),
  );
}

/** ONNX Runtime passes over NaN, where tfjs gives NaN; what is not a number must not vanish in a maximum. */
function extremum(call: LoweringCall, operator: string, ofNothing: number): Lowered {
  const { graph } = call;
  const x = call.input('x');
  const found = reduction(call, operator, ofNothing);
  if (x.dtype !== 'float32' || typeof found !== 'string' || call.attribute<number[]>('axes').length === 0)
    return found;
  const isNaN = graph.cast(
    along(call, 'ReduceMax', graph.cast(graph.op('IsNaN', [x.name]), 'float32')),
    'bool',
  );
  return graph.op('Where', [isNaN, graph.scalar(NaN), found]);
}

export const ArgMax: Lowering = (call) => position(call, 'ArgMax');
export const ArgMin: Lowering = (call) => position(call, 'ArgMin');

function position(call: LoweringCall, operator: string): string {
  const x = call.input('x');
  const axis = call.attribute<number>('axis');
  return call.graph.cast(
    call.graph.op(operator, [as(call.graph, x, commonType(x))], { axis, keepdims: 0 }),
    'int32',
  );
}

export const Cumsum: Lowering = (call) => {
  const x = call.input('x');
  const type = commonType(x);
  const flags = {
    exclusive: Number(call.attribute<boolean>('exclusive')),
    reverse: Number(call.attribute<boolean>('reverse')),
  };
  return declared(
    call,
    call.graph.op(
      'CumSum',
      [as(call.graph, x, type), call.graph.scalar(call.attribute<number>('axis'), 'int64')],
      flags,
    ),
    type,
  );
};

/** ONNX has no running product: each element multiplies those of its prefix, the others being replaced by 1. */
export const Cumprod: Lowering = (call) => {
  const { graph } = call;
  const x = call.input('x');
  const type = commonType(x);
  const axis = call.attribute<number>('axis');
  const size = x.shape[axis]!;
  const [exclusive, reverse] = [call.attribute<boolean>('exclusive'), call.attribute<boolean>('reverse')];
  const counts = (i: number, j: number): boolean => (reverse ? j > i : j < i) || (!exclusive && j === i);
  const mask = Array.from({ length: size * size }, (_, k) => Number(counts(Math.floor(k / size), k % size)));
  const after = new Array<number>(x.shape.length - 1 - axis).fill(1);
  const wide = graph.op('Unsqueeze', [as(graph, x, type), graph.ints([axis])]);
  const prefixes = graph.op('Where', [
    graph.tensor(mask, [size, size, ...after], 'bool'),
    wide,
    graph.scalar(1, type),
  ]);
  return declared(call, graph.reduce('ReduceProd', prefixes, [axis + 1], false), type);
};

export const TopK: Lowering = (call) => {
  const { graph } = call;
  const x = call.input('x');
  const [values, indices] = graph.ops(
    'TopK',
    [as(graph, x, commonType(x)), graph.ints([call.attribute<number>('k')])],
    2,
    { axis: -1, sorted: 1 },
  );
  return [values!, graph.cast(indices!, 'int32')];
};

/** The place of each value in a sorted row is the number of elements before it. */
export const SearchSorted: Lowering = (call) => {
  const { graph } = call;
  const [sequence, values] = [call.input('sortedSequence'), call.input('values')];
  const type = commonType(sequence, values);
  const rows = graph.op('Unsqueeze', [as(graph, sequence, type), graph.ints([1])]);
  const each = graph.op('Unsqueeze', [as(graph, values, type), graph.ints([2])]);
  const isBefore = graph.op(call.attribute<string>('side') === 'left' ? 'Less' : 'LessOrEqual', [rows, each]);
  return graph.reduce('ReduceSum', graph.cast(isBefore, 'int32'), [2], false);
};

export const Bincount: Lowering = (call) => counts(call, false);
export const DenseBincount: Lowering = (call) =>
  counts(call, call.attribute<boolean | undefined>('binaryOutput') === true);

/** Compares each number with each bin; numbers outside the bins count nowhere. */
function counts(call: LoweringCall, isBinary: boolean): string {
  const { graph } = call;
  const [x, weights] = [call.input('x'), call.input('weights')];
  const size = call.attribute<number>('size');
  const rank = x.shape.length;
  const last = graph.ints([rank]);
  const bins = graph.tensor(
    Array.from({ length: size }, (_, i) => i),
    [size],
    'int32',
  );
  const hits = graph.cast(
    graph.op('Equal', [graph.op('Unsqueeze', [as(graph, x, 'int32'), last]), bins]),
    'float32',
  );
  if (isBinary) return declared(call, graph.reduce('ReduceMax', hits, [rank - 1], false), 'float32');
  const weighted =
    sizeOf(weights.shape) === 0
      ? hits
      : graph.op('Mul', [hits, graph.op('Unsqueeze', [as(graph, weights, 'float32'), last])]);
  return declared(call, graph.reduce('ReduceSum', weighted, [rank - 1], false), 'float32');
}
