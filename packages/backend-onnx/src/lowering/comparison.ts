// Comparisons, logic and choice, element by element. Results are bool.
import { as, commonType, pair } from '../element-wise.js';
import type { Lowering, LoweringCall } from '../lowering.js';

export const Equal: Lowering = (call) => equality(call);
export const NotEqual: Lowering = (call) => call.graph.op('Not', [equality(call)]);
export const Greater: Lowering = (call) => ordered(call, 'Greater');
export const GreaterEqual: Lowering = (call) => ordered(call, 'GreaterOrEqual');
export const Less: Lowering = (call) => ordered(call, 'Less');
export const LessEqual: Lowering = (call) => ordered(call, 'LessOrEqual');

export const LogicalAnd: Lowering = (call) => call.graph.op('And', pair(call, 'bool'));
export const LogicalOr: Lowering = (call) => call.graph.op('Or', pair(call, 'bool'));
export const LogicalXor: Lowering = (call) => call.graph.op('Xor', pair(call, 'bool'));
export const LogicalNot: Lowering = (call) => call.graph.op('Not', [as(call.graph, call.input('x'), 'bool')]);

export const IsNan: Lowering = predicate((call, x) => call.graph.op('IsNaN', [x]));
export const IsInf: Lowering = predicate((call, x) => call.graph.op('IsInf', [x]));
/** Only a finite number less itself is zero. */
export const IsFinite: Lowering = predicate((call, x) =>
  call.graph.op('Equal', [call.graph.op('Sub', [x, x]), call.graph.scalar(0)]),
);

/** A condition of rank 1 chooses whole rows; otherwise it has the shape of what it chooses from, or broadcasts to it. */
export const Select: Lowering = (call) => {
  const { graph } = call;
  const [condition, t, e] = [call.input('condition'), call.input('t'), call.input('e')];
  const rank = call.output.shape.length;
  const chosen = as(graph, condition, 'bool');
  const rows =
    condition.shape.length === 1 && rank > 1
      ? graph.reshape(chosen, [condition.shape[0]!, ...new Array<number>(rank - 1).fill(1)])
      : chosen;
  if (call.output.dtype !== 'bool')
    return graph.op('Where', [rows, as(graph, t, call.output.dtype), as(graph, e, call.output.dtype)]);
  // Where does not take bool.
  const either = [
    graph.op('And', [rows, as(graph, t, 'bool')]),
    graph.op('And', [graph.op('Not', [rows]), as(graph, e, 'bool')]),
  ];
  return graph.op('Or', either);
};

function equality(call: LoweringCall): string {
  const isBool = call.input('a').dtype === 'bool' && call.input('b').dtype === 'bool';
  return call.graph.op('Equal', pair(call, isBool ? 'bool' : commonType(call.input('a'), call.input('b'))));
}

function ordered(call: LoweringCall, operator: string): string {
  return call.graph.op(operator, pair(call, commonType(call.input('a'), call.input('b'))));
}

function predicate(test: (call: LoweringCall, x: string) => string): Lowering {
  return (call) => test(call, as(call.graph, call.input('x'), 'float32'));
}
