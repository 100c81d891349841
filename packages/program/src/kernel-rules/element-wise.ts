// The shape rules of element-wise kernels: one input whose shape stays, or two that are broadcast.
import type { DType } from '../dtype.js';
import { broadcastShapes } from './broadcast.js';
import { requireReal, requireSameDType, type Named } from './requirements.js';
import type { ShapeRule } from './shape-rule.js';

/** The shape stays; the dtype too, unless another is given. */
export function unaryShape(kernel: string, dtype?: DType): ShapeRule {
  return ({ x }: Named<'x'>) => {
    requireReal(kernel, 'x', x);
    return { shape: x.shape, dtype: dtype ?? x.dtype };
  };
}

/** Of two tensors of one dtype, which is the result's, unless another is given. */
export function binaryShape(kernel: string, dtype?: DType): ShapeRule {
  return ({ a, b }: Named<'a' | 'b'>) => {
    requireReal(kernel, 'a', a);
    requireSameDType(kernel, a, b);
    return { shape: broadcastShapes(kernel, a.shape, b.shape), dtype: dtype ?? a.dtype };
  };
}
