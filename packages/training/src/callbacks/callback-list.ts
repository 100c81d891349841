// Several callbacks as one, called in order.
import { copyState, type CallbackState } from './callback-state.js';
import type { Callback, ResumePoint } from './callback.js';

type Hook = Exclude<
  keyof Callback,
  'state' | 'setModel' | 'setParameters' | 'needsBatchLogs' | 'onTrainBegin'
>;

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

  /** What the callbacks hold, by their class, numbered where there are several. Throws: CALLBACK_STATE_INVALID. */
  get state(): Readonly<Record<string, CallbackState>> {
    return Object.fromEntries(
      [...this.remembering()].map(([name, { state }]) => [name, copyState(name, state)]),
    );
  }

  /** Gives callbacks what they held; warns where there are others than there were. Throws: CALLBACK_STATE_INVALID. */
  restore(kept: Readonly<Record<string, CallbackState>>): void {
    const changed = new Set(Object.keys(kept));
    for (const [name, callback] of this.remembering()) {
      if (changed.delete(name)) callback.state = kept[name];
      else changed.add(name);
    }
    if (changed.size > 0)
      console.warn(
        `[CALLBACKS_CHANGED] fit(): the training goes on with other callbacks than it began with: ${[...changed].join(', ')}.`,
      );
  }

  /** The callbacks that have a state, by name. */
  private remembering(): Map<string, Callback> {
    const named = new Map<string, Callback>();
    for (const callback of this.callbacks) {
      if (callback.state === undefined) continue;
      const { name } = callback.constructor;
      let count = 0;
      while (named.has(count === 0 ? name : `${name}_${count}`)) count++;
      named.set(count === 0 ? name : `${name}_${count}`, callback);
    }
    return named;
  }

  /** Runs a pass; tells callbacks where it fails, before its error goes on. */
  async whileRunning<T>(pass: () => Promise<T>): Promise<T> {
    try {
      return await pass();
    } catch (error) {
      await this.call('onFailure', error);
      throw error;
    }
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
