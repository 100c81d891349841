// Free ranges of a memory: sorted by address, neighbours merged, the first that fits is taken. Not here: the memory.

/** A range of bytes. */
export interface Range {
  readonly address: number;
  readonly size: number;
}

/** The free ranges within [`start`, `end`). Units: bytes. */
export class FreeList {
  private readonly ranges: { address: number; size: number }[];

  constructor(start: number, end: number) {
    this.ranges = [{ address: start, size: end - start }];
  }

  /** The size of the largest free range. */
  get largest(): number {
    return this.ranges.reduce((most, { size }) => Math.max(most, size), 0);
  }

  /** The sum of all free ranges. */
  get total(): number {
    return this.ranges.reduce((sum, { size }) => sum + size, 0);
  }

  /** The address of `size` bytes that are free no more; undefined when none fit. */
  take(size: number): number | undefined {
    const index = this.ranges.findIndex((range) => range.size >= size);
    if (index < 0) return undefined;
    const range = this.ranges[index]!;
    const { address } = range;
    if (range.size === size) this.ranges.splice(index, 1);
    else {
      range.address += size;
      range.size -= size;
    }
    return address;
  }

  /** Gives back what {@link take} gave. */
  give({ address, size }: Range): void {
    const next = this.firstAbove(address);
    const before = this.ranges[next - 1];
    const after = this.ranges[next];
    const joinsBefore = before !== undefined && before.address + before.size === address;
    const joinsAfter = after !== undefined && address + size === after.address;
    if (joinsBefore) {
      before.size += size;
      if (!joinsAfter) return;
      before.size += after.size;
      this.ranges.splice(next, 1);
    } else if (joinsAfter) {
      after.address = address;
      after.size += size;
    } else {
      this.ranges.splice(next, 0, { address, size });
    }
  }

  private firstAbove(address: number): number {
    let low = 0;
    let high = this.ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.ranges[middle]!.address < address) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
