// Batches read ahead: while a step runs on one, the next ones are read and converted.
import type { Example } from '@lamella/core';
import { checkCount } from './check.js';

/**
 * A stream that keeps up to `count` batches at hand. It starts anew each time it is read, where the one it reads does.
 * What goes wrong is thrown where its batch would come. Throws: OPTION_INVALID. Source: tf.data.Dataset.prefetch.
 *
 * @example
 * const rows = fromTensors({ x: new HostTensor(new Float32Array([1, 2, 3]), [3]) });
 * for await (const { x } of prefetch(batch(rows, 2), 2)) console.log(x.shape);
 */
export function prefetch<E extends Example>(
  stream: Iterable<E> | AsyncIterable<E>,
  count = 1,
): AsyncIterable<E> {
  checkCount('prefetch()', 'count', count, 1);
  return {
    async *[Symbol.asyncIterator]() {
      const iterator =
        Symbol.asyncIterator in stream ? stream[Symbol.asyncIterator]() : stream[Symbol.iterator]();
      const ahead: Promise<IteratorResult<E>>[] = [];
      let last: Promise<unknown> = Promise.resolve();
      const read = (): void => {
        // One after the other: not every iterator takes calls that overlap.
        const next = last.then(() => iterator.next());
        next.catch(() => undefined);
        last = next;
        ahead.push(next);
      };
      try {
        for (let i = 0; i < count; i++) read();
        for (;;) {
          const { done, value } = await ahead.shift()!;
          if (done === true) return;
          read();
          yield value;
        }
      } finally {
        // A source that waits for data ends no sooner than they come, and nobody waits for that.
        Promise.resolve(iterator.return?.()).catch(() => undefined);
      }
    },
  };
}
