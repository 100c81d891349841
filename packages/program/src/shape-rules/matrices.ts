// Matrix products, tensor contractions and kernels on the two innermost axes.
import type { ValueType } from '../program.js';
import type { ShapeRule } from '../shape-rule.js';
import { formatShape, type Shape } from '../shape.js';
import { broadcastShapes } from './broadcast.js';
import {
  accumulated,
  misfit,
  requireRankAtLeast,
  requireReal,
  requireSameDType,
  type Named,
} from './requirements.js';

interface MatMulAttributes {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

export const BatchMatMul: ShapeRule = (
  { a, b }: Named<'a' | 'b'>,
  { transposeA = false, transposeB = false }: MatMulAttributes,
) => {
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
};

function innermost(shape: Shape, transposed: boolean): [number, number] {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return transposed ? [columns, rows] : [rows, columns];
}

/** tfjs' subset: one or two inputs, letters only, each at most once an input. */
export const Einsum: ShapeRule = (
  inputs: Readonly<Record<string, ValueType>>,
  { equation }: { equation: string },
) => {
  const tensors = Object.values(inputs);
  const [left = '', right = ''] = equation.replace(/\s/g, '').split('->');
  const terms = left.split(',');
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
  const outputs = [...right];
  const unknown = outputs.find((letter) => !sizes.has(letter));
  if (unknown !== undefined)
    throw misfit('Einsum', `expected an output of the inputs' letters, got "${unknown}" in "${equation}"`);
  const isSummed = outputs.length < sizes.size;
  const { dtype } = tensors[0]!;
  return { shape: outputs.map((letter) => sizes.get(letter)!), dtype: isSummed ? accumulated(dtype) : dtype };
};

/** A tensor of rank n on the diagonal of one of rank 2n. */
export const Diag: ShapeRule = ({ x }: Named<'x'>) => {
  requireReal('Diag', 'x', x);
  return { shape: [...x.shape, ...x.shape], dtype: x.dtype };
};

export const MatrixBandPart: ShapeRule = ({ input }: Named<'input'>) => {
  requireReal('MatrixBandPart', 'input', input);
  requireRankAtLeast('MatrixBandPart', 'input', input, 2);
  return input;
};
