// Compiled steps by what they depend on, a bounded number of them: the least recently used is disposed first.
import type { Runner } from '@lamella/core';

const capacity = 16;

export class StepCache {
  private readonly runners = new Map<string, Promise<Runner>>();

  /** The step for `key`, made by `make` when it is not there yet. */
  async get(key: string, make: () => Promise<Runner>): Promise<Runner> {
    const known = this.runners.get(key);
    if (known !== undefined) {
      this.runners.delete(key);
      this.runners.set(key, known);
      return known;
    }
    const made = make();
    this.runners.set(key, made);
    try {
      await made;
    } catch (error) {
      this.runners.delete(key);
      throw error;
    }
    for (const [oldest, runner] of this.runners) {
      if (this.runners.size <= capacity) break;
      this.runners.delete(oldest);
      (await runner).dispose();
    }
    return made;
  }

  /** Drops every step, as after a compile. */
  async clear(): Promise<void> {
    const all = [...this.runners.values()];
    this.runners.clear();
    for (const runner of all) (await runner).dispose();
  }
}
