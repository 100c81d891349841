// Gradients of products and of matrices made from vectors.
import * as tf from '@tensorflow/tfjs-core';
import type { GradientRule } from '../gradient-rule.js';
import { listOf, repeatTo, reshapeTo, runKernel, sumTo } from './broadcasting.js';

// Transposes are attributes of the product, never nodes.
export const BatchMatMul: GradientRule = ({ inputs, attrs, dy: [dy] }) => {
  const { a, b } = inputs as { a: tf.Tensor; b: tf.Tensor };
  const aTurned = attrs['transposeA'] === true;
  const bTurned = attrs['transposeB'] === true;
  return {
    a: () => sumTo(aTurned ? tf.matMul(b, dy!, bTurned, true) : tf.matMul(dy!, b, false, !bTurned), a.shape),
    b: () => sumTo(bTurned ? tf.matMul(dy!, a, true, aTurned) : tf.matMul(a, dy!, !aTurned, false), b.shape),
  };
};

export const Einsum: GradientRule = ({ inputs, attrs, dy }) => {
  const operands = listOf(inputs);
  const [left, result] = (attrs['equation'] as string).replaceAll(' ', '').split('->') as [string, string];
  const terms = left.split(',');
  return Object.fromEntries(
    operands.map((_, i) => [String(i), () => einsumGradient(operands, terms, result, i, dy[0]!)]),
  );
};

function einsumGradient(
  operands: readonly tf.Tensor[],
  terms: readonly string[],
  result: string,
  i: number,
  dy: tf.Tensor,
): tf.Tensor {
  const wanted = [...terms[i]!];
  const others = operands.filter((_, k) => k !== i);
  const otherTerms = terms.filter((_, k) => k !== i);
  // Letters of this operand alone were summed away: their gradient is the same all along them.
  const known = wanted.filter(
    (letter) => result.includes(letter) || otherTerms.some((term) => term.includes(letter)),
  );
  const found =
    result === '' && others.length === 1
      ? tf.mul(tf.einsum(`${otherTerms[0]!}->${known.join('')}`, others[0]!), dy)
      : result === ''
        ? dy
        : tf.einsum(`${[result, ...otherTerms].join(',')}->${known.join('')}`, dy, ...others);
  const shape = operands[i]!.shape;
  const kept = shape.map((size, k) => (known.includes(wanted[k]!) ? size : 1));
  return repeatTo(reshapeTo(found, kept), shape);
}

export const Diag: GradientRule = ({ inputs, dy }) => {
  const x = inputs['x']!;
  return {
    x: () =>
      tf.reshape(
        tf.stridedSlice(tf.reshape(dy[0]!, [x.size * x.size]), [0], [x.size * x.size], [x.size + 1]),
        x.shape,
      ),
  };
};

export const MatrixBandPart: GradientRule = ({ inputs, attrs, dy }) => ({
  input: () => runKernel(tf.MatrixBandPart, { ...inputs, input: dy[0]! }, attrs),
});
