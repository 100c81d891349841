// keras.ops: arithmetic and comparisons of two tensors.
import * as tf from '@tensorflow/tfjs-core';
import { binary, promote, toFloat, type OperationDefinition } from './operation-definition.js';

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
export const Logaddexp = floating((a, b) =>
  tf.add(tf.maximum(a, b), tf.log1p(tf.exp(tf.neg(tf.abs(tf.sub(a, b)))))),
);

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

export const Matmul = binary((a, b) => {
  if (a.dtype === 'float32') return matmul(a, b);
  return tf.cast(matmul(toFloat(a), toFloat(b)), 'int32');
});

export const Dot: OperationDefinition = {
  parameters: ['x1', 'x2'],
  options: [],
  run: (call) => {
    const [a, b] = call.pair();
    if (a.rank === 0 || b.rank === 0) return tf.mul(a, b);
    if (b.rank > 2)
      throw call.fail('dot of a tensor of more than two axes is not supported; use matmul or einsum');
    return matmul(toFloat(a), toFloat(b));
  },
};

export const Outer = counting((a, b) => tf.mul(tf.reshape(a, [-1, 1]), tf.reshape(b, [1, -1])));

/** NumPy's product of matrices: a vector on either side loses its axis again, and further axes are batches. */
function matmul(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const left = a.rank === 1 ? tf.expandDims(a, 0) : a;
  const right = b.rank === 1 ? tf.expandDims(b, 1) : b;
  // One matrix for all rows is one product.
  const product =
    right.rank === 2 && left.rank > 2
      ? tf.reshape(
          tf.matMul(tf.reshape(left, [-1, left.shape[left.rank - 1]!]) as tf.Tensor2D, right as tf.Tensor2D),
          [...left.shape.slice(0, -1), right.shape[1]!],
        )
      : tf.matMul(left, right);
  const lost = [...(a.rank === 1 ? [product.rank - 2] : []), ...(b.rank === 1 ? [product.rank - 1] : [])];
  return lost.length === 0 ? product : tf.squeeze(product, lost);
}
