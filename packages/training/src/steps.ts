// The three steps of a model as functions of tfjs-core calls, ready to be captured: training, testing, prediction.
// One step is one pure Program; where it runs and how often is the loops' business.
import * as tf from '@tensorflow/tfjs-core';
import {
  callContext,
  isInputLayer,
  type CallContext,
  type LayerResult,
  type LayerWithEnds,
  type Weight,
} from '@lamella/core';
import {
  capture,
  computeDType,
  tfjsDType,
  flatten,
  gradients,
  unflatten,
  withScope,
  type ArgumentSpec,
  type Captured,
} from '@lamella/program';
import type { Compiled } from './compile.js';
import type { Batch } from './data/batch.js';
import { metricNotScalar } from './errors.js';
import type { Layout } from './open-step.js';
import type { Gradient } from './optimizers/gradient.js';

/** One step of training: outputs are the logs by name; weights, slots and metrics are updated. */
export function trainingStep(
  model: LayerWithEnds,
  compiled: Compiled,
  batch: Batch,
  onUnconnected: (weights: readonly Weight[]) => void,
): Captured {
  const { optimizer, trainableWeights } = compiled;
  return compiled.withFlags(() =>
    captureBatch(model, batch, (x, y, weights) => {
      const total = lossOf(model, compiled, { x, y, weights, training: true });
      const found = gradients(
        optimizer.scaleLoss(total),
        trainableWeights.map((weight) => weight.read()),
      );
      onUnconnected(trainableWeights.filter((_, i) => found[i] === null));
      const pairs = trainableWeights.flatMap((weight, i): Gradient[] => {
        const gradient = found[i] ?? null;
        return gradient === null ? [] : [{ weight, gradient }];
      });
      withScope(optimizer.name, () => {
        optimizer.build(trainableWeights);
        optimizer.apply(pairs);
      });
      return results(compiled);
    }),
  );
}

/** One step of evaluation: outputs are the logs by name; only metrics are updated. */
export function testStep(model: LayerWithEnds, compiled: Compiled, batch: Batch): Captured {
  return captureBatch(model, batch, (x, y, weights) => {
    lossOf(model, compiled, { x, y, weights, training: false });
    return results(compiled);
  });
}

/** One forward pass: outputs are the model's. As fit and evaluate, it overrides training flags that calls in the graph fix. */
export function predictStep(model: LayerWithEnds, x: readonly Layout[]): Captured {
  const context = callContext({ overridesTraining: true });
  return captureBatch(model, { x, y: [], weights: [] }, (inputs) =>
    flatten(invoke(model, inputs, context).outputs),
  );
}

/** Runs the model on the leaves of its inputs. */
function invoke(model: LayerWithEnds, x: readonly tf.Tensor[], context: CallContext): LayerResult {
  return model.invoke(unflatten(model.inputStructure, x), context);
}

interface StepInputs {
  readonly x: tf.Tensor[];
  readonly y: tf.Tensor[];
  readonly weights: tf.Tensor[];
}

type BatchLayout = Readonly<Record<'x' | 'y' | 'weights', readonly Layout[]>>;

function captureBatch(
  model: LayerWithEnds,
  batch: BatchLayout,
  step: (x: tf.Tensor[], y: tf.Tensor[], weights: tf.Tensor[]) => tf.Tensor[] | Record<string, tf.Tensor>,
): Captured {
  const spec = (name: string, tensor: Layout): ArgumentSpec => ({
    name,
    shape: tensor.shape,
    dtype: computeDType(tensor.dtype),
    storage: tensor.dtype,
  });
  const args = [
    ...batch.x.map((tensor, i) => spec(model.inputs[i]?.name ?? `x_${i}`, tensor)),
    ...batch.y.map((tensor, i) => spec(`y_${i}`, tensor)),
    ...batch.weights.map((tensor, i) => spec(`sample_weight_${i}`, tensor)),
  ];
  const nx = batch.x.length;
  const ny = batch.y.length;
  return capture(
    (...tensors) =>
      step(
        tensors.slice(0, nx).map((t, i) => asDeclared(model, t, i)),
        tensors.slice(nx, nx + ny),
        tensors.slice(nx + ny),
      ),
    args,
    { subject: model.label },
  );
}

/** Data meets its input in the dtype the input declares: integers become float where floats are declared. */
function asDeclared(model: LayerWithEnds, tensor: tf.Tensor, index: number): tf.Tensor {
  const layer = model.inputs[index]?.node.layer;
  if (layer === undefined || !isInputLayer(layer)) return tensor;
  const wanted = tfjsDType(layer.dtype);
  return tensor.dtype === wanted ? tensor : tf.cast(tensor, wanted);
}

function lossOf(
  model: LayerWithEnds,
  compiled: Compiled,
  inputs: StepInputs & { readonly training: boolean },
): tf.Tensor {
  const added: tf.Tensor[] = [];
  const { outputs: tree, masks } = invoke(
    model,
    inputs.x,
    callContext({ training: inputs.training, overridesTraining: true, losses: added }),
  );
  const outputs = flatten(tree);
  return withScope('loss', () => {
    const size = inputs.x[0]!.shape[0]!;
    const weights = inputs.weights.length === 0 ? outputs.map(() => null) : inputs.weights;
    const own = compiled.loss.evaluate(inputs.y, outputs, weights, masks);
    const penalties = compiled.trainableWeights.flatMap((weight) =>
      weight.regularizer === null ? [] : [weight.regularizer.call(weight.read())],
    );
    const parts = [...(own === null ? [] : [own]), ...penalties, ...added];
    const total = parts.length === 0 ? tf.scalar(0) : parts.reduce((a, b) => tf.add(a, b));
    compiled.loss.total.updateValues(total, tf.scalar(size));
    compiled.metrics.update(inputs.y, outputs, weights, masks);
    return total;
  });
}

/** Throws: METRIC_NOT_SCALAR. */
function results(compiled: Compiled): Record<string, tf.Tensor> {
  return Object.fromEntries(
    compiled.reported().map(({ label, metric }) => {
      const result = withScope('metrics', () => metric.result());
      if (result.rank > 0) throw metricNotScalar(metric.label, result.shape);
      return [label, result];
    }),
  );
}
