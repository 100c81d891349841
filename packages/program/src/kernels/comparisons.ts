// Comparisons and logic of two tensors, which are broadcast, and the choice between two.
import * as tf from '@tensorflow/tfjs-core';
import type { DType } from '../dtype.js';
import { broadcastShapes } from '../kernel-rules/broadcast.js';
import { runKernel } from '../kernel-rules/broadcasting.js';
import { binaryShape } from '../kernel-rules/element-wise.js';
import { folded, type Kernel } from '../kernel-rules/kernel.js';
import {
  requireDType,
  requireReal,
  requireSameDType,
  requireShape,
  type Named,
} from '../kernel-rules/requirements.js';
import type { ShapeRule } from '../kernel-rules/shape-rule.js';

function equalityShape(kernel: string): ShapeRule {
  return ({ a, b }: Named<'a' | 'b'>) => {
    requireDType(kernel, 'a', a, 'float32', 'int32', 'bool', 'string');
    requireSameDType(kernel, a, b);
    return { shape: broadcastShapes(kernel, a.shape, b.shape), dtype: 'bool' };
  };
}

/** `more`: further dtypes whose constants are compared. */
function comparison(
  shape: ShapeRule,
  compare: (a: number, b: number) => boolean,
  more: readonly DType[] = [],
): Kernel {
  return {
    shape,
    gradient: 'its output is boolean',
    elementWise: 'binary',
    fold: folded((a, b) => Number(compare(a, b)), ...more),
  };
}

const symmetric = { commutative: true } as const;

export const Equal: Kernel = {
  ...comparison(equalityShape('Equal'), (a, b) => a === b, ['bool']),
  ...symmetric,
};
export const NotEqual: Kernel = {
  ...comparison(equalityShape('NotEqual'), (a, b) => a !== b, ['bool']),
  ...symmetric,
};
export const Greater: Kernel = comparison(binaryShape('Greater', 'bool'), (a, b) => a > b);
export const GreaterEqual: Kernel = comparison(binaryShape('GreaterEqual', 'bool'), (a, b) => a >= b);
export const Less: Kernel = comparison(binaryShape('Less', 'bool'), (a, b) => a < b);
export const LessEqual: Kernel = comparison(binaryShape('LessEqual', 'bool'), (a, b) => a <= b);

export const LogicalAnd: Kernel = {
  ...comparison(binaryShape('LogicalAnd', 'bool'), (a, b) => a !== 0 && b !== 0, ['bool']),
  ...symmetric,
};
export const LogicalOr: Kernel = {
  ...comparison(binaryShape('LogicalOr', 'bool'), (a, b) => a !== 0 || b !== 0, ['bool']),
  ...symmetric,
};
export const LogicalXor: Kernel = {
  shape: binaryShape('LogicalXor', 'bool'),
  gradient: 'its output is boolean',
  elementWise: 'binary',
  ...symmetric,
};

/** tf.where broadcasts before; what else the kernel of a backend may take differs among them. */
export const Select: Kernel = {
  chooses: true,
  shape: ({ condition, t, e }: Named<'condition' | 't' | 'e'>) => {
    requireDType('Select', 'condition', condition, 'bool');
    requireReal('Select', 't', t);
    requireReal('Select', 'e', e);
    requireShape('Select', 'e', e, t.shape, 'as t');
    requireShape('Select', 'condition', condition, t.shape, 'as t');
    return { shape: t.shape, dtype: upcast(t.dtype, e.dtype) };
  },
  gradient: ({ inputs, dy: [dy] }) => {
    const condition = inputs['condition']!;
    const zeros = (): tf.Tensor => tf.zerosLike(dy!);
    return {
      t: () => runKernel(tf.Select, { condition, t: dy!, e: zeros() }),
      e: () => runKernel(tf.Select, { condition, t: zeros(), e: dy! }),
    };
  },
  elementWise: 'several',
  same: (_node, splat) => (splat('condition') === 1 ? 't' : splat('condition') === 0 ? 'e' : undefined),
};

const width: readonly DType[] = ['bool', 'int32', 'float32'];

function upcast(a: DType, b: DType): DType {
  return width[Math.max(width.indexOf(a), width.indexOf(b))]!;
}
