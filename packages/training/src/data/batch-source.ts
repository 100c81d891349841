// Where a loop's batches come from: rows of arrays in memory, a Dataset of examples, or a stream of batches.
// A source is told the order of an epoch; it knows nothing of models.
import { dataInvalid, type BatchStream, type Dataset, type Example } from '@lamella/core';
import type { AnyHostTensor, DType, HostTensor } from '@lamella/program';
import type { Batch } from './batch.js';
import type { Examples } from './examples.js';
import { RowGatherer, RowStacker } from './rows.js';

/** One pass over a source. Its tensors are valid until the next batch is asked for. */
export interface BatchCursor {
  /** The next batch, at once where it is at hand; undefined at the end. */
  next(): Batch | undefined | Promise<Batch | undefined>;
  /** Ends the pass early. */
  close(): void | Promise<void>;
}

/** Batches, pass by pass. */
export interface BatchSource {
  /** The batches of a pass, where known. */
  readonly steps: number | undefined;
  /** The examples of a pass, where known. */
  readonly examples: number | undefined;
  /** Whether more than one pass can be made. */
  readonly isRepeatable: boolean;
  /** Begins a pass. `order` permutes the examples, where the source has random access. */
  open(order?: Int32Array): BatchCursor;
}

/** Rows of tensors in memory. */
export function tensorSource(
  x: readonly AnyHostTensor[],
  y: readonly HostTensor[],
  weights: readonly HostTensor[],
  batchSize: number,
): BatchSource {
  const examples = x[0]?.shape[0] ?? 0;
  const gatherers = <D extends DType>(tensors: readonly HostTensor<D>[]): RowGatherer<D>[] =>
    tensors.map((tensor) => new RowGatherer(tensor));
  const [inputs, targets, shares] = [gatherers(x), gatherers(y), gatherers(weights)];
  return {
    examples,
    steps: Math.ceil(examples / batchSize),
    isRepeatable: true,
    open(order) {
      let start = 0;
      return {
        next() {
          if (start >= examples) return undefined;
          const from = start;
          const size = Math.min(batchSize, examples - start);
          start += size;
          const gather = <D extends DType>(rows: RowGatherer<D>): HostTensor<D> =>
            rows.gather(from, size, order);
          return { x: inputs.map(gather), y: targets.map(gather), weights: shares.map(gather), size };
        },
        close: () => undefined,
      };
    },
  };
}

/** Examples fetched one by one and stacked. */
export function datasetSource(dataset: Dataset, examples: Examples, batchSize: number): BatchSource {
  const stacker = new RowStacker(examples.subject);
  const stack = (rows: readonly Example[]): Batch =>
    examples.fit(stacker.stack(rows.map((row) => examples.spread(row))));
  return {
    examples: dataset.length,
    steps: Math.ceil(dataset.length / batchSize),
    isRepeatable: true,
    open(order) {
      let start = 0;
      return {
        next() {
          if (start >= dataset.length) return undefined;
          const from = start;
          const size = Math.min(batchSize, dataset.length - start);
          start += size;
          const rows = Array.from({ length: size }, (_, i) => dataset.get(order?.[from + i] ?? from + i));
          const waiting = rows.filter((row) => row instanceof Promise);
          return waiting.length === 0
            ? stack(rows as readonly Example[])
            : Promise.all(rows.map(async (row) => row)).then(stack);
        },
        close: () => undefined,
      };
    },
  };
}

/** Batches as they come. */
export function streamSource(stream: BatchStream, examples: Examples): BatchSource {
  const batchOf = (example: Example): Batch => {
    const parts = examples.spread(example);
    return examples.fit({ ...parts, size: parts.x[0]?.shape[0] ?? 0 });
  };
  return {
    examples: undefined,
    steps: undefined,
    isRepeatable: !isSinglePass(stream),
    open() {
      if (isSinglePass(stream)) claim(stream, examples.subject);
      const iterator =
        Symbol.asyncIterator in stream ? stream[Symbol.asyncIterator]() : stream[Symbol.iterator]();
      let isWaiting = false;
      return {
        async next() {
          isWaiting = true;
          try {
            const { done, value } = await iterator.next();
            return done === true ? undefined : batchOf(value);
          } finally {
            isWaiting = false;
          }
        },
        async close() {
          inUse.delete(stream);
          const ended = iterator.return?.();
          // A generator that waits for data ends no sooner than they come.
          if (isWaiting) Promise.resolve(ended).catch(() => undefined);
          else await ended;
        },
      };
    },
  };
}

/** Streams of a single pass that is under way. */
const inUse = new WeakSet<BatchStream>();

/** Throws: DATA_INVALID where two passes would each get some of the batches. */
function claim(stream: BatchStream, subject: string): void {
  if (inUse.has(stream))
    throw dataInvalid(
      subject,
      'its data are a stream that gives each batch once, and another pass is going through it',
      'await the other pass, or pass an object whose iterator starts anew each time',
    );
  inUse.add(stream);
}

/** Generators and other iterators give themselves when asked for an iterator: what was read is gone. */
function isSinglePass(stream: BatchStream): boolean {
  return typeof (stream as { next?: unknown }).next === 'function';
}
