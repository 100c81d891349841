// Puts the outputs of batches together: in place where the number of examples is known, else joined at the end.
import {
  copyValues,
  formatShape,
  HostTensor,
  sameShape,
  shapeMismatch,
  sizeOf,
  type AnyHostTensor,
} from '@lamella/program';

export class OutputCollector {
  private whole: readonly AnyHostTensor[] | undefined;
  private readonly parts: (readonly AnyHostTensor[])[] = [];
  private filled = 0;

  /** `examples` is how many rows there will be, where known. */
  constructor(
    private readonly subject: string,
    private readonly examples: number | undefined,
  ) {}

  /** Copies the outputs of the next batch, of `size` rows. */
  add(outputs: readonly AnyHostTensor[], size: number): void {
    const { examples } = this;
    if (examples === undefined || size === examples || outputs.some(({ shape }) => shape[0] !== size)) {
      this.parts.push(outputs.map((output) => output.clone()));
      return;
    }
    const start = this.filled;
    this.filled += size;
    this.whole ??= outputs.map(({ shape, dtype }) => HostTensor.zeros([examples, ...shape.slice(1)], dtype));
    outputs.forEach(({ data, shape }, i) =>
      copyValues(this.whole![i]!.data, data, start * sizeOf(shape.slice(1))),
    );
  }

  /** The outputs whole. Throws: SHAPE_MISMATCH where batches differ in more than their number of rows. */
  finish(): readonly AnyHostTensor[] {
    if (this.whole !== undefined) return this.whole;
    return (this.parts[0] ?? []).map((_, i) =>
      this.join(
        this.parts.map((part) => part[i]!),
        i,
      ),
    );
  }

  private join(parts: readonly AnyHostTensor[], output: number): AnyHostTensor {
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
    const joined: AnyHostTensor = HostTensor.zeros(
      [parts.reduce((rows, { shape }) => rows + shape[0]!, 0), ...row],
      first.dtype,
    );
    let offset = 0;
    for (const { data } of parts) {
      copyValues(joined.data, data, offset);
      offset += data.length;
    }
    return joined;
  }
}
