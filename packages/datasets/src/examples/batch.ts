// Batches of a dataset: examples stacked along a new first dimension. A stream that starts anew each time it is read.
// `fit` makes batches of a dataset by itself; this is for other uses, and for work on whole batches.
import {
  checkOptionNames,
  dataInvalid,
  type Dataset,
  type Example,
  type ExampleValue,
  type OptionNames,
} from '@lamella/core';
import {
  allocateArray,
  elementsPerValue,
  formatShape,
  HostTensor,
  isHostTensor,
  sameShape,
  sizeOf,
  type AnyHostTensor,
} from '@lamella/program';
import { checkCount, checkDataset } from './check.js';

export interface BatchOptions {
  /** Whether to leave out a last batch that is not full. Default false. */
  readonly dropRemainder?: boolean;
}

const batchNames: OptionNames<BatchOptions> = { dropRemainder: true };

/**
 * Stacks `size` examples at a time.
 *
 * Throws: OPTION_INVALID; while reading, DATA_INVALID for examples of one batch that differ in shape or dtype.
 *
 * @example
 * const rows = fromTensors({ x: new HostTensor(new Float32Array([1, 2, 3]), [3]) });
 * const sizes: number[] = [];
 * for await (const { x } of batch(rows, 2)) sizes.push(x.shape[0]!);
 * console.log(sizes); // [2, 1]
 */
export function batch<E extends Example>(
  dataset: Dataset<E>,
  size: number,
  options: BatchOptions = {},
): AsyncIterable<E> {
  checkOptionNames('batch()', options, batchNames);
  checkDataset('batch()', dataset);
  checkCount('batch()', 'size', size, 1);
  const last = options.dropRemainder === true ? dataset.length - size : dataset.length - 1;
  return {
    async *[Symbol.asyncIterator]() {
      for (let start = 0; start <= last; start += size) {
        const count = Math.min(size, dataset.length - start);
        yield stack(
          await Promise.all(Array.from({ length: count }, async (_, i) => dataset.get(start + i))),
          start,
        );
      }
    },
  };
}

function stack<E extends Example>(examples: readonly E[], start: number): E {
  const first = examples[0]!;
  if (typeof first !== 'object' || first === null || first.x === undefined)
    throw dataInvalid(
      'batch()',
      `expected examples of the form { x, y }, got ${JSON.stringify(first)?.slice(0, 40)} at ${start}`,
      'map the dataset to { x, y } with host tensors',
    );
  return joinRecords(examples as readonly object[], start, '') as E;
}

function join(values: readonly ExampleValue[], start: number, path: string): ExampleValue {
  const [first] = values;
  if (isHostTensor(first)) return joinTensors(values as readonly AnyHostTensor[], start, path);
  if (typeof first !== 'object')
    throw dataInvalid('batch()', `expected host tensors in ${path} of example ${start}, got ${typeof first}`);
  if (!Array.isArray(first)) return joinRecords(values, start, path) as ExampleValue;
  return Object.values(joinRecords(values, start, path)) as ExampleValue;
}

function joinRecords(records: readonly object[], start: number, path: string): object {
  return Object.fromEntries(
    Object.entries(records[0]!)
      .filter(([, value]) => value !== undefined)
      .map(([key]) => [
        key,
        join(
          records.map((record) => (record as Record<string, ExampleValue>)[key]!),
          start,
          path === '' ? key : `${path}.${key}`,
        ),
      ]),
  );
}

function joinTensors(tensors: readonly AnyHostTensor[], start: number, path: string): AnyHostTensor {
  const { dtype, shape, size } = tensors[0]!;
  const words: string[] = [];
  const joined = allocateArray(dtype, size * tensors.length);
  tensors.forEach((tensor, i) => {
    if (!isHostTensor(tensor) || tensor.dtype !== dtype || !sameShape(tensor.shape, shape))
      throw dataInvalid(
        'batch()',
        `expected ${dtype}${formatShape(shape)} as ${path} of example ${start + i}, as example ${start} has, got ${
          isHostTensor(tensor) ? `${tensor.dtype}${formatShape(tensor.shape)}` : 'no tensor'
        }`,
        'pad or resize the examples with map()',
      );
    if (dtype === 'string') words.push(...(tensor.data as readonly string[]));
    else
      (joined as Float32Array).set(tensor.data as Float32Array, i * sizeOf(shape) * elementsPerValue(dtype));
  });
  return new HostTensor(dtype === 'string' ? words : joined, [tensors.length, ...shape], dtype);
}
