// Whether values fit the memory they are meant for.
import { dtypeMismatch, formatShape, sameShape, shapeMismatch, type Shape } from '@lamella/program';

/** Throws: SHAPE_MISMATCH, DTYPE_MISMATCH. */
export function checkFits(
  subject: string,
  value: { readonly shape: Shape; readonly dtype: string },
  { shape }: { readonly shape: Shape },
  dtype: string,
): void {
  if (!sameShape(value.shape, shape))
    throw shapeMismatch(subject, `expected shape ${formatShape(shape)}, got ${formatShape(value.shape)}`);
  if (value.dtype !== dtype) throw dtypeMismatch(subject, `expected ${dtype}, got ${value.dtype}`);
}
