// When a callback that saves every so many batches is due. Batches are counted on from epoch to epoch, as in Keras.
import { optionInvalid } from '@lamella/core';

export class BatchCounter {
  private seen = 0;
  private last = -1;

  /** Throws: OPTION_INVALID. */
  constructor(
    subject: string,
    private readonly frequency: 'epoch' | number,
  ) {
    if (frequency !== 'epoch' && !(Number.isInteger(frequency) && frequency >= 1))
      throw optionInvalid(subject, 'saveFreq', "'epoch' or a number of batches", frequency);
  }

  get isPerEpoch(): boolean {
    return this.frequency === 'epoch';
  }

  reset(): void {
    this.seen = 0;
    this.last = -1;
  }

  /** How far it has counted, for a run that goes on later. */
  get state(): { readonly seen: number; readonly last: number } {
    return { seen: this.seen, last: this.last };
  }

  set state({ seen, last }: { readonly seen: number; readonly last: number }) {
    this.seen = seen;
    this.last = last;
  }

  /** Whether it is due after this batch, counted from 0 in its epoch. */
  isDue(batch: number): boolean {
    if (this.frequency === 'epoch') return false;
    this.seen += batch <= this.last ? batch + 1 : batch - this.last;
    this.last = batch;
    if (this.seen < this.frequency) return false;
    this.seen = 0;
    return true;
  }
}
