// Axes as tfjs takes them: one or several, negative from the end, absent for all.
import { formatShape, type Shape } from '../shape.js';
import { misfit } from './requirements.js';

/** How tfjs ops pass axes on to kernels. */
export type AxisParameter = number | readonly number[] | null | undefined;

/** One axis, counted from the front. Throws: SHAPE_MISMATCH outside the rank. */
export function resolveAxis(kernel: string, axis: number, shape: Shape): number {
  const rank = shape.length;
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    const range = rank === 0 ? 'no axis, for a scalar' : `an axis from ${-rank} to ${rank - 1}`;
    throw misfit(kernel, `expected ${range}, got ${axis} (input ${formatShape(shape)})`);
  }
  return axis < 0 ? axis + rank : axis;
}

/** All axes meant, counted from the front, in order. Throws: SHAPE_MISMATCH outside the rank. */
export function resolveAxes(kernel: string, axes: AxisParameter, shape: Shape): number[] {
  if (axes === undefined || axes === null) return shape.map((_, i) => i);
  const found = [axes].flat().map((axis: number) => resolveAxis(kernel, axis, shape));
  return [...new Set(found)].sort((a, b) => a - b);
}

/** The shape after a reduction over `axes`. */
export function reducedShape(shape: Shape, axes: readonly number[], keepDims = false): Shape {
  return keepDims
    ? shape.map((size, i) => (axes.includes(i) ? 1 : size))
    : shape.filter((_, i) => !axes.includes(i));
}

/** The shape with `size` at `axis`. */
export function withSize(shape: Shape, axis: number, size: number): Shape {
  return shape.map((old, i) => (i === axis ? size : old));
}
