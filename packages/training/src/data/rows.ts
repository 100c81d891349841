// Rows of tensors side by side: chosen from a larger tensor, or stacked from single examples, in memory that is used again.
import { dataInvalid } from '@lamella/core';
import { allocateArray, copyValues, HostTensor, sameShape, sizeOf, type DType } from '@lamella/program';
import type { Batch } from './batch.js';

/** Up to this many elements, copying one by one takes less time than making a view of them. */
const shortRow = 64;

/** Copies chosen rows of a tensor side by side; without an order, gives a view of them and copies nothing. */
export class RowGatherer<D extends DType> {
  private readonly rowSize: number;
  private readonly buffers = new Map<number, HostTensor<D>>();

  constructor(private readonly tensor: HostTensor<D>) {
    this.rowSize = sizeOf(tensor.shape.slice(1));
  }

  gather(start: number, size: number, order: Int32Array | undefined): HostTensor<D> {
    const { rowSize, tensor } = this;
    if (order === undefined) return size === tensor.shape[0] ? tensor : tensor.rows(start, start + size);
    const target = this.buffer(size);
    // Of lists of strings, this does what it says.
    const [data, copied] = [tensor.data, target.data] as readonly unknown[] as [Float32Array, Float32Array];
    if (rowSize <= shortRow || !ArrayBuffer.isView(data)) {
      let next = 0;
      for (let i = 0; i < size; i++) {
        const from = order[start + i]! * rowSize;
        for (let k = 0; k < rowSize; k++) copied[next++] = data[from + k]!;
      }
    } else {
      for (let i = 0; i < size; i++) {
        const from = order[start + i]! * rowSize;
        copied.set(data.subarray(from, from + rowSize), i * rowSize);
      }
    }
    return target;
  }

  private buffer(size: number): HostTensor<D> {
    const known = this.buffers.get(size);
    if (known !== undefined) return known;
    const made = HostTensor.zeros([size, ...this.tensor.shape.slice(1)], this.tensor.dtype);
    this.buffers.set(size, made);
    return made;
  }
}

/** Stacks examples into a batch; batches of one size and shape share memory. */
export class RowStacker {
  private last: Batch | undefined;

  constructor(private readonly subject: string) {}

  /** Throws: DATA_INVALID where examples differ in shape. */
  stack(examples: readonly Omit<Batch, 'size'>[]): Batch {
    const size = examples.length;
    const last = this.last?.size === size ? this.last : undefined;
    const join = <D extends DType>(part: 'x' | 'y' | 'weights'): HostTensor<D>[] =>
      (examples[0]![part] as readonly HostTensor<D>[]).map((first, k) => {
        const shape = [size, ...first.shape];
        const known = last?.[part][k] as HostTensor<D> | undefined;
        const joined =
          known?.dtype === first.dtype && sameShape(known.shape, shape)
            ? known
            : new HostTensor(allocateArray(first.dtype, sizeOf(shape)), shape, first.dtype);
        examples.forEach((example, i) => {
          const row = example[part][k];
          if (row === undefined || row.dtype !== first.dtype || !sameShape(row.shape, first.shape)) {
            throw dataInvalid(
              this.subject,
              'examples of one batch differ in shape, dtype or number of parts',
              'pad or resize them in map()',
            );
          }
          copyValues(joined.data, row.data, i * first.size);
        });
        return joined;
      });
    this.last = { x: join('x'), y: join('y'), weights: join('weights'), size };
    return this.last;
  }
}
