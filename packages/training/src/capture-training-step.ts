// The training step of a compiled model as a Program, for those who run it elsewhere: exports, tools. fit() captures its
// own, for the batches it meets (loops.ts).
import { isInputLayer, optionInvalid, type SymbolicTensor } from '@lamella/core';
import {
  flatten,
  formatShape,
  HostTensor,
  isConcrete,
  mapTree,
  unflatten,
  type Captured,
  type NumberDType,
  type Shape,
  type Tree,
} from '@lamella/program';
import type { DataEnds } from './data/data-ends.js';
import { endsLike } from './data/ends-of-data.js';
import { isInputLike, type InputLike } from './data/inputs-like.js';
import { trainingStep } from './steps.js';
import { stepModelOf } from './step-model.js';
import type { TrainableModel } from './trainable-model.js';

/** What data look like, without the batch. */
export interface DataLike {
  readonly shape: Shape;
  readonly dtype: NumberDType;
}

export interface TrainingStepOptions {
  readonly batchSize: number;
  /** What the data look like, for a step of the model's own that takes others than its inputs. Default: the inputs. */
  readonly inputs?: Tree<DataLike>;
  /**
   * What the targets of each output look like, or, nested, those that a step of the model's own takes. Default: as the losses take
   * them.
   */
  readonly targets?: Tree<DataLike>;
  /** Whether each output's loss is weighted by a further argument, one number a sample. Default false. */
  readonly sampleWeights?: boolean;
}

/** See {@link Model.captureTrainingStep}. */
export function captureTrainingStep(model: TrainableModel, options: TrainingStepOptions): Captured {
  const { batchSize, inputs } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1)
    throw optionInvalid(model.label, 'batchSize', 'a positive whole number', batchSize);
  if (inputs !== undefined && !model.hasOwnStep('train'))
    throw optionInvalid(model.label, 'inputs', 'none: the step takes its inputs', inputs);
  const compiled = model.requireCompiled();
  const { ends, x, y } = model.hasOwnStep('train') ? ownData(model, options) : modelData(model, options);
  const zeros = ({ shape, dtype }: DataLike): HostTensor => HostTensor.zeros([batchSize, ...shape], dtype);
  const weights = options.sampleWeights === true ? y.map(() => HostTensor.zeros([batchSize])) : [];
  compiled.beforeStep();
  const batch = { x: x.map(zeros), y: y.map(zeros), weights, size: batchSize, known: new Map() };
  return trainingStep(model, ends, batch);
}

/** What a step takes. */
interface StepData {
  readonly ends: DataEnds;
  readonly x: readonly DataLike[];
  readonly y: readonly DataLike[];
}

function modelData(model: TrainableModel, options: TrainingStepOptions): StepData {
  const given = options.targets === undefined ? [] : flatten(options.targets, isInputLike);
  const { loss } = model.requireCompiled();
  const y = model.outputs.map((tensor, i): DataLike => {
    if (given[i] !== undefined) return given[i];
    const predicted = sample(model, tensor);
    const labels = predicted.slice(0, -1);
    const { batchSize } = options;
    return loss.labelsOf(i, [batchSize, ...labels], [batchSize, ...predicted]) === undefined
      ? { shape: predicted, dtype: 'float32' }
      : { shape: labels, dtype: 'int32' };
  });
  return { ends: model, x: inputsLike(model), y };
}

function ownData(model: TrainableModel, { inputs, targets }: TrainingStepOptions): StepData {
  const batched = (like: Tree<DataLike>): Tree<InputLike> =>
    mapTree(like, ({ shape, dtype }) => ({ shape: [null, ...shape], dtype }), isInputLike);
  const x = inputs ?? unflatten<DataLike>(model.inputStructure, inputsLike(model));
  const ends = endsLike(model.label, batched(x), targets && batched(targets));
  return { ends, x: flatten(x, isInputLike), y: targets === undefined ? [] : flatten(targets, isInputLike) };
}

function inputsLike(model: TrainableModel): DataLike[] {
  return stepModelOf(model).inputs.map((tensor) => {
    const { layer } = tensor.node;
    return {
      shape: sample(model, tensor),
      dtype: (isInputLayer(layer) ? layer.dtype : tensor.dtype) as NumberDType,
    };
  });
}

/** The shape of one sample. Throws: OPTION_INVALID where it is not known. */
function sample(model: TrainableModel, { shape, name }: SymbolicTensor): Shape {
  const sizes = shape.slice(1);
  if (isConcrete(sizes)) return sizes;
  throw optionInvalid(
    model.label,
    'inputs',
    `known sizes for a training step of "${name}"`,
    formatShape(shape),
  );
}
