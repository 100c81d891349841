// Puts the outputs of batches together: in place where the number of examples is known, else joined at the end.
import { hostDType } from '@lamella/core';
import { formatShape, HostTensor, sameShape, shapeMismatch, sizeOf, type Program } from '@lamella/program';

export class OutputCollector {
  private whole: HostTensor[] | undefined;
  private readonly parts: HostTensor[][] = [];
  private filled = 0;

  /** `examples` is how many rows there will be, where known. */
  constructor(
    private readonly subject: string,
    private readonly examples: number | undefined,
  ) {}

  /** Where the outputs of the next batch, of `size` rows, are to be written. */
  targets(program: Program, size: number): HostTensor[] {
    const types = program.outputs
      .slice(0, program.outputs.length - program.updates.length)
      .map(({ id }) => ({ shape: program.type(id).shape, dtype: hostDType(program.type(id), this.subject) }));
    if (this.examples === undefined || types.some(({ shape }) => shape[0] !== size)) {
      const made = types.map(({ shape, dtype }) => HostTensor.zeros(shape, dtype));
      this.parts.push(made);
      return made;
    }
    const start = this.filled;
    this.filled += size;
    this.whole ??= types.map(({ shape, dtype }) =>
      HostTensor.zeros([this.examples!, ...shape.slice(1)], dtype),
    );
    if (size === this.examples) return this.whole;
    return types.map(({ shape, dtype }, i) => {
      const row = sizeOf(shape.slice(1));
      return new HostTensor(this.whole![i]!.data.subarray(start * row, (start + size) * row), shape, dtype);
    });
  }

  /** The outputs whole. Throws: SHAPE_MISMATCH where batches differ in more than their number of rows. */
  finish(): HostTensor[] {
    if (this.whole !== undefined) return this.whole;
    return (this.parts[0] ?? []).map((_, i) =>
      this.join(
        this.parts.map((part) => part[i]!),
        i,
      ),
    );
  }

  private join(parts: readonly HostTensor[], output: number): HostTensor {
    const first = parts[0]!;
    if (parts.length === 1) return first;
    const row = first.shape.slice(1);
    for (const { shape } of parts) {
      if (shape.length > 0 && sameShape(shape.slice(1), row)) continue;
      throw shapeMismatch(
        this.subject,
        `output ${output} has shape ${formatShape(first.shape)} in one batch and ${formatShape(shape)} in another`,
        'predict batches of one shape at a time',
      );
    }
    const joined = HostTensor.zeros(
      [parts.reduce((rows, { shape }) => rows + shape[0]!, 0), ...row],
      first.dtype,
    );
    let offset = 0;
    for (const { data } of parts) {
      joined.data.set(data, offset);
      offset += data.length;
    }
    return joined;
  }
}
