// Several callbacks as one, called in order.
import type { Callback, ResumePoint } from './callback.js';

type Hook = Exclude<keyof Callback, 'setModel' | 'setParameters' | 'needsBatchLogs' | 'onTrainBegin'>;

export class CallbackList {
  constructor(private readonly callbacks: readonly Callback[]) {}

  /** Whether any callback has `hook`; loops skip the call where none has. */
  has(hook: Hook): boolean {
    return this.callbacks.some((callback) => callback[hook] !== undefined);
  }

  /** Whether a callback that has `hook` needs the logs of this batch. */
  needsLogs(hook: Hook, batch: number): boolean {
    // All are asked: some make a note of it.
    const asked = this.callbacks.map(
      (callback) => callback[hook] !== undefined && (callback.needsBatchLogs?.(batch) ?? true),
    );
    return asked.includes(true);
  }

  /** Calls `onTrainBegin` of each callback; gives where to go on, as the last one says that does. */
  async trainBegin(): Promise<ResumePoint | undefined> {
    let point: ResumePoint | undefined;
    for (const callback of this.callbacks) point = (await callback.onTrainBegin?.({})) ?? point;
    return point;
  }

  /** Calls `hook` of each callback that has it, and waits where one returns a promise. */
  async call<H extends Hook>(hook: H, ...args: Parameters<NonNullable<Callback[H]>>): Promise<void> {
    for (const callback of this.callbacks) {
      const method = callback[hook] as ((...values: unknown[]) => void | Promise<void>) | undefined;
      const waiting = method?.apply(callback, args);
      if (waiting !== undefined) await waiting;
    }
  }
}
