// The training step of a compiled model as a Program, for those who run it elsewhere: exports, tools. fit() captures its
// own, for the batches it meets (loops.ts).
import { isInputLayer, optionInvalid } from '@lamella/core';
import {
  formatShape,
  HostTensor,
  isConcrete,
  type Captured,
  type Shape,
  type NumberDType,
  type SymbolicShape,
} from '@lamella/program';
import { trainingStep } from './steps.js';
import type { TrainableModel } from './trainable-model.js';

export interface TrainingStepOptions {
  readonly batchSize: number;
  /** What the targets of each output look like, without the batch. Default: as the losses take them. */
  readonly targets?: readonly { readonly shape: Shape; readonly dtype: NumberDType }[];
  /** Whether each output's loss is weighted by a further argument, one number a sample. Default false. */
  readonly sampleWeights?: boolean;
}

/** See {@link Model.captureTrainingStep}. */
export function captureTrainingStep(model: TrainableModel, options: TrainingStepOptions): Captured {
  const { batchSize } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1)
    throw optionInvalid(model.label, 'batchSize', 'a positive whole number', batchSize);
  const compiled = model.requireCompiled();
  const batched = (shape: SymbolicShape, name: string): Shape => {
    const sized = [batchSize, ...shape.slice(1)];
    if (isConcrete(sized)) return sized;
    throw optionInvalid(
      model.label,
      'inputs',
      `known sizes for a training step of "${name}"`,
      formatShape(shape),
    );
  };
  const x = model.inputs.map((tensor) => {
    const { layer } = tensor.node;
    const dtype = (isInputLayer(layer) ? layer.dtype : tensor.dtype) as NumberDType;
    return HostTensor.zeros(batched(tensor.shape, tensor.name), dtype);
  });
  const y = model.outputs.map((tensor, i) => {
    const given = options.targets?.[i];
    if (given !== undefined) return HostTensor.zeros([batchSize, ...given.shape], given.dtype);
    const predicted = batched(tensor.shape, tensor.name);
    const labels = predicted.slice(0, -1);
    return compiled.loss.labelsOf(i, labels, predicted) === undefined
      ? HostTensor.zeros(predicted)
      : HostTensor.zeros(labels, 'int32');
  });
  const weights = options.sampleWeights === true ? y.map(() => HostTensor.zeros([batchSize])) : [];
  compiled.optimizer.beforeStep();
  return trainingStep(model, compiled, { x, y, weights, size: batchSize }, () => undefined);
}
