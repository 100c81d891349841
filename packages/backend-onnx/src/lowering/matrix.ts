// Products of matrices, Einstein sums and diagonals.
import { sizeOf } from '@lamella/program';
import { as, commonType, declared } from '../element-wise.js';
import { activated, uniform, type Lowering, type Operand } from '../lowering.js';
import type { GraphBuilder } from '../model/graph-builder.js';
import type { ElementType } from '../model/onnx-model.js';

export const BatchMatMul: Lowering = (call) => {
  const { graph } = call;
  const [a, b] = [call.input('a'), call.input('b')];
  if (sizeOf(a.shape) === 0 || sizeOf(b.shape) === 0) return uniform(graph, 0, call.output);
  const type = commonType(a, b);
  const [transposeA, transposeB] = [
    call.attribute<boolean>('transposeA'),
    call.attribute<boolean>('transposeB'),
  ];
  if (a.shape.length === 2 && b.shape.length === 2 && type === 'float32')
    return graph.product(as(graph, a, type), as(graph, b, type), undefined, { a: transposeA, b: transposeB });
  const left = transposeA ? transposed(graph, as(graph, a, type), a.shape.length) : as(graph, a, type);
  return declared(call, graph.op('MatMul', [left, rightFactor(graph, b, a, type, transposeB)]), type);
};

/** Two matrices and a bias, and ReLU behind it where that is the activation; made by fuseBias(). */
export const _FusedMatMul: Lowering = (call) => {
  const [a, b, bias] = [call.input('a').name, call.input('b').name, call.input('bias').name];
  const transposes = {
    a: call.attribute<boolean>('transposeA'),
    b: call.attribute<boolean>('transposeB'),
  };
  return activated(call, call.graph.product(a, b, bias, transposes));
};

/** One matrix for a whole batch goes in with rank 2, so that ONNX Runtime computes one product and not one a row. */
function rightFactor(
  graph: GraphBuilder,
  b: Operand,
  a: Operand,
  type: ElementType,
  transpose: boolean,
): string {
  const rank = b.shape.length;
  const isSingle = rank > 2 && rank <= a.shape.length && sizeOf(b.shape.slice(0, -2)) === 1;
  const name = isSingle ? graph.reshape(as(graph, b, type), b.shape.slice(-2)) : as(graph, b, type);
  return transpose ? transposed(graph, name, isSingle ? 2 : rank) : name;
}

function transposed(graph: GraphBuilder, x: string, rank: number): string {
  const axes = Array.from({ length: rank }, (_, i) => i);
  return graph.transpose(x, [...axes.slice(0, -2), rank - 1, rank - 2]);
}

export const Einsum: Lowering = (call) => {
  const type = commonType(...call.list);
  const inputs = call.list.map((operand) => as(call.graph, operand, type));
  return declared(
    call,
    call.graph.op('Einsum', inputs, { equation: call.attribute<string>('equation') }),
    type,
  );
};

/** The elements of x on the diagonal of a matrix (of shape x.shape twice), zero elsewhere. */
export const Diag: Lowering = (call) => {
  const { graph } = call;
  const x = call.input('x');
  const size = sizeOf(x.shape);
  const type = commonType(x);
  const isDiagonal = graph.tensor(
    Array.from({ length: size * size }, (_, k) => Number(k % (size + 1) === 0)),
    [size, size],
    'bool',
  );
  const matrix = graph.op('Where', [
    isDiagonal,
    graph.reshape(as(graph, x, type), [size, 1]),
    graph.scalar(0, type),
  ]);
  return declared(call, graph.reshape(matrix, call.output.shape), type);
};
