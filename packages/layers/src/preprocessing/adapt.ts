// Adapting layers to data: batch by batch, from an array, a stream or a dataset. What a layer keeps of them, the layer says.
import {
  checkOptionNames,
  dataInvalid,
  isDataset,
  isTensorLike,
  optionInvalid,
  toHostTensor,
  turnWhereDue,
  type Dataset,
  type OptionNames,
  type TensorLike,
} from '@lamella/core';
import { HostTensor, isHostTensor, type AnyHostTensor } from '@lamella/program';

/** A batch of a stream: an array, or an example whose `x` is one. */
export type AdaptBatch = TensorLike | { readonly x: unknown };

/** What layers adapt to: one array, a stream of batches, or a dataset of examples. */
export type AdaptData = TensorLike | Dataset | Iterable<AdaptBatch> | AsyncIterable<AdaptBatch>;

export interface AdaptOptions {
  /** At most so many batches. Default: all. */
  readonly steps?: number;
  /** How many examples of a dataset make a batch. Default 32. */
  readonly batchSize?: number;
}

const names: OptionNames<AdaptOptions> = { steps: true, batchSize: true };

/** A layer that learns what it keeps from data. */
export interface Adaptable {
  readonly label: string;
  /** Forgets what earlier data said. */
  resetState(): void;
  /** Takes a batch into account. `isAll`: it is an array given whole, not one batch of several. */
  updateState(batch: AnyHostTensor, isAll?: boolean): void;
  /** Keeps what the batches say. */
  finalizeState(): void;
}

/** The last adaptation of each layer that is at one. */
const adapting = new WeakMap<Adaptable, Promise<void>>();

/**
 * Adaptations of one layer take turns: each begins anew, and the last one holds.
 * Throws: DATA_INVALID, OPTION_INVALID, and what the layer throws; it is then as before, but for what it took into account.
 */
export async function adaptTo(layer: Adaptable, data: AdaptData, options: AdaptOptions = {}): Promise<void> {
  const subject = `${layer.label}, adapt()`;
  checkOptionNames(subject, options, names);
  const { steps = Infinity, batchSize = 32 } = options;
  for (const [name, value] of Object.entries({ steps, batchSize }))
    if (!(value >= 1 && (value === Infinity || Number.isInteger(value))))
      throw optionInvalid(subject, name, 'a positive whole number', value);
  const adapt = (): Promise<void> => adaptNow(layer, subject, data, { steps, batchSize });
  const turn = (adapting.get(layer) ?? Promise.resolve()).then(adapt, adapt);
  adapting.set(layer, turn);
  await turn;
}

async function adaptNow(
  layer: Adaptable,
  subject: string,
  data: AdaptData,
  { steps, batchSize }: Required<AdaptOptions>,
): Promise<void> {
  layer.resetState();
  let count = 0;
  for await (const batch of batchesOf(subject, data, batchSize)) {
    await turnWhereDue();
    if (batch.size === 0) continue;
    layer.updateState(batch, isTensorLike(data));
    if (++count >= steps) break;
  }
  if (count === 0) throw dataInvalid(subject, 'the data hold no values', 'pass at least one');
  layer.finalizeState();
}

async function* batchesOf(
  subject: string,
  data: AdaptData,
  batchSize: number,
): AsyncGenerator<AnyHostTensor> {
  if (isTensorLike(data)) yield await toHostTensor(data, subject);
  else if (isDataset(data)) yield* stacked(subject, data, batchSize);
  else if (isStream(data)) for await (const batch of data) yield await toHostTensor(valuesOf(batch), subject);
  else
    throw dataInvalid(
      subject,
      `expected an array, a stream of batches or a dataset, got ${data === null ? 'null' : typeof data}`,
    );
}

async function* stacked(subject: string, data: Dataset, batchSize: number): AsyncGenerator<AnyHostTensor> {
  for (let start = 0; start < data.length; start += batchSize) {
    const places = Array.from({ length: Math.min(batchSize, data.length - start) }, (_, i) => start + i);
    const examples = await Promise.all(places.map(async (i) => valuesOf(await data.get(i))));
    const rows = await Promise.all(examples.map((row) => toHostTensor(row, subject)));
    yield HostTensor.stack(rows, subject);
  }
}

function valuesOf(batch: unknown): TensorLike {
  const isExample = typeof batch === 'object' && batch !== null && !isHostTensor(batch) && 'x' in batch;
  return (isExample ? batch.x : batch) as TensorLike;
}

function isStream(data: unknown): data is Iterable<AdaptBatch> | AsyncIterable<AdaptBatch> {
  return (
    typeof data === 'object' && data !== null && (Symbol.iterator in data || Symbol.asyncIterator in data)
  );
}
