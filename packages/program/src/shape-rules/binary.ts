// Element-wise kernels of two inputs, which broadcast; comparisons, logic and the choice between two.
import type { DType } from '../dtype.js';
import type { ValueType } from '../program.js';
import type { ShapeRule } from '../shape-rule.js';
import { broadcastShapes } from './broadcast.js';
import {
  requireDType,
  requireNumeric,
  requireReal,
  requireSameDType,
  requireShape,
  type Named,
} from './requirements.js';

function arithmetic(kernel: string, dtype?: DType): ShapeRule {
  return ({ a, b }: Named<'a' | 'b'>) => {
    requireReal(kernel, 'a', a);
    requireSameDType(kernel, a, b);
    return { shape: broadcastShapes(kernel, a.shape, b.shape), dtype: dtype ?? a.dtype };
  };
}

/** These also take complex numbers, and mix them with real ones. */
function complexArithmetic(kernel: string): ShapeRule {
  return ({ a, b }: Named<'a' | 'b'>) => {
    requireNumeric(kernel, 'a', a);
    requireNumeric(kernel, 'b', b);
    const isComplex = a.dtype === 'complex64' || b.dtype === 'complex64';
    if (!isComplex) requireSameDType(kernel, a, b);
    return { shape: broadcastShapes(kernel, a.shape, b.shape), dtype: isComplex ? 'complex64' : a.dtype };
  };
}

function equality(kernel: string): ShapeRule {
  return ({ a, b }: Named<'a' | 'b'>) => {
    requireDType(kernel, 'a', a, 'float32', 'int32', 'bool', 'string');
    requireSameDType(kernel, a, b);
    return { shape: broadcastShapes(kernel, a.shape, b.shape), dtype: 'bool' };
  };
}

export const Add = complexArithmetic('Add');
export const Multiply = complexArithmetic('Multiply');
export const Sub = complexArithmetic('Sub');
export const Atan2 = arithmetic('Atan2');
export const FloorDiv = arithmetic('FloorDiv', 'int32');
export const Maximum = arithmetic('Maximum');
export const Minimum = arithmetic('Minimum');
export const Mod = arithmetic('Mod');
export const Pow = arithmetic('Pow');
export const RealDiv = arithmetic('RealDiv');
export const SquaredDifference = arithmetic('SquaredDifference');
export const Greater = arithmetic('Greater', 'bool');
export const GreaterEqual = arithmetic('GreaterEqual', 'bool');
export const Less = arithmetic('Less', 'bool');
export const LessEqual = arithmetic('LessEqual', 'bool');
export const LogicalAnd = arithmetic('LogicalAnd', 'bool');
export const LogicalOr = arithmetic('LogicalOr', 'bool');
export const LogicalXor = arithmetic('LogicalXor', 'bool');
export const Equal = equality('Equal');
export const NotEqual = equality('NotEqual');

export const BitwiseAnd: ShapeRule = ({ a, b }: Named<'a' | 'b'>) => {
  requireDType('BitwiseAnd', 'a', a, 'int32');
  requireDType('BitwiseAnd', 'b', b, 'int32');
  return { shape: broadcastShapes('BitwiseAnd', a.shape, b.shape), dtype: 'int32' };
};

export const AddN: ShapeRule = (inputs: Readonly<Record<string, ValueType>>) => {
  const [first, ...rest] = Object.values(inputs);
  requireReal('AddN', 'the first tensor', first!);
  rest.forEach((tensor, i) => {
    requireShape('AddN', `tensor ${i + 1}`, tensor, first!.shape, 'as the first');
    requireSameDType('AddN', first!, tensor);
  });
  return first!;
};

/** tf.where broadcasts before; what else the kernel of a backend may take differs among them. */
export const Select: ShapeRule = ({ condition, t, e }: Named<'condition' | 't' | 'e'>) => {
  requireDType('Select', 'condition', condition, 'bool');
  requireReal('Select', 't', t);
  requireReal('Select', 'e', e);
  requireShape('Select', 'e', e, t.shape, 'as t');
  requireShape('Select', 'condition', condition, t.shape, 'as t');
  return { shape: t.shape, dtype: upcast(t.dtype, e.dtype) };
};

const width: readonly DType[] = ['bool', 'int32', 'float32'];

function upcast(a: DType, b: DType): DType {
  return width[Math.max(width.indexOf(a), width.indexOf(b))]!;
}
