// What element-wise lowerings share: operands brought to one dtype, and constants of one value kept as scalars.
import { sameShape } from '@lamella/program';
import type { Lowering, LoweringCall, Operand } from './lowering.js';
import type { GraphBuilder } from './model/graph-builder.js';
import type { ElementType } from './model/onnx-model.js';

/** The operand's name, cast where its dtype is another. */
export function as(graph: GraphBuilder, operand: Operand, type: ElementType): string {
  return operand.dtype === type ? operand.name : graph.cast(operand.name, type);
}

/** The dtype in which ONNX can compute with the operands; it has no arithmetic on bool. */
export function commonType(...operands: readonly Operand[]): 'float32' | 'int32' {
  return operands.some((operand) => operand.dtype === 'float32') ? 'float32' : 'int32';
}

/** Inputs `a` and `b` in `type`; one of a single value is a scalar where the other has the result's shape by itself. */
export function pair(call: LoweringCall, type: ElementType): [string, string] {
  const [a, b] = [call.input('a'), call.input('b')];
  return [beside(call, a, b, type), beside(call, b, a, type)];
}

function beside(call: LoweringCall, operand: Operand, other: Operand, type: ElementType): string {
  const scalar =
    operand.uniform !== undefined && other.uniform === undefined && sameShape(other.shape, call.output.shape);
  return scalar ? call.graph.scalar(operand.uniform, type) : as(call.graph, operand, type);
}

/** Casts a result computed in `type` to the dtype that the kernel's result has. */
export function declared(call: LoweringCall, result: string, type: ElementType): string {
  return call.output.dtype === type ? result : call.graph.cast(result, call.output.dtype);
}

/** A binary operator of ONNX on numbers, whose result has the operands' dtype. */
export function binary(operator: string): Lowering {
  return (call) => {
    const type = commonType(call.input('a'), call.input('b'));
    return declared(call, call.graph.op(operator, pair(call, type)), type);
  };
}

/** A unary operator of ONNX on numbers, whose result has the operand's dtype. */
export function unary(operator: string): Lowering {
  return (call) => {
    const x = call.input('x');
    const type = commonType(x);
    return declared(call, call.graph.op(operator, [as(call.graph, x, type)]), type);
  };
}

/** Input `x` as float32, through `compute`, to the dtype that the kernel's result has. */
export function onFloat(compute: (graph: GraphBuilder, x: string, call: LoweringCall) => string): Lowering {
  return (call) =>
    declared(call, compute(call.graph, as(call.graph, call.input('x'), 'float32'), call), 'float32');
}

/** A unary operator that ONNX has for floats only. */
export function unaryFloat(operator: string): Lowering {
  return onFloat((graph, x) => graph.op(operator, [x]));
}
