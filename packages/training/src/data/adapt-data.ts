// From what users pass to fit, evaluate and predict to a source of batches, with everything checked that can be checked
// before the first step.
import type { BatchStream, Dataset, Functional } from '@lamella/core';
import {
  fitsShape,
  formatShape,
  HostTensor,
  isHostTensor,
  lamellaError,
  shapeMismatch,
} from '@lamella/program';
import {
  datasetSource,
  streamSource,
  tensorSource,
  type BatchSource,
  type ExampleLayout,
} from './batch-source.js';
import { classWeights, type ClassWeight } from './class-weight.js';
import { isTensorLike, toHostTensor, type TensorLike } from './to-host-tensor.js';

/** Data for all inputs, or all outputs: one, a list by position, a record by name. */
export type Tensors = TensorLike | readonly TensorLike[] | Readonly<Record<string, TensorLike>>;

/** Everything that examples can come from. */
export type TrainingData = Tensors | Dataset | BatchStream;

export interface DataOptions {
  readonly y?: Tensors | undefined;
  readonly sampleWeight?: Tensors | undefined;
  readonly classWeight?: ClassWeight | undefined;
  readonly batchSize?: number | undefined;
  readonly outputs: readonly string[];
}

/** In-memory data after conversion, for splitting before it becomes a source. */
export interface TensorData {
  readonly x: readonly HostTensor[];
  readonly y: readonly HostTensor[];
  readonly weights: readonly HostTensor[];
}

/** Keras' default batch size. */
export const defaultBatchSize = 32;

/** Whether `data` gives its own examples or batches, with targets, rather than being tensors. */
export function isExampleSource(data: TrainingData): data is Dataset | BatchStream {
  if (
    typeof data !== 'object' ||
    data === null ||
    isTensorLike(data) ||
    Array.isArray(data) ||
    isHostTensor(data)
  )
    return false;
  return isDataset(data) || Symbol.iterator in data || Symbol.asyncIterator in data;
}

export function isDataset(data: unknown): data is Dataset {
  return (
    typeof data === 'object' &&
    data !== null &&
    typeof (data as Dataset).get === 'function' &&
    typeof (data as Dataset).length === 'number'
  );
}

/** A source over a Dataset of examples or a stream of batches. */
export function exampleSource(
  model: Functional,
  data: Dataset | BatchStream,
  options: DataOptions,
): BatchSource {
  for (const option of ['y', 'sampleWeight', 'classWeight'] as const) {
    if (options[option] !== undefined) {
      throw lamellaError('DATA_INVALID', {
        subject: model.label,
        problem: `${option} was given beside a dataset, which carries its own`,
        fix: `put it into the examples as { x, y, sampleWeight }`,
      });
    }
  }
  const layout: ExampleLayout = {
    subject: model.label,
    inputs: model.inputs.map((tensor) => tensor.name),
    outputs: options.outputs,
  };
  if (!isDataset(data)) return streamSource(data, layout);
  if (data.length === 0) throw emptyData(model.label);
  return datasetSource(data, layout, checkBatchSize(model.label, options.batchSize));
}

/** Converts and checks tensors. Throws: DATA_INVALID, SHAPE_MISMATCH, DATA_LENGTH. */
export async function adaptTensors(model: Functional, x: Tensors, options: DataOptions): Promise<TensorData> {
  const inputNames = model.inputs.map((tensor) => tensor.name);
  const inputs = await toList(model.label, x, inputNames, 'input');
  inputs.forEach((tensor, i) => checkInput(model, tensor, i));
  const y = options.y === undefined ? [] : await toList(model.label, options.y, options.outputs, 'output');
  const given =
    options.sampleWeight === undefined
      ? []
      : await toList(model.label, options.sampleWeight, options.outputs, 'output');
  if (given.length > 0 && options.classWeight !== undefined) {
    throw lamellaError('OPTION_INVALID', {
      subject: model.label,
      problem: 'expected sampleWeight or classWeight, got both',
      fix: 'multiply them into sampleWeight',
    });
  }
  const weights =
    options.classWeight === undefined ? given : classWeights(model.label, y, options.classWeight);
  checkLengths(model, inputNames, options.outputs, inputs, y, weights);
  return { x: inputs, y, weights };
}

/** A source over rows in memory. */
export function rowsSource(model: Functional, data: TensorData, batchSize: number | undefined): BatchSource {
  return tensorSource(data.x, data.y, data.weights, checkBatchSize(model.label, batchSize));
}

/** Splits off the last `fraction` of the rows, before any shuffling, as Keras does. */
export function splitTensors(
  subject: string,
  data: TensorData,
  fraction: number,
): { train: TensorData; validation: TensorData } {
  if (!(fraction > 0 && fraction < 1))
    throw lamellaError('OPTION_INVALID', {
      subject,
      problem: `validationSplit: expected a number between 0 and 1, got ${fraction}`,
    });
  const rows = data.x[0]!.shape[0]!;
  const split = Math.floor(rows * (1 - fraction));
  if (split === 0 || split === rows) {
    throw lamellaError('DATA_INVALID', {
      subject,
      problem: `${rows} samples are too few to split off a fraction of ${fraction}`,
      fix: 'pass validationData, or a larger data set',
    });
  }
  const cut = (list: readonly HostTensor[], from: number, to: number): HostTensor[] =>
    list.map((tensor) => rowsOf(tensor, from, to));
  const part = (from: number, to: number): TensorData => ({
    x: cut(data.x, from, to),
    y: cut(data.y, from, to),
    weights: cut(data.weights, from, to),
  });
  return { train: part(0, split), validation: part(split, rows) };
}

function rowsOf(tensor: HostTensor, from: number, to: number): HostTensor {
  const row = tensor.size / Math.max(1, tensor.shape[0]!);
  return new HostTensor(
    tensor.data.subarray(from * row, to * row),
    [to - from, ...tensor.shape.slice(1)],
    tensor.dtype,
  );
}

async function toList(
  subject: string,
  given: Tensors,
  names: readonly string[],
  what: string,
): Promise<HostTensor[]> {
  const described = names.map((name) => `"${name}"`).join(', ');
  const pick = async (value: TensorLike | undefined, i: number): Promise<HostTensor> => {
    if (value === undefined)
      throw lamellaError('DATA_INVALID', {
        subject,
        problem: `no data for ${what} "${names[i]}"`,
        fix: `pass data for ${described}`,
      });
    return toHostTensor(value, `${subject}, ${what} "${names[i]}"`);
  };
  if (names.length === 1 && isTensorLike(given) && !isListOfTensors(given)) return [await pick(given, 0)];
  if (isListOfTensors(given) || (Array.isArray(given) && names.length > 1)) {
    const list = given as readonly TensorLike[];
    if (list.length !== names.length)
      throw lamellaError('DATA_INVALID', {
        subject,
        problem: `expected data for ${names.length} ${what}s (${described}), got ${list.length}`,
        fix: 'pass a list with one item for each, in order',
      });
    return Promise.all(list.map(pick));
  }
  if (typeof given === 'object' && given !== null && !isTensorLike(given)) {
    const record = given as Readonly<Record<string, TensorLike>>;
    const unknown = Object.keys(record).filter((name) => !names.includes(name));
    if (unknown.length > 0)
      throw lamellaError('DATA_INVALID', {
        subject,
        problem: `unknown ${what} "${unknown[0]}"`,
        fix: `use the names ${described}`,
      });
    return Promise.all(
      names.map((name, i) => pick(Object.hasOwn(record, name) ? record[name] : undefined, i)),
    );
  }
  throw lamellaError('DATA_INVALID', {
    subject,
    problem: `expected data for ${names.length} ${what}s (${described}), got one tensor`,
    fix: 'pass a list with one item for each, in order',
  });
}

function isListOfTensors(given: Tensors): given is readonly TensorLike[] {
  return (
    Array.isArray(given) &&
    given.length > 0 &&
    typeof given[0] === 'object' &&
    !Array.isArray(given[0]) &&
    isTensorLike(given[0])
  );
}

function checkInput(model: Functional, tensor: HostTensor, index: number): void {
  const declared = model.inputs[index]!;
  if (tensor.shape.length === 0 || tensor.shape[0] === 0) throw emptyData(model.label);
  if (fitsShape([0, ...tensor.shape.slice(1)], [null, ...declared.shape.slice(1)])) return;
  const wanted = `[batch${declared.shape
    .slice(1)
    .map((size) => `, ${size}`)
    .join('')}]`;
  throw shapeMismatch(
    model.label,
    `expected ${wanted} for input "${declared.name}", got ${formatShape(tensor.shape)}`,
    `feed ${wanted}, or rebuild the graph with input({ shape: ${formatShape(tensor.shape.slice(1))} })`,
  );
}

function checkLengths(
  model: Functional,
  inputs: readonly string[],
  outputs: readonly string[],
  x: readonly HostTensor[],
  y: readonly HostTensor[],
  weights: readonly HostTensor[],
): void {
  const all = [
    ...x.map((tensor, i) => [`input "${inputs[i]}"`, tensor.shape[0] ?? 1] as const),
    ...y.map((tensor, i) => [`targets "${outputs[i]}"`, tensor.shape[0] ?? 1] as const),
    ...weights.map((tensor, i) => [`sample weights "${outputs[i]}"`, tensor.shape[0] ?? 1] as const),
  ];
  if (all.every(([, length]) => length === all[0]![1])) return;
  throw lamellaError('DATA_LENGTH', {
    subject: model.label,
    problem: 'all data must have the same number of samples',
    details: all.map(([name, length]) => `  ${name}: ${length}`),
    fix: 'pass arrays of equal length',
  });
}

function checkBatchSize(subject: string, batchSize: number = defaultBatchSize): number {
  if (!Number.isInteger(batchSize) || batchSize < 1)
    throw lamellaError('OPTION_INVALID', {
      subject,
      problem: `batchSize: expected a positive integer, got ${batchSize}`,
    });
  return batchSize;
}

function emptyData(subject: string): Error {
  return lamellaError('DATA_INVALID', {
    subject,
    problem: 'the data holds no samples',
    fix: 'pass at least one',
  });
}
