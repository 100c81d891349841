// Shapes: lists of dimension sizes. `null` in a symbolic shape is a size known only when data arrives (the batch).

/** A concrete shape; `[]` is a scalar. */
export type Shape = readonly number[];

/** A shape some of whose dimensions are not known yet. */
export type SymbolicShape = readonly (number | null)[];

/** The number of elements of a concrete shape. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const dimension of shape) size *= dimension;
  return size;
}

/** Whether two shapes are equal, dimension by dimension (`null` equals only `null`). */
export function sameShape(a: SymbolicShape, b: SymbolicShape): boolean {
  return a.length === b.length && a.every((dimension, i) => dimension === b[i]);
}

/** Whether a concrete shape can stand where `pattern` is expected; `null` takes any size. */
export function fitsShape(shape: Shape, pattern: SymbolicShape): boolean {
  return (
    shape.length === pattern.length && shape.every((size, i) => pattern[i] === null || pattern[i] === size)
  );
}

/** Whether every dimension is known. */
export function isConcrete(shape: SymbolicShape): shape is Shape {
  return shape.every((dimension) => dimension !== null);
}

/** A shape as people read it, `[null, 784]`. */
export function formatShape(shape: SymbolicShape): string {
  return `[${shape.map(String).join(', ')}]`;
}

/** Whether two shapes broadcast against each other, as in NumPy. */
export function broadcastable(a: Shape, b: Shape): boolean {
  const length = Math.min(a.length, b.length);
  for (let i = 1; i <= length; i++) {
    const p = a[a.length - i];
    const q = b[b.length - i];
    if (p !== q && p !== 1 && q !== 1) return false;
  }
  return true;
}

/** Whether a value is a shape, sizes not known included. */
export function isShape(value: unknown): value is SymbolicShape {
  return Array.isArray(value) && value.every((size) => size === null || typeof size === 'number');
}
