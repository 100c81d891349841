// The conformance suite of datasets and streams of batches: lengths, shapes and dtypes, the same again, an end, a signal.
import {
  input,
  isDataset,
  type BatchStream,
  type Dataset,
  type Example,
  type ExampleValue,
} from '@lamella/core';
import { activation } from '@lamella/layers';
import {
  flatten,
  formatShape,
  isHostTensor,
  isLamellaError,
  sameShape,
  type AnyHostTensor,
  type DType,
  type Shape,
  type Tree,
} from '@lamella/program';
import type { Model } from '@lamella/training';
import { assertRejects, assertSame } from './assertions.js';
import { declareKit, settingsOf, type Check, type KitOptions, type KitSettings } from './kit.js';
import { knownOf } from './known.js';

/** What a tensor of an example is promised to be, without the dimension of the batch. */
export interface PromisedTensor {
  readonly shape: Shape;
  readonly dtype: DType;
  /** The least and the largest value. */
  readonly range?: readonly [number, number];
}

/** One way to make a dataset, and what it promises. */
export interface DatasetCase<Options> {
  /** What is special about it, e.g. "of the test images". */
  readonly name: string;
  readonly options: Options;
  /** How many examples a Dataset has, or how many batches a stream. Null for a stream without end. */
  readonly length: number | null;
  readonly x: Tree<PromisedTensor>;
  readonly y?: Tree<PromisedTensor>;
  readonly sampleWeight?: Tree<PromisedTensor>;
  /** Whether an example is another one each time it is asked for. Default: false. */
  readonly isRandom?: boolean;
}

/** What {@link testDataset} tests. */
export type Source = Dataset | BatchStream;

interface DatasetSubject extends KitSettings {
  readonly create: () => Promise<Source>;
  readonly given: DatasetCase<unknown>;
}

/**
 * Declares the suite for one dataset, or stream of batches: `create` makes it from the options of each case.
 *
 * @example
 * import { describe, it } from 'node:test';
 * import { fromTensors } from '@lamella/datasets';
 * import { floats, testDataset } from '@lamella/testing';
 *
 * testDataset(
 *   (options: { rows: number }) => fromTensors({ x: floats([options.rows, 2]) }),
 *   [{ name: 'of five rows', options: { rows: 5 }, length: 5, x: { shape: [2], dtype: 'float32', range: [-2, 2] } }],
 *   { runner: { describe, it } },
 * );
 */
export function testDataset<Options>(
  create: (options: Options) => Source | Promise<Source>,
  givenCases: readonly DatasetCase<Options>[],
  options: KitOptions = {},
): void {
  const cases = givenCases.map((given) => ({
    name: given.name,
    subject: { ...settingsOf(options), create: async () => create(given.options), given },
  }));
  declareKit<DatasetSubject>('testDataset', 'dataset', cases, datasetChecks, options);
}

/** At most so many examples, or batches, are looked at. */
const most = 32;

const parts = ['x', 'y', 'sampleWeight'] as const;

function isPromise(value: unknown): value is PromisedTensor {
  const { shape, dtype } = (value ?? {}) as Partial<PromisedTensor>;
  return Array.isArray(shape) && typeof dtype === 'string';
}

/** Throws unless an example, or a batch, is what its case promises; gives the number of its rows, where it is a batch. */
function checkExample(what: string, example: Example, given: DatasetCase<unknown>, isBatch: boolean): number {
  if (typeof example !== 'object' || example === null)
    throw new Error(`${what}: expected { x }, got ${typeof example}`);
  const rows = new Set<number>();
  for (const part of parts) {
    const [promised, value] = [given[part], example[part]];
    if ((promised === undefined) !== (value === undefined))
      throw new Error(
        `${what}: ${part} is ${value === undefined ? 'missing' : 'there'}, unlike its case says`,
      );
    if (promised === undefined) continue;
    const expected = flatten(promised, isPromise);
    const actual = flatten<AnyHostTensor>(value as ExampleValue, isHostTensor as never);
    assertSame(actual.length, expected.length, `${what}: number of tensors in ${part}`);
    expected.forEach(({ shape, dtype, range }, i) => {
      const tensor = actual[i]!;
      if (!isHostTensor(tensor))
        throw new Error(`${what}: ${part}: expected host tensors, got ${typeof tensor}`);
      const own = isBatch ? tensor.shape.slice(1) : tensor.shape;
      if (tensor.dtype !== dtype || !sameShape(own, shape))
        throw new Error(
          `${what}: ${part}: expected ${dtype}${formatShape(shape)}, got ${tensor.dtype}${formatShape(own)}`,
        );
      if (isBatch) rows.add(tensor.shape[0]!);
      const wrong =
        range &&
        Array.from(tensor.data as ArrayLike<number>).find(
          (value) => !(value >= range[0] && value <= range[1]),
        );
      if (wrong !== undefined)
        throw new Error(`${what}: ${part}: expected values from ${range![0]} to ${range![1]}, got ${wrong}`);
    });
  }
  if (rows.size > 1)
    throw new Error(`${what}: its tensors have different numbers of rows: ${[...rows].join(', ')}`);
  return [...rows][0] ?? 0;
}

/** The values of an example as text, to compare. */
function textOf(example: Example): string {
  return JSON.stringify(
    parts.map((part) =>
      example[part] === undefined
        ? null
        : flatten<AnyHostTensor>(example[part], isHostTensor as never).map(({ data }) =>
            Array.from(data as ArrayLike<number>, String),
          ),
    ),
  );
}

/** Indices from the first to the last, evenly spread. */
function someIndices(length: number): number[] {
  const count = Math.min(length, most);
  return Array.from({ length: count }, (_, i) =>
    count === 1 ? 0 : Math.round((i * (length - 1)) / (count - 1)),
  );
}

async function datasetOf({ create, given }: DatasetSubject): Promise<Dataset> {
  const source = await create();
  if (!isDataset(source)) throw new Error(`expected a dataset of length ${given.length}, got a stream`);
  return source;
}

async function keepsItsPromises(subject: DatasetSubject): Promise<void> {
  const { given } = subject;
  const source = await subject.create();
  if (isDataset(source)) {
    assertSame(source.length, given.length, 'length');
    for (const index of someIndices(source.length))
      checkExample(`example ${index}`, await source.get(index), given, false);
    return;
  }
  let count = 0;
  for await (const batch of source) {
    const rows = checkExample(`batch ${count}`, batch, given, true);
    if (rows === 0) throw new Error(`batch ${count} has no rows`);
    count++;
    if (count > (given.length ?? most)) break;
  }
  if (given.length === null ? count <= most : count !== given.length)
    throw new Error(
      `expected ${given.length ?? 'batches without end'}${given.length === null ? '' : ' batches'}, got ${count > (given.length ?? most) ? 'more' : count}`,
    );
}

async function givesTheSameAgain(subject: DatasetSubject): Promise<void> {
  const source = await subject.create();
  if (!isDataset(source)) {
    const read = async (): Promise<string[]> => {
      const found: string[] = [];
      for await (const batch of source) if (found.push(textOf(batch)) === most) break;
      return found;
    };
    const [first, second] = [await read(), await read()];
    assertSame(second.length, first.length, 'number of batches when it is read again');
    first.forEach((text, i) => assertSame(second[i], text, `batch ${i} when it is read again`));
    return;
  }
  const indices = someIndices(source.length);
  const first: string[] = [];
  for (const index of indices) first.push(textOf(await source.get(index)));
  // All at once and the other way round: what is kept must not be what the next one overwrites.
  const again = await Promise.all(indices.toReversed().map(async (index) => source.get(index)));
  again
    .reverse()
    .forEach((example, i) => assertSame(textOf(example), first[i], `example ${indices[i]!} again`));
}

async function refusesIndices(subject: DatasetSubject): Promise<void> {
  const source = await datasetOf(subject);
  for (const index of [-1, source.length, 0.5, NaN]) {
    const failure = await Promise.resolve()
      .then(() => source.get(index))
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    if (!isLamellaError(failure))
      throw new Error(
        `example ${index}: expected an error with a code, got ${failure === undefined ? 'an example' : String(failure)}`,
      );
  }
}

async function isRead(subject: DatasetSubject): Promise<void> {
  const { given, plugins, backend } = subject;
  const promised = flatten(given.x, isPromise);
  const known = await knownOf(plugins, backend);
  const inputs = promised.map(({ shape, dtype }) => input({ shape, dtype: dtype as 'float32' }));
  const outputs = inputs.map((x) => activation({ activation: 'linear' }).apply(x));
  const net = known.model({ inputs, outputs }) as unknown as Model;
  const source = await subject.create();
  const ended = new AbortController();
  let onAsked = (): void => undefined;
  let asked = 0;
  const counted: Dataset | BatchStream = isDataset(source)
    ? {
        length: source.length,
        get: async (index) => {
          asked++;
          onAsked();
          return listed(await source.get(index));
        },
      }
    : {
        async *[Symbol.asyncIterator]() {
          let read = 0;
          for await (const batch of source) {
            asked++;
            onAsked();
            if (read++ >= (given.length ?? 3)) return;
            yield listed(batch);
          }
        },
      };
  await net.predict(counted as never, { batchSize: 2, verbose: 0 } as never);
  if (asked < Math.min(given.length ?? 3, 3)) throw new Error(`predict() has asked for ${asked} examples`);
  // Told to end while it waits for the first.
  onAsked = () => ended.abort();
  await assertRejects(
    () => net.predict(counted as never, { signal: ended.signal, verbose: 0 } as never),
    'ABORTED',
  );
}

/** The inputs as a list, whatever they are called. */
function listed({ x }: Example): Example {
  return { x: flatten<AnyHostTensor>(x, isHostTensor as never) };
}

async function isLeftEarly({ create }: DatasetSubject): Promise<void> {
  const source = (await create()) as BatchStream;
  const firstOf = async (): Promise<string> => {
    for await (const batch of source) return textOf(batch);
    throw new Error('it has no batches');
  };
  const first = await firstOf();
  assertSame(await firstOf(), first, 'the first batch, after it was left at the first');
}

const isStable = ({ given }: DatasetSubject): boolean => given.isRandom !== true;

const datasetChecks: readonly Check<DatasetSubject>[] = [
  { name: 'has the length, the shapes and the dtypes that it promises', run: keepsItsPromises },
  { name: 'gives the same again, in any order', applies: isStable, run: givesTheSameAgain },
  {
    name: 'refuses indices that it has not',
    run: async (subject) => {
      if (isDataset(await subject.create())) await refusesIndices(subject);
    },
  },
  {
    name: 'can be left early, and read from the beginning',
    applies: isStable,
    run: async (subject) => {
      if (!isDataset(await subject.create())) await isLeftEarly(subject);
    },
  },
  {
    name: 'is read by predict() to its end, or to the signal',
    applies: ({ given }) => flatten(given.x, isPromise).every(({ dtype }) => dtype !== 'string'),
    run: isRead,
  },
];
