// Matrix products, tensor contractions and kernels on the two innermost axes.
import * as tf from '@tensorflow/tfjs-core';
import { broadcastShapes } from '../kernel-rules/broadcast.js';
import { listOf, repeatTo, reshapeTo, runKernel, sumTo } from '../kernel-rules/broadcasting.js';
import type { Kernel } from '../kernel-rules/kernel.js';
import {
  accumulated,
  misfit,
  requireRankAtLeast,
  requireReal,
  requireSameDType,
  type Named,
} from '../kernel-rules/requirements.js';
import type { ValueType } from '../program.js';
import { broadcastable, formatShape, sameShape, sizeOf, type Shape } from '../shape.js';

interface MatMulAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

function innermost(shape: Shape, transposed: boolean): [number, number] {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return transposed ? [columns, rows] : [rows, columns];
}

export const BatchMatMul: Kernel = {
  attributes: ({ transposeA = false, transposeB = false }: Partial<MatMulAttributes>) => ({
    transposeA,
    transposeB,
  }),
  shape: ({ a, b }: Named<'a' | 'b'>, { transposeA, transposeB }: MatMulAttributes) => {
    requireReal('BatchMatMul', 'a', a);
    requireSameDType('BatchMatMul', a, b);
    requireRankAtLeast('BatchMatMul', 'a', a, 2);
    requireRankAtLeast('BatchMatMul', 'b', b, 2);
    const [rows, innerA] = innermost(a.shape, transposeA);
    const [innerB, columns] = innermost(b.shape, transposeB);
    if (innerA !== innerB) {
      throw misfit(
        'BatchMatMul',
        `expected inner dimensions that agree, got ${innerA} and ${innerB} (a ${formatShape(a.shape)}${transposeA ? ' transposed' : ''}, b ${formatShape(b.shape)}${transposeB ? ' transposed' : ''})`,
      );
    }
    return {
      shape: [...broadcastShapes('BatchMatMul', a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns],
      dtype: a.dtype,
    };
  },
  // Transposes are attributes of the product, never nodes.
  gradient: ({ inputs, attrs, dy: [dy] }) => {
    const { a, b } = inputs as { a: tf.Tensor; b: tf.Tensor };
    const { transposeA: aTurned, transposeB: bTurned } = attrs as unknown as MatMulAttributes;
    return {
      a: () =>
        sumTo(aTurned ? tf.matMul(b, dy!, bTurned, true) : tf.matMul(dy!, b, false, !bTurned), a.shape),
      b: () =>
        sumTo(bTurned ? tf.matMul(dy!, a, true, aTurned) : tf.matMul(a, dy!, !aTurned, false), b.shape),
    };
  },
  portable: ofBroadcastBatches,
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

/** Letters for the axes of each input, and those of the result. */
interface EinsumAttributes {
  readonly equation: string;
  readonly terms: readonly string[];
  readonly result: string;
}

/** tfjs' subset: one or two inputs, letters only, each at most once an input. */
export const Einsum: Kernel = {
  attributes: ({ equation }: { equation: string }) => {
    const [left = '', result = ''] = equation.replace(/\s/g, '').split('->');
    return { equation, terms: left.split(','), result };
  },
  shape: (inputs: Readonly<Record<string, ValueType>>, { equation, terms, result }: EinsumAttributes) => {
    const tensors = Object.values(inputs);
    if (terms.length !== tensors.length) {
      throw misfit('Einsum', `expected ${terms.length} tensors for "${equation}", got ${tensors.length}`);
    }
    const sizes = new Map<string, number>();
    tensors.forEach((tensor, i) => {
      requireReal('Einsum', `tensor ${i}`, tensor);
      requireSameDType('Einsum', tensors[0]!, tensor);
      const letters = [...terms[i]!];
      if (letters.length !== tensor.shape.length) {
        throw misfit(
          'Einsum',
          `expected tensor ${i} of rank ${letters.length} for "${equation}", got ${formatShape(tensor.shape)}`,
        );
      }
      letters.forEach((letter, axis) => {
        const size = tensor.shape[axis]!;
        if ((sizes.get(letter) ?? size) !== size) {
          throw misfit(
            'Einsum',
            `expected one size for "${letter}" in "${equation}", got ${tensors.map((t) => formatShape(t.shape)).join(' and ')}`,
          );
        }
        sizes.set(letter, size);
      });
    });
    const outputs = [...result];
    const unknown = outputs.find((letter) => !sizes.has(letter));
    if (unknown !== undefined)
      throw misfit('Einsum', `expected an output of the inputs' letters, got "${unknown}" in "${equation}"`);
    const isSummed = outputs.length < sizes.size;
    const { dtype } = tensors[0]!;
    return {
      shape: outputs.map((letter) => sizes.get(letter)!),
      dtype: isSummed ? accumulated(dtype) : dtype,
    };
  },
  gradient: ({ inputs, attrs, dy }) => {
    const operands = listOf(inputs);
    const { terms, result } = attrs as unknown as EinsumAttributes;
    return Object.fromEntries(
      operands.map((_, i) => [String(i), () => einsumGradient(operands, terms, result, i, dy[0]!)]),
    );
  },
  portable: ofUnchangedTensor,
};

/** A tensor of rank n on the diagonal of one of rank 2n. */
export const Diag: Kernel = {
  shape: ({ x }: Named<'x'>) => {
    requireReal('Diag', 'x', x);
    return { shape: [...x.shape, ...x.shape], dtype: x.dtype };
  },
  gradient: ({ inputs, dy }) => {
    const x = inputs['x']!;
    return {
      x: () =>
        tf.reshape(
          tf.stridedSlice(tf.reshape(dy[0]!, [x.size * x.size]), [0], [x.size * x.size], [x.size + 1]),
          x.shape,
        ),
    };
  },
};

export const MatrixBandPart: Kernel = {
  shape: ({ input }: Named<'input'>) => {
    requireReal('MatrixBandPart', 'input', input);
    requireRankAtLeast('MatrixBandPart', 'input', input, 2);
    return input;
  },
  gradient: ({ inputs, raw, dy }) => ({
    input: () => runKernel(tf.MatrixBandPart, { ...inputs, input: dy[0]! }, raw),
  }),
};

/** Batches that repeat are matched by their number, which is right only where one side has a single one. */
function ofBroadcastBatches(inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor | undefined {
  const { a, b } = inputs as { a: tf.Tensor; b: tf.Tensor };
  const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  if (sameShape(batchA, batchB) || sizeOf(batchA) === 1 || sizeOf(batchB) === 1) return undefined;
  if (!broadcastable(batchA, batchB)) return undefined;
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
  return tf.engine().runKernel(
    tf.BatchMatMul,
    {
      a: tf.broadcastTo(a, [...batch, ...a.shape.slice(-2)]),
      b: tf.broadcastTo(b, [...batch, ...b.shape.slice(-2)]),
    },
    attrs,
  );
}

/** An equation such as `ij->ij` gives the tensor itself, and frees it twice. */
function ofUnchangedTensor(inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor | undefined {
  const [left, right] = (attrs['equation'] as string).replaceAll(' ', '').split('->');
  return left === right && Object.keys(inputs).length === 1 ? tf.clone(Object.values(inputs)[0]!) : undefined;
}
