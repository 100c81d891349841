// Arithmetic, comparisons and logic of two tensors, and the choice between two.
import type { KernelRule } from '../kernel-call.js';
import { float, integer } from '../value.js';

function binary(operation: string): KernelRule {
  return (call) => call.apply(operation, call.broadcast('a', 'b'));
}

export const Sub = binary('Subtract');
export const Add = binary('Add');
export const Multiply = binary('Multiply');
export const RealDiv = binary('Divide');
export const FloorDiv = binary('FloorDivide');
export const Mod = binary('Mod');
export const Pow = binary('Power');
export const Maximum = binary('Maximum');
export const Minimum = binary('Minimum');
export const Atan2 = binary('Arctan2');

export const Equal = binary('Equal');
export const NotEqual = binary('NotEqual');
export const Greater = binary('Greater');
export const GreaterEqual = binary('GreaterEqual');
export const Less = binary('Less');
export const LessEqual = binary('LessEqual');
export const LogicalAnd = binary('LogicalAnd');
export const LogicalOr = binary('LogicalOr');
export const LogicalXor = binary('LogicalXor');

export const SquaredDifference: KernelRule = (call) =>
  call.apply('Square', [call.apply('Subtract', call.broadcast('a', 'b'))]);

export const AddN: KernelRule = (call) => {
  const [first, ...others] = call.names.map((name) => call.tensor(name));
  return others.reduce((sum, tensor) => call.apply('Add', [sum, tensor]), first!);
};

export const Select: KernelRule = (call) => call.apply('Where', call.broadcast('condition', 't', 'e'));

export const Prelu: KernelRule = (call) => {
  const x = call.tensor('x');
  const zero = call.type('x').dtype === 'int32' ? integer(0) : float(0);
  const scaled = call.apply('Multiply', call.broadcast('x', 'alpha'));
  return call.apply('Where', [call.apply('Less', [x, zero]), scaled, x]);
};
