// What can be said about data before a step runs: that inputs fit the model, that all parts have one length, and that
// labels name classes. Whether targets fit their loss, the loss itself says.
import { dataInvalid } from '@lamella/core';
import { fitsShape, formatShape, shapeMismatch, type AnyHostTensor, type HostTensor } from '@lamella/program';
import type { CompiledLoss } from '../compile-loss.js';
import { dataLength, labelOutOfRange } from '../errors.js';
import type { DataEnds } from './data-ends.js';

/** The parts of a data set or a batch. */
export interface DataParts {
  readonly x: readonly AnyHostTensor[];
  readonly y: readonly HostTensor[];
  readonly weights: readonly HostTensor[];
}

/** Throws: SHAPE_MISMATCH, DATA_LENGTH, DATA_INVALID (no samples), LABEL_OUT_OF_RANGE. */
export function checkData(
  model: DataEnds,
  outputs: readonly string[],
  loss: CompiledLoss | undefined,
  data: DataParts,
): void {
  data.x.forEach((tensor, i) => checkInput(model, tensor, i));
  checkLengths(model, outputs, data);
  if (loss !== undefined) data.y.forEach((tensor, i) => checkLabels(model, outputs[i]!, loss, tensor, i));
}

function checkInput(model: DataEnds, tensor: AnyHostTensor, index: number): void {
  const input = model.inputs[index]!;
  const [isText, wantsText] = [tensor.dtype === 'string', input.dtype === 'string'];
  if (isText !== wantsText)
    throw dataInvalid(
      model.label,
      `expected ${wantsText ? 'strings' : 'numbers'} for input "${input.name}", got ${tensor.dtype}`,
      wantsText ? 'pass lists of strings' : 'give input() the dtype "string", and look the strings up',
    );
  if (tensor.shape[0] === 0) throw dataInvalid(model.label, 'the data holds no samples', 'pass at least one');
  // The batches of a set are smaller than it: a batch size that the model fixes is the step's to check.
  const expected = [null, ...input.shape.slice(1)];
  if (fitsShape(tensor.shape, expected)) return;
  const isOneSample =
    tensor.shape.length === expected.length - 1 && fitsShape([1, ...tensor.shape], expected);
  throw shapeMismatch(
    model.label,
    `expected data of shape ${formatShape(expected)} for input "${input.name}", got ${formatShape(tensor.shape)}`,
    isOneSample
      ? 'put the sample into a list of one, [sample]'
      : `pass that, or rebuild the graph with input({ shape: ${formatShape(tensor.shape.slice(1))} })`,
  );
}

function checkLengths(model: DataEnds, outputs: readonly string[], data: DataParts): void {
  const named = (
    tensors: readonly AnyHostTensor[],
    nameOf: (i: number) => string,
  ): { name: string; length: number }[] =>
    tensors.map((tensor, i) => ({ name: nameOf(i), length: tensor.shape[0] ?? 1 }));
  const all = [
    ...named(data.x, (i) => `input "${model.inputs[i]!.name}"`),
    ...named(data.y, (i) => `targets of "${outputs[i]}"`),
    ...named(data.weights, (i) => `sample weights of "${outputs[i]}"`),
  ];
  if (all.some(({ length }) => length !== all[0]!.length)) throw dataLength(model.label, all);
}

function checkLabels(
  model: DataEnds,
  output: string,
  loss: CompiledLoss,
  labels: HostTensor,
  index: number,
): void {
  const shape = model.outputs[index]!.shape;
  const classes = shape[shape.length - 1] ?? null;
  const rule = loss.labelsOf(index, labels.shape, shape as readonly number[]);
  if (rule === undefined || classes === null) return;
  const { data } = labels;
  for (let i = 0; i < data.length; i++) {
    const label = data[i]!;
    if (label >= 0 && label < classes && Number.isInteger(label)) continue;
    if (label !== rule.ignored) throw labelOutOfRange(model.label, output, classes, label, i);
  }
}
