// keras.ops: arithmetic and comparisons of two tensors.
import * as tf from '@tensorflow/tfjs-core';
import {
  binary,
  promote,
  promoteAll,
  toFloat,
  type OperationCall,
  type OperationDefinition,
} from './operation-definition.js';

const logical = (fn: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): OperationDefinition =>
  binary((a, b) => fn(tf.cast(a, 'bool'), tf.cast(b, 'bool')));

/** Booleans count as integers. */
const counting = (fn: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): OperationDefinition =>
  binary((a, b) => (a.dtype === 'bool' ? fn(tf.cast(a, 'int32'), tf.cast(b, 'int32')) : fn(a, b)));

const floating = (fn: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): OperationDefinition =>
  binary((a, b) => fn(toFloat(a), toFloat(b)));

export const Add = counting((a, b) => tf.add(a, b));
export const Subtract = counting((a, b) => tf.sub(a, b));
export const Multiply = counting((a, b) => tf.mul(a, b));
export const Divide = floating((a, b) => tf.div(a, b));
export const TrueDivide = Divide;
export const DivideNoNan = floating((a, b) => tf.divNoNan(a, b));
export const FloorDivide = counting((a, b) =>
  a.dtype === 'float32' ? tf.floor(tf.div(a, b)) : tf.floorDiv(a, b),
);
export const Mod = counting((a, b) => tf.mod(a, b));
export const Power = counting((a, b) => tf.pow(a, b));
export const Maximum = counting((a, b) => tf.maximum(a, b));
export const Minimum = counting((a, b) => tf.minimum(a, b));
export const Arctan2 = floating((a, b) => tf.atan2(a, b));
export const Hypot = floating((a, b) => tf.sqrt(tf.add(tf.square(a), tf.square(b))));
const logSum = (base: number): OperationDefinition =>
  floating((a, b) => {
    const smaller = tf.exp(tf.mul(tf.abs(tf.sub(a, b)), -Math.log(base)));
    return tf.add(tf.maximum(a, b), tf.div(tf.log1p(smaller), Math.log(base)));
  });
export const Logaddexp = logSum(Math.E);
export const Logaddexp2 = logSum(2);

/** Of two the number, where the other one is none. */
const number = (choose: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): OperationDefinition =>
  counting((a, b) =>
    a.dtype === 'float32' ? tf.where(tf.isNaN(a), b, tf.where(tf.isNaN(b), a, choose(a, b))) : choose(a, b),
  );
export const Fmax = number(tf.maximum);
export const Fmin = number(tf.minimum);
/** The rest of a division, with the sign of what is divided. */
export const Fmod = counting((a, b) => tf.mul(tf.sign(a), tf.mod(tf.abs(a), tf.abs(b))));
export const Heaviside = floating((a, b) =>
  tf.where(tf.equal(a, 0), b, tf.add(tf.mul(tf.sign(a), 0.5), 0.5)),
);
export const Ldexp = floating((a, b) => tf.mul(a, tf.pow(2, b)));

export const Equal = binary((a, b) => tf.equal(a, b));
export const NotEqual = binary((a, b) => tf.notEqual(a, b));
export const Greater = binary((a, b) => tf.greater(a, b));
export const GreaterEqual = binary((a, b) => tf.greaterEqual(a, b));
export const Less = binary((a, b) => tf.less(a, b));
export const LessEqual = binary((a, b) => tf.lessEqual(a, b));
export const LogicalAnd = logical((a, b) => tf.logicalAnd(a, b));
export const LogicalOr = logical((a, b) => tf.logicalOr(a, b));
export const LogicalXor = logical((a, b) => tf.logicalXor(a, b));

export const Where: OperationDefinition = {
  parameters: ['condition', 'x1', 'x2'],
  options: [],
  run: (call) => {
    if (!call.has('x1') || !call.has('x2'))
      throw call.fail(
        'of one argument gives the places of what is true, as many as the values say, and sizes follow from shapes alone here; give the two choices, or take top_k of the condition',
      );
    const [a, b] = promote(call.tensor('x1'), call.tensor('x2'));
    return tf.where(tf.cast(call.tensor('condition'), 'bool'), a, b);
  },
};

const isSame = (call: OperationCall, rtol: tf.Tensor, atol: tf.Tensor): tf.Tensor => {
  const [a, b] = call.pair().map(toFloat) as [tf.Tensor, tf.Tensor];
  const near = tf.lessEqual(tf.abs(tf.sub(a, b)), tf.add(atol, tf.mul(rtol, tf.abs(b))));
  const found = tf.logicalOr(tf.equal(a, b), tf.logicalAnd(near, tf.isFinite(b)));
  return call.flag('equal_nan') ? tf.logicalOr(found, tf.logicalAnd(tf.isNaN(a), tf.isNaN(b))) : found;
};

export const Isclose: OperationDefinition = {
  parameters: ['x1', 'x2', 'rtol', 'atol'],
  options: ['equal_nan'],
  run: (call) => {
    const by = (name: string, otherwise: number): tf.Tensor =>
      call.has(name) ? call.float(name) : tf.scalar(otherwise);
    return isSame(call, by('rtol', 1e-5), by('atol', 1e-8));
  },
};

export const AllClose: OperationDefinition = {
  parameters: ['x1', 'x2'],
  options: ['rtol', 'atol', 'equal_nan'],
  run: (call) =>
    tf.all(isSame(call, tf.scalar(call.number('rtol', 1e-5)), tf.scalar(call.number('atol', 1e-8)))),
};

export const Select: OperationDefinition = {
  parameters: ['condlist', 'choicelist', 'default'],
  options: [],
  run: (call) => {
    const otherwise = call.has('default') ? call.tensor('default') : tf.scalar(0, 'int32');
    const [last, ...choices] = promoteAll([otherwise, ...call.tensors('choicelist')]);
    const conditions = call.tensors('condlist');
    return choices.reduceRight(
      (rest, choice, i) => tf.where(tf.cast(conditions[i]!, 'bool'), choice, rest),
      last!,
    );
  },
};
