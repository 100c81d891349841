// Indices into axes as Programs allow them: below 0 they count from the end, out of bounds they read nothing and place nothing.
// ONNX Runtime stops at one that is out of bounds. Indices that are constants are looked at when the graph is made.
import type { Operand } from './lowering.js';
import type { GraphBuilder } from './model/graph-builder.js';

/** Indices that all exist, counted from the start, and whether each list of coordinates did before: undefined where all do. */
export interface BoundedIndices {
  readonly name: string;
  readonly isInside: string | undefined;
}

/** `name` are the indices as `type`; their last axis holds a coordinate for each of `sizes` where `isTuple`. */
export function boundIndices(
  graph: GraphBuilder,
  operand: Operand,
  { name, type, sizes, isTuple }: IndicesForm,
): BoundedIndices {
  if (areInside(operand, sizes)) return { name, isInside: undefined };
  const constant = (value: (size: number) => number): string =>
    isTuple ? graph.tensor(sizes.map(value), [sizes.length], type) : graph.scalar(value(sizes[0]!), type);
  const zero = graph.scalar(0, type);
  const fromStart = graph.op('Where', [
    graph.op('Less', [name, zero]),
    graph.op('Add', [name, constant((size) => size)]),
    name,
  ]);
  const isInside = graph.op('And', [
    graph.op('GreaterOrEqual', [fromStart, zero]),
    graph.op('Less', [fromStart, constant((size) => size)]),
  ]);
  const bounded = graph.op('Where', [isInside, fromStart, zero]);
  return { name: bounded, isInside: isTuple ? all(graph, isInside, [-1]) : isInside };
}

/** How indices stand in a graph. */
export interface IndicesForm {
  readonly name: string;
  readonly type: 'int32' | 'int64';
  /** Of the axes that they point into. */
  readonly sizes: readonly number[];
  readonly isTuple: boolean;
}

function areInside({ elements, uniform }: Operand, sizes: readonly number[]): boolean {
  const given = elements ?? (uniform === undefined ? undefined : sizes.map(() => uniform));
  if (given === undefined) return false;
  for (let i = 0; i < given.length; i++) {
    if (given[i]! < 0 || given[i]! >= sizes[i % sizes.length]!) return false;
  }
  return true;
}

/** Whether all along these axes are true. */
function all(graph: GraphBuilder, x: string, axes: readonly number[]): string {
  return graph.cast(graph.reduce('ReduceMin', graph.cast(x, 'int32'), axes, false), 'bool');
}

/** Whether all elements of a tensor of so many axes are true. */
export function everywhere(graph: GraphBuilder, x: string, rank: number): string {
  return all(
    graph,
    x,
    Array.from({ length: rank }, (_, i) => i),
  );
}

/** `x` with axes of size 1 behind its own. */
export function spread(graph: GraphBuilder, x: string, axes: number): string {
  if (axes === 0) return x;
  return graph.op('Unsqueeze', [x, graph.ints(Array.from({ length: axes }, (_, i) => i - axes))]);
}

/** `found` where an index was inside; else NaN, or 0 and false where there is no NaN. `isInside` broadcasts to it. */
export function foundInside(
  graph: GraphBuilder,
  found: string,
  isInside: string,
  dtype: Operand['dtype'],
): string {
  if (dtype === 'bool') return graph.op('And', [found, isInside]);
  if (dtype === 'int32') return graph.op('Mul', [found, graph.cast(isInside, 'int32')]);
  // One pass over what was found, where a choice takes several; -0 leaves every float as it is.
  return graph.op('Add', [found, graph.op('Where', [isInside, graph.scalar(-0), graph.scalar(NaN)])]);
}
