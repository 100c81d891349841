// Some samples of a batch.
import { HostTensor, sizeOf } from '@lamella/program';

/** The samples from `start` up to, not including, `end`. */
export function rowsOf(batch: HostTensor, start: number, end: number): HostTensor {
  const [, ...shape] = batch.shape;
  const size = sizeOf(shape);
  const data = batch.data.slice(start * size, end * size);
  return new HostTensor(data, [end - start, ...shape], batch.dtype);
}
