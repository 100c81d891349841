// The passes over a source from epoch to epoch: one for each, or one that goes on where the last epoch stopped.
import { dataInvalid } from '@lamella/core';
import { dataExhausted } from '../errors.js';
import type { BatchCursor, BatchSource } from './batch-source.js';

export interface PassesOptions {
  /** The model, as errors name it. */
  readonly subject: string;
  /** The steps of an epoch, where they are not those of a pass; a pass then goes on from epoch to epoch, as in Keras. */
  readonly stepsPerEpoch?: number | undefined;
}

export class Passes {
  private cursor: BatchCursor | undefined;
  private epochs = 0;
  private readonly continues: boolean;

  constructor(
    private readonly source: BatchSource,
    private readonly options: PassesOptions,
  ) {
    this.continues = options.stepsPerEpoch !== undefined || !source.isRepeatable;
  }

  /**
   * Runs one epoch over what is left of the pass, or over a new one that `order` arranges.
   * Throws: DATA_INVALID or DATA_EXHAUSTED where there was no batch.
   */
  async epoch<T extends { readonly steps: number }>(
    order: () => Int32Array | undefined,
    run: (cursor: BatchCursor) => Promise<T>,
  ): Promise<T> {
    const wasOpen = this.cursor !== undefined;
    let result = await run((this.cursor ??= this.source.open(order())));
    if (result.steps === 0 && wasOpen && this.source.isRepeatable) {
      await this.close();
      result = await run((this.cursor = this.source.open(order())));
    }
    if (result.steps === 0) throw this.nothing();
    this.epochs++;
    if (!this.continues) await this.close();
    return result;
  }

  /** Goes through `steps` batches of an epoch, as an earlier run did, where a pass goes on from one epoch to the next. */
  async skip(order: () => Int32Array | undefined, steps = Infinity): Promise<void> {
    if (!this.continues) return;
    await this.epoch(order, async (cursor) => {
      let done = 0;
      while (done < steps && (await cursor.next()) !== undefined) done++;
      return { steps: done };
    });
  }

  /** Whether an epoch of so many steps ended because the data did. */
  isShort(steps: number): boolean {
    return steps < (this.options.stepsPerEpoch ?? 0);
  }

  /** Ends the pass. */
  async close(): Promise<void> {
    const { cursor } = this;
    this.cursor = undefined;
    await cursor?.close();
  }

  private nothing(): Error {
    const { subject } = this.options;
    return this.epochs === 0
      ? dataInvalid(subject, 'the data gave no batch', 'pass at least one sample')
      : dataExhausted(subject, `its data ended after ${this.epochs} epochs`);
  }
}

/** One pass over all of a source. Throws: as {@link Passes}. */
export async function onePass<T extends { readonly steps: number }>(
  source: BatchSource,
  subject: string,
  run: (cursor: BatchCursor) => Promise<T>,
): Promise<T> {
  const passes = new Passes(source, { subject });
  try {
    return await passes.epoch(() => undefined, run);
  } finally {
    await passes.close();
  }
}
