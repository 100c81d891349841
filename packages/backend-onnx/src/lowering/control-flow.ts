// Nodes that hold Programs, as ONNX operators that hold graphs: Scan, Loop and If. What stays the same from step to step, and
// what branches read, the inner graphs read by its name in the graph around them.
import {
  condKernel,
  scanKernel,
  scanParts,
  sizeOf,
  whileKernel,
  whileParts,
  type Program,
  type ProgramNode,
} from '@lamella/program';
import { computed, type Operand, type OperandType } from '../lowering.js';
import type { GraphBuilder } from '../model/graph-builder.js';

/** One node that holds Programs. */
export interface HolderCall {
  readonly node: ProgramNode;
  readonly graph: GraphBuilder;
  readonly inputs: readonly Operand[];
  /** The types of the results. */
  readonly types: readonly OperandType[];
  /** Appends what a Program computes of its inputs to a graph, and gives its outputs. */
  readonly lowerInside: (
    program: Program,
    graph: GraphBuilder,
    given: readonly Operand[],
  ) => readonly Operand[];
}

/** By kernel. */
export const holderLowerings: Readonly<Record<string, ((call: HolderCall) => Operand[]) | undefined>> = {
  [condKernel]: lowerCond,
  [scanKernel]: lowerScan,
  [whileKernel]: lowerWhile,
};

function lowerScan({ node, graph, inputs, types, lowerInside }: HolderCall): Operand[] {
  const { carries, sequences, constants, length, reverse } = scanParts(named(inputs), node.attrs);
  const ends = carries.length;
  if (length === 0) return types.map((type, i) => carries[i] ?? empty(graph, type));
  const inner = graph.inner();
  inner.scope = graph.scope;
  const own = [
    ...carries.map((carry) => input(inner, carry)),
    ...sequences.map(({ shape, dtype }) => input(inner, { shape: shape.slice(1), dtype })),
  ];
  const found = lowerInside(node.programs!['body']!, inner, [...own, ...constants]);
  const filled = (i: number): boolean => sizeOf(types[i]!.shape) > 0;
  const stacked = sequences.filter(hasElements).map(({ name }) => name);
  // ONNX counts steps by a sequence.
  if (stacked.length === 0) {
    inner.input('bool', []);
    stacked.push(graph.full(0, [length], 'bool'));
  }
  const kept = types.map((_, i) => i).filter(filled);
  const attributes = {
    body: {
      graph: finished(
        inner,
        kept.map((i) => found[i]!),
      ),
    },
    num_scan_inputs: stacked.length,
    ...(reverse && {
      scan_input_directions: stacked.map(() => 1),
      scan_output_directions: kept.filter((i) => i >= ends).map(() => 1),
    }),
  };
  const given = [...carries.filter(hasElements).map(({ name }) => name), ...stacked];
  return scattered(graph, types, kept, graph.ops('Scan', given, kept.length, attributes));
}

function lowerWhile({ node, graph, inputs, types, lowerInside }: HolderCall): Operand[] {
  const { carries, constants, maximumIterations } = whileParts(named(inputs), node.attrs);
  const { condition, body } = node.programs!;
  const [first] = lowerInside(condition!, graph, inputs);
  const inner = graph.inner();
  inner.scope = graph.scope;
  inner.input('int64', []);
  inner.input('bool', []);
  const own = carries.map((carry) => input(inner, carry));
  const found = lowerInside(body!, inner, [...own, ...constants]);
  const [next] = lowerInside(condition!, inner, [...found, ...constants]);
  const kept = types.map((_, i) => i).filter((i) => sizeOf(types[i]!.shape) > 0);
  const mostSteps = maximumIterations === null ? node.attrs['mostSteps'] : undefined;
  const most = maximumIterations ?? mostSteps;
  const isCounted = mostSteps !== undefined;
  if (isCounted) inner.input('bool', []);
  const ends = [next!, ...kept.map((i) => found[i]!), ...(isCounted ? [next!] : [])];
  const results = graph.ops(
    'Loop',
    [
      most === undefined ? '' : graph.tensor([Number(most)], [], 'int64'),
      first!.name,
      ...carries.filter(hasElements).map(({ name }) => name),
      ...(isCounted ? [first!.name] : []),
    ],
    kept.length + (isCounted ? 1 : 0),
    { body: { graph: finished(inner, ends) } },
  );
  if (!isCounted) return scattered(graph, types, kept, results);
  const [result, ...others] = results;
  return scattered(graph, types, kept, [unlessGoingOn(graph, result!, others.pop()!), ...others]);
}

/** The same tensor; a run fails where the condition of its loop still holds (`isTooLong` in errors.ts): there is one place, not two. */
function unlessGoingOn(graph: GraphBuilder, name: string, goesOn: string): string {
  const place = graph.cast(goesOn, 'int64');
  return graph.op('Gather', [graph.op('Unsqueeze', [name, graph.ints([0])]), place], { axis: 0 });
}

function lowerCond({ node, graph, inputs, types, lowerInside }: HolderCall): Operand[] {
  const [predicate, ...operands] = inputs;
  const kept = types.map((_, i) => i).filter((i) => sizeOf(types[i]!.shape) > 0);
  const [then, otherwise] = ['then', 'otherwise'].map((name) => {
    const inner = graph.inner();
    inner.scope = graph.scope;
    const found = lowerInside(node.programs![name]!, inner, operands);
    return {
      graph: finished(
        inner,
        kept.map((i) => found[i]!),
      ),
    };
  });
  const results = graph.ops('If', [predicate!.name], kept.length, {
    then_branch: then!,
    else_branch: otherwise!,
  });
  return scattered(graph, types, kept, results);
}

function named(inputs: readonly Operand[]): Record<string, Operand> {
  return Object.fromEntries(inputs.map((operand, i) => [String(i), operand]));
}

function hasElements({ shape }: OperandType): boolean {
  return sizeOf(shape) > 0;
}

function input(graph: GraphBuilder, { shape, dtype }: OperandType): Operand {
  const type = { shape, dtype };
  return hasElements(type) ? computed(graph.input(dtype, shape), type) : empty(graph, type);
}

function empty(graph: GraphBuilder, type: OperandType): Operand {
  return computed(graph.tensor([], type.shape, type.dtype), type);
}

function finished(
  graph: GraphBuilder,
  outputs: readonly Operand[],
): ReturnType<GraphBuilder['finish']>['model'] {
  return graph.finish(outputs.map(({ name, dtype, shape }) => ({ name, type: dtype, shape }))).model;
}

/** The results that were computed in the places of those that have elements. */
function scattered(
  graph: GraphBuilder,
  types: readonly OperandType[],
  kept: readonly number[],
  results: readonly string[],
): Operand[] {
  return types.map((type, i) => {
    const result = results[kept.indexOf(i)];
    return result === undefined ? empty(graph, type) : computed(result, type);
  });
}
