// Arithmetic, element by element, with broadcasting. In each family the exported name is the kernel's.
import { as, binary, commonType, declared, onFloat, pair, unary, unaryFloat } from '../element-wise.js';
import type { Lowering, LoweringCall } from '../lowering.js';

export const Add: Lowering = binary('Add');
export const Sub: Lowering = binary('Sub');
export const Multiply: Lowering = binary('Mul');
export const Maximum: Lowering = binary('Max');
export const Minimum: Lowering = binary('Min');
export const Pow: Lowering = binary('Pow');
export const BitwiseAnd: Lowering = binary('BitwiseAnd');

export const Neg: Lowering = unary('Neg');
export const Abs: Lowering = unary('Abs');
export const Floor: Lowering = unaryFloat('Floor');
export const Ceil: Lowering = unaryFloat('Ceil');
export const Round: Lowering = unaryFloat('Round');
export const Sqrt: Lowering = unaryFloat('Sqrt');
export const Reciprocal: Lowering = unaryFloat('Reciprocal');
export const Rsqrt: Lowering = onFloat((graph, x) => graph.op('Reciprocal', [graph.op('Sqrt', [x])]));

/** tfjs gives 0 for NaN where ONNX gives NaN. */
export const Sign: Lowering = (call) => {
  const type = commonType(call.input('x'));
  const x = as(call.graph, call.input('x'), type);
  const { graph } = call;
  if (type === 'int32') return graph.op('Sign', [x]);
  const zero = graph.scalar(0);
  return graph.op('Sub', [
    graph.cast(graph.op('Greater', [x, zero]), 'float32'),
    graph.cast(graph.op('Less', [x, zero]), 'float32'),
  ]);
};

export const AddN: Lowering = ({ graph, list }) =>
  list.length === 1
    ? list[0]!
    : graph.op(
        'Sum',
        list.map((operand) => operand.name),
      );

export const Square: Lowering = (call) => {
  const type = commonType(call.input('x'));
  const x = as(call.graph, call.input('x'), type);
  return declared(call, call.graph.op('Mul', [x, x]), type);
};

export const SquaredDifference: Lowering = (call) => {
  const type = commonType(call.input('a'), call.input('b'));
  const difference = call.graph.op('Sub', pair(call, type));
  return declared(call, call.graph.op('Mul', [difference, difference]), type);
};

export const RealDiv: Lowering = (call) =>
  declared(call, call.graph.op('Div', pair(call, 'float32')), 'float32');

// Integer division and remainder go through float64, which holds every int32: ONNX Runtime rounds integer division
// towards zero, where tfjs rounds down, and divides by an integer zero with a processor trap.
export const FloorDiv: Lowering = (call) => {
  const { graph } = call;
  if (commonType(call.input('a'), call.input('b')) === 'float32') {
    return declared(call, graph.op('Floor', [graph.op('Div', pair(call, 'float32'))]), 'float32');
  }
  const [a, b] = pair(call, 'float64');
  return declared(call, whereDivisible(call, b, graph.op('Floor', [graph.op('Div', [a, b])])), 'float64');
};

export const Mod: Lowering = (call) => {
  const isInt = commonType(call.input('a'), call.input('b')) === 'int32';
  const type = isInt ? 'float64' : 'float32';
  const { graph } = call;
  const [a, b] = pair(call, type);
  const zero = graph.scalar(0, type);
  const remainder = graph.op('Mod', [a, b], { fmod: 1 });
  const shifted = graph.op('Mod', [graph.op('Add', [remainder, b]), b], { fmod: 1 });
  const sameSign = graph.op('Equal', [graph.op('Less', [a, zero]), graph.op('Less', [b, zero])]);
  const result = graph.op('Where', [sameSign, remainder, shifted]);
  return declared(call, isInt ? whereDivisible(call, b, result) : result, type);
};

/** Zero where the divisor is: what tfjs' infinities and NaN become as int32. */
function whereDivisible({ graph }: LoweringCall, divisor: string, quotient: string): string {
  const zero = graph.scalar(0, 'float64');
  return graph.op('Where', [graph.op('Equal', [divisor, zero]), zero, quotient]);
}

/** Bounds by Max and Min, which keep NaN as tfjs does; ONNX' Clip does not. */
export const ClipByValue: Lowering = (call) => {
  const type = commonType(call.input('x'));
  const { graph } = call;
  const [low, high] = [call.attribute<number>('clipValueMin'), call.attribute<number>('clipValueMax')];
  const raised = graph.op('Max', [as(graph, call.input('x'), type), graph.scalar(low, type)]);
  return declared(call, graph.op('Min', [raised, graph.scalar(high, type)]), type);
};
