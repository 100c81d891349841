// NumPy's broadcasting, for the rules of kernels that broadcast their inputs.
import { broadcastable, formatShape, type Shape } from '../shape.js';
import { misfit } from './requirements.js';

/** The shape that `a` and `b` have together. Throws: SHAPE_MISMATCH. */
export function broadcastShapes(kernel: string, a: Shape, b: Shape): Shape {
  if (!broadcastable(a, b)) {
    throw misfit(
      kernel,
      `expected shapes that broadcast against each other, got ${formatShape(a)} and ${formatShape(b)}`,
    );
  }
  const rank = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let i = rank; i >= 1; i--) {
    const p = a[a.length - i] ?? 1;
    const q = b[b.length - i] ?? 1;
    shape.push(p === 1 ? q : p);
  }
  return shape;
}
