// Rows of tensors side by side: chosen from a larger tensor, or stacked from single examples, in memory that is used again.
import { dataInvalid } from '@lamella/core';
import { allocateArray, HostTensor, sameShape, sizeOf } from '@lamella/program';
import type { Batch } from './batch.js';

/** Up to this many elements, copying one by one takes less time than making a view of them. */
const shortRow = 64;

/** Copies chosen rows of a tensor side by side; without an order, gives a view of them and copies nothing. */
export class RowGatherer {
  private readonly rowSize: number;
  private readonly buffers = new Map<number, HostTensor>();

  constructor(private readonly tensor: HostTensor) {
    this.rowSize = sizeOf(tensor.shape.slice(1));
  }

  gather(start: number, size: number, order: Int32Array | undefined): HostTensor {
    const { data, dtype, shape } = this.tensor;
    const { rowSize } = this;
    if (order === undefined) {
      if (size === shape[0]) return this.tensor;
      const rows = data.subarray(start * rowSize, (start + size) * rowSize);
      return new HostTensor(rows, [size, ...shape.slice(1)], dtype);
    }
    const target = this.buffer(size);
    if (rowSize <= shortRow) {
      let next = 0;
      for (let i = 0; i < size; i++) {
        const from = order[start + i]! * rowSize;
        for (let k = 0; k < rowSize; k++) target.data[next++] = data[from + k]!;
      }
    } else {
      for (let i = 0; i < size; i++) {
        const from = order[start + i]! * rowSize;
        target.data.set(data.subarray(from, from + rowSize), i * rowSize);
      }
    }
    return target;
  }

  private buffer(size: number): HostTensor {
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
    const join = (part: 'x' | 'y' | 'weights'): HostTensor[] =>
      examples[0]![part].map((first, k) => {
        const shape = [size, ...first.shape];
        const known = last?.[part][k];
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
          joined.data.set(row.data, i * first.size);
        });
        return joined;
      });
    this.last = { x: join('x'), y: join('y'), weights: join('weights'), size };
    return this.last;
  }
}
