// The steps of a model, captured: training, testing, prediction. What the first two do with a batch, trainStep() and testStep()
// of the model say. One step is one pure Program; where it runs and how often is the loops' business.
import type * as tf from '@tensorflow/tfjs-core';
import { callContext, isTensor, type LayerWithEnds } from '@lamella/core';
import {
  capture,
  computeDType,
  flatten,
  isRecord,
  unflatten,
  type ArgumentSpec,
  type Captured,
  type Tree,
} from '@lamella/program';
import type { PreparedBatch } from './data/batch.js';
import type { DataEnds } from './data/data-ends.js';
import { inputsFor } from './default-steps.js';
import { metricNotScalar, stepInvalid } from './errors.js';
import type { Layout } from './open-step.js';
import type { Applications } from './compile.js';
import { whileStepping } from './running-step.js';
import { stepModelOf } from './step-model.js';
import type { StepBatch, StepKind, StepLogs, TrainableModel } from './trainable-model.js';

/** A step of training, and how often it applies each optimizer. */
export interface TrainingStep extends Captured {
  readonly applications: Applications;
}

/**
 * One step of training: outputs are the logs by name; weights, the variables of optimizers and metrics are updated.
 * Throws: STEP_INVALID, METRIC_NOT_SCALAR, OPTION_INVALID.
 */
export function trainingStep(model: TrainableModel, ends: DataEnds, batch: PreparedBatch): TrainingStep {
  const compiled = model.requireCompiled();
  const { result, applications } = compiled.countingApplications(() =>
    compiled.withFlags(() =>
      captureBatch(endsOfStep(model, 'train', ends), batch, (data) =>
        whileStepping(true, () => checkedLogs(model, 'trainStep()', model.trainStep(data))),
      ),
    ),
  );
  compiled.checkOptimizers(result.slots);
  return { ...result, applications };
}

/** One step of evaluation: outputs are the logs by name; only metrics are updated. Throws: STEP_INVALID, METRIC_NOT_SCALAR. */
export function testStep(model: TrainableModel, ends: DataEnds, batch: PreparedBatch): Captured {
  return captureBatch(endsOfStep(model, 'test', ends), batch, (data) =>
    whileStepping(false, () => checkedLogs(model, 'testStep()', model.testStep(data))),
  );
}

/** One forward pass: outputs are the model's. As fit and evaluate, it overrides training flags that calls in the graph fix. */
export function predictStep(model: TrainableModel, x: readonly Layout[]): Captured {
  const context = callContext({ overridesTraining: true });
  const part = stepModelOf(model);
  return captureBatch(part, { x, y: [], weights: [] }, ({ x: inputs }) =>
    flatten(part.invoke(inputsFor(model, inputs), context).outputs),
  );
}

/** The ends of a batch that is prepared: what the host has computed comes in place of the inputs. */
function endsOfStep(model: TrainableModel, kind: StepKind, ends: DataEnds): DataEnds {
  if (model.hostPart === undefined || model.hasOwnStep(kind)) return ends;
  const { inputs, inputStructure } = stepModelOf(model);
  const { label, outputs, outputStructure } = ends;
  return { label, inputs, inputStructure, outputs, outputStructure };
}

type BatchLayout = Readonly<Record<'x' | 'y' | 'weights', readonly Layout[]>>;

function captureBatch(
  ends: DataEnds,
  batch: BatchLayout,
  step: (batch: StepBatch) => tf.Tensor[] | StepLogs,
): Captured {
  const spec = (name: string, tensor: Layout): ArgumentSpec => ({
    name,
    shape: tensor.shape,
    dtype: computeDType(tensor.dtype),
    storage: tensor.dtype,
  });
  const args = [
    ...batch.x.map((tensor, i) => spec(ends.inputs[i]?.name ?? `x_${i}`, tensor)),
    ...batch.y.map((tensor, i) => spec(`y_${i}`, tensor)),
    ...batch.weights.map((tensor, i) => spec(`sample_weight_${i}`, tensor)),
  ];
  const nx = batch.x.length;
  const ny = nx + batch.y.length;
  const nested = (tensors: readonly tf.Tensor[]): Tree<tf.Tensor> | undefined =>
    tensors.length === 0 ? undefined : unflatten(ends.outputStructure, tensors);
  return capture(
    (...tensors) =>
      step({
        x: unflatten(ends.inputStructure, tensors.slice(0, nx)),
        y: nested(tensors.slice(nx, ny)),
        sampleWeight: nested(tensors.slice(ny)),
      }),
    args,
    { subject: ends.label },
  );
}

/** What a step gives must be numbers by name, which the loops log. */
function checkedLogs({ label }: LayerWithEnds, step: string, logs: unknown): StepLogs {
  if (logs instanceof Promise) logs.catch(() => undefined);
  if (!isRecord(logs) || !Object.values(logs).every(isTensor)) {
    const got = logs instanceof Promise ? 'a promise' : isRecord(logs) ? 'other values in it' : typeof logs;
    throw stepInvalid(
      label,
      `expected a record of scalar tensors by name from ${step}, got ${got}`,
      'return what is to be logged, such as { loss: this.meanLoss.result() }',
    );
  }
  for (const [name, value] of Object.entries(logs))
    if ((value as tf.Tensor).rank > 0)
      throw metricNotScalar(`${label}, "${name}" of ${step}`, (value as tf.Tensor).shape);
  return logs as StepLogs;
}
