// What a model does with a batch unless it says otherwise, and the parts of that: its loss, and what is logged.
import * as tf from '@tensorflow/tfjs-core';
import { arrange, dataInvalid, isInputLayer, isTensor } from '@lamella/core';
import {
  describeStructure,
  flatten,
  structureOf,
  tfjsDType,
  unflatten,
  withScope,
  type Tree,
} from '@lamella/program';
import { metricNotScalar } from './errors.js';
import { runningStep } from './running-step.js';
import { stepModelOf } from './step-model.js';
import type { PredictedBatch, StepBatch, StepLogs, TrainableModel } from './trainable-model.js';

/** Computes, makes the loss smaller, and logs. */
export function defaultTrainStep(model: TrainableModel, batch: StepBatch): StepLogs {
  const compiled = model.requireCompiled();
  const yPred = forward(model, batch);
  const loss = model.computeLoss({ ...batch, yPred });
  const logs = model.computeMetrics({ ...batch, yPred, loss });
  compiled.optimizer.minimize(loss, compiled.trainableWeights, model.label);
  return logs;
}

/** Computes and logs. */
export function defaultTestStep(model: TrainableModel, batch: StepBatch): StepLogs {
  const yPred = forward(model, batch);
  return model.computeMetrics({ ...batch, yPred, loss: model.computeLoss({ ...batch, yPred }) });
}

/** The losses of compile(), the penalties for weights, and what layers have added in this step. */
export function computeLoss(model: TrainableModel, { y, yPred, sampleWeight }: PredictedBatch): tf.Tensor {
  const { added, masks } = runningStep(model.label, 'computeLoss()');
  const compiled = model.requireCompiled();
  return withScope('loss', () => {
    const outputs = flatten(yPred);
    const own = compiled.loss.evaluate(
      targetsOf(model, y),
      outputs,
      weightsOf(sampleWeight, outputs),
      outputs.map((output) => masks.get(output) ?? null),
    );
    const penalties = compiled.trainableWeights.flatMap((weight) =>
      weight.regularizer === null ? [] : [weight.regularizer.call(weight.read())],
    );
    const parts = [...(own === null ? [] : [own]), ...penalties, ...added];
    return parts.length === 0 ? tf.scalar(0) : parts.reduce((a, b) => tf.add(a, b));
  });
}

/** Takes a batch into account in the metrics of compile(), and in the mean loss where one is given; gives their results. */
export function computeMetrics(
  model: TrainableModel,
  { x, y, yPred, sampleWeight, loss }: PredictedBatch & { readonly loss?: tf.Tensor | undefined },
): StepLogs {
  const { masks } = runningStep(model.label, 'computeMetrics()');
  const compiled = model.requireCompiled();
  withScope('loss', () => {
    const outputs = flatten(yPred);
    if (loss !== undefined) compiled.loss.total.updateValues(loss, tf.scalar(flatten(x)[0]!.shape[0]!));
    compiled.metrics.update(
      targetsOf(model, y),
      outputs,
      weightsOf(sampleWeight, outputs),
      outputs.map((output) => masks.get(output) ?? null),
    );
  });
  return Object.fromEntries(
    compiled
      .reported()
      .filter(({ metric }) => loss !== undefined || metric !== compiled.loss.total)
      .map(({ label, metric }) => {
        const result = withScope('metrics', () => metric.result());
        if (result.rank > 0) throw metricNotScalar(metric.label, result.shape);
        return [label, result];
      }),
  );
}

/** Runs the model on the inputs of a batch. */
function forward(model: TrainableModel, { x }: StepBatch): Tree<tf.Tensor> {
  const { context, masks } = runningStep(model.label, 'trainStep()');
  const { outputs, masks: found } = stepModelOf(model).invoke(inputsFor(model, x), context);
  flatten(outputs).forEach((output, i) => masks.set(output, found[i] ?? null));
  return outputs;
}

/** Data nested as the inputs of what is compiled are, in the dtypes that those declare: integers become float where floats are declared. */
export function inputsFor(model: TrainableModel, x: Tree<tf.Tensor>): Tree<tf.Tensor> {
  if (!model.hasEnds) return x;
  const { inputs, inputStructure: structure } = stepModelOf(model);
  const names = inputs.map(({ name }) => name);
  const leaves = arrange(x, { structure, names, isLeaf: isTensor });
  // The model itself says what is wrong with others.
  if (leaves === undefined) return x;
  const declared = leaves.map((tensor, i) => {
    const { layer } = inputs[i]!.node;
    const wanted = isInputLayer(layer) ? tfjsDType(layer.dtype) : tensor.dtype;
    return tensor.dtype === wanted ? tensor : tf.cast(tensor, wanted);
  });
  return unflatten(structure, declared);
}

/** Targets in the order of the outputs; none where there are none. Throws: DATA_INVALID. */
function targetsOf(model: TrainableModel, y: Tree<tf.Tensor> | undefined): readonly tf.Tensor[] {
  if (y === undefined) return [];
  const targets = arrange(y, { ...model.outputLayout, isLeaf: isTensor });
  if (targets !== undefined) return targets;
  throw dataInvalid(
    model.label,
    `expected targets nested like its outputs (${model.outputLayout.names.join(', ')}), got ${describeStructure(structureOf(y, isTensor))}`,
    'give computeLoss() and computeMetrics() one tensor for each output as y',
  );
}

/** A weight for each output; one tensor holds for all. */
function weightsOf(
  sampleWeight: Tree<tf.Tensor> | undefined,
  outputs: readonly tf.Tensor[],
): readonly (tf.Tensor | null)[] {
  const given = sampleWeight === undefined ? [] : flatten(sampleWeight);
  return outputs.map((_, i) => given[i] ?? (given.length === 1 ? given[0]! : null));
}
