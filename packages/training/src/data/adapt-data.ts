// From what users pass to fit, evaluate and predict to a source of batches, with everything checked that can be checked
// before the first step.
import {
  arrange,
  dataInvalid,
  isDataset,
  isTensorLike,
  optionInvalid,
  toHostTensor,
  type TensorLike,
  type Arrangement,
  type BatchStream,
  type Dataset,
} from '@lamella/core';
import {
  entering,
  HostTensor,
  type AnyHostTensor,
  type DType,
  isRecord,
  structureDifferences,
  type Tree,
} from '@lamella/program';
import type { CompiledLoss } from '../compile-loss.js';
import { datasetSource, streamSource, tensorSource, type BatchSource } from './batch-source.js';
import { checkData, type DataParts } from './check-batch.js';
import { classWeights, type ClassWeight } from './class-weight.js';
import type { DataEnds } from './data-ends.js';
import { Examples } from './examples.js';

/** Data for all inputs, or all outputs: nested like them, a list by position, or a record by name. */
export type Tensors = Tree<TensorLike>;

/** Everything that examples can come from. */
export type TrainingData = Tensors | Dataset | BatchStream;

export interface DataOptions {
  readonly y?: Tensors | undefined;
  readonly sampleWeight?: Tensors | undefined;
  readonly classWeight?: ClassWeight | undefined;
  readonly batchSize?: number | undefined;
  /** How targets and weights are nested and named; {@link noOutputs} where there are none. */
  readonly outputs: Arrangement;
  /** Where targets matter: what they must fit. */
  readonly loss?: CompiledLoss | undefined;
}

/** For predictions, which have no targets. */
export const noOutputs: Arrangement = { structure: [], names: [] };

/** How the inputs of a model are nested and named. */
export function inputsOf(model: DataEnds): Arrangement {
  return { structure: model.inputStructure, names: model.inputs.map(({ name }) => name) };
}

/** Keras' default batch size. */
export const defaultBatchSize = 32;

/** Whether `data` gives its own examples or batches, with targets, rather than being tensors. */
export function isExampleSource(data: TrainingData): data is Dataset | BatchStream {
  if (typeof data !== 'object' || data === null || isTensorLike(data) || Array.isArray(data)) return false;
  return isDataset(data) || Symbol.iterator in data || Symbol.asyncIterator in data;
}

/** A source over a Dataset of examples or a stream of batches. Throws: OPTION_INVALID, DATA_INVALID. */
export function exampleSource(
  model: DataEnds,
  data: Dataset | BatchStream,
  options: DataOptions,
): BatchSource {
  for (const option of ['y', 'sampleWeight', 'classWeight'] as const) {
    if (options[option] !== undefined)
      throw optionInvalid(
        model.label,
        option,
        'none beside a dataset, whose examples carry it as { x, y, sampleWeight }',
        'one',
      );
  }
  const { outputs, loss } = options;
  const examples = new Examples({
    subject: model.label,
    inputs: inputsOf(model),
    outputs,
    takesAll: (index) => model.hostPart?.takes(index) === true,
    fit: (batch) => {
      const fitting = { ...batch, x: inColumns(model, batch.x) };
      checkData(model, outputs.names, loss, fitting);
      return fitting;
    },
  });
  if (!isDataset(data)) return streamSource(data, examples);
  const { length } = data;
  if (length === 0) throw dataInvalid(model.label, 'the dataset holds no samples', 'pass at least one');
  if (!Number.isSafeInteger(length) || length < 0)
    throw dataInvalid(model.label, `expected a dataset with a natural number as its length, got ${length}`);
  return datasetSource(data, examples, checkBatchSize(model.label, options.batchSize));
}

/** Converts and checks tensors. Throws: DATA_INVALID, SHAPE_MISMATCH, DATA_LENGTH, LABEL_OUT_OF_RANGE, OPTION_INVALID. */
export async function adaptTensors(model: DataEnds, x: Tensors, options: DataOptions): Promise<DataParts> {
  const { outputs, loss } = options;
  const data = {
    x: inColumns(model, await toInputs(model, x)),
    y: options.y === undefined ? [] : await toList(model.label, options.y, outputs, 'output'),
    weights: [] as HostTensor[],
  };
  if (options.sampleWeight !== undefined && options.classWeight !== undefined) {
    throw optionInvalid(
      model.label,
      'classWeight',
      'none beside sampleWeight; multiply the two into sampleWeight',
      'both',
    );
  }
  if (options.sampleWeight !== undefined)
    data.weights = await weightList(model.label, options.sampleWeight, outputs);
  checkData(model, outputs.names, loss, data);
  if (options.classWeight !== undefined)
    data.weights = classWeights(model.label, data.y, options.classWeight);
  return data;
}

/** A source over rows in memory. Throws: OPTION_INVALID. */
export function rowsSource(model: DataEnds, data: DataParts, batchSize: number | undefined): BatchSource {
  return tensorSource(data.x, data.y, data.weights, checkBatchSize(model.label, batchSize));
}

/** Splits off the last `fraction` of the rows, before any shuffling, as Keras does. Throws: OPTION_INVALID, DATA_INVALID. */
export function splitTensors(
  subject: string,
  data: DataParts,
  fraction: number,
): { train: DataParts; validation: DataParts } {
  if (!(fraction > 0 && fraction < 1))
    throw optionInvalid(subject, 'validationSplit', 'a number between 0 and 1', fraction);
  const rows = data.x[0]!.shape[0]!;
  const split = Math.floor(rows * (1 - fraction));
  if (split === 0 || split === rows) {
    throw dataInvalid(
      subject,
      `${rows} samples are too few to split off a fraction of ${fraction}`,
      'pass validationData, or a larger data set',
    );
  }
  const part = (from: number, to: number): DataParts => {
    const cut = <D extends DType>(list: readonly HostTensor<D>[]): HostTensor<D>[] =>
      list.map((tensor) => tensor.rows(from, to));
    return { x: cut(data.x), y: cut(data.y), weights: cut(data.weights) };
  };
  return { train: part(0, split), validation: part(split, rows) };
}

/** Lists of values are columns where an input has one value a sample, as in Keras. */
function inColumns(model: DataEnds, x: readonly AnyHostTensor[]): AnyHostTensor[] {
  return x.map((tensor, i) => {
    const { shape } = model.inputs[i]!;
    const isColumn = tensor.shape.length + 1 === shape.length && shape[shape.length - 1] === 1;
    return isColumn ? new HostTensor(tensor.data, [...tensor.shape, 1], tensor.dtype) : tensor;
  });
}

/** Weights for each output; one tensor holds for all. */
async function weightList(subject: string, given: Tensors, outputs: Arrangement): Promise<HostTensor[]> {
  const isOne = isTensorLike(given) && !(Array.isArray(given) && typeof given[0] !== 'number');
  if (outputs.names.length === 1 || !isOne) return toList(subject, given, outputs, 'output');
  const weight = await toNumbers(given, `${subject}, sampleWeight`);
  return outputs.names.map(() => weight);
}

/** Data for the inputs; what the host looks at first comes as it is, strings too. */
function toInputs(model: DataEnds, given: Tensors): Promise<AnyHostTensor[]> {
  return toList<AnyHostTensor>(model.label, given, inputsOf(model), 'input', (value, subject, index) =>
    model.hostPart?.takes(index) === true ? toHostTensor(value, subject) : toNumbers(value, subject),
  );
}

async function toList<T = HostTensor>(
  subject: string,
  given: Tensors,
  layout: Arrangement,
  what: string,
  convert: (value: TensorLike, subject: string, index: number) => Promise<T> = toNumbers as never,
): Promise<T[]> {
  const { structure, names } = layout;
  const found = arrange<TensorLike>(given, { ...layout, isLeaf: isTensorLike });
  if (found !== undefined)
    return Promise.all(found.map((value, i) => convert(value, `${subject}, ${what} "${names[i]}"`, i)));
  const described = names.map((name) => `"${name}"`).join(', ');
  if (isRecord(given) && !isTensorLike(given)) {
    const expected = isRecord(structure) ? Object.keys(structure) : names;
    const stars = (keys: readonly string[]): Record<string, '*'> =>
      Object.fromEntries(keys.map((key): [string, '*'] => [key, '*']));
    const wrong = structureDifferences(stars(expected), stars(Object.keys(given)));
    throw dataInvalid(
      subject,
      `expected data for ${names.length} ${what}s (${described}), got a record: ${wrong.join(', ') || 'one of its values is no data for a tensor'}`,
      `use the keys ${expected.map((key) => `"${key}"`).join(', ')}`,
    );
  }
  const got = isTensorLike(given)
    ? 'one tensor'
    : Array.isArray(given)
      ? String(given.length)
      : String(given);
  throw dataInvalid(
    subject,
    `expected data for ${names.length} ${what}s (${described}), got ${got}`,
    Array.isArray(given)
      ? 'pass a list with one item for each, in order'
      : 'pass a list with one item for each, or a record by name',
  );
}

/** Data of numbers, in a dtype that Programs take in. Throws: DATA_INVALID, as {@link entering}. */
export async function toNumbers(value: TensorLike, subject: string): Promise<HostTensor> {
  const tensor = await toHostTensor(value, subject);
  if (tensor.dtype === 'string') throw dataInvalid(subject, 'expected numbers, got strings');
  return entering(tensor, subject);
}

function checkBatchSize(subject: string, batchSize: number = defaultBatchSize): number {
  if (!Number.isInteger(batchSize) || batchSize < 1)
    throw optionInvalid(subject, 'batchSize', 'a positive whole number', batchSize);
  return batchSize;
}
