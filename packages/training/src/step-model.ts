// What steps compute of a model, and what the host computes of it before each of them, which takes strings.
import type * as tf from '@tensorflow/tfjs-core';
import type { CallContext, GraphEnds, HostValues, LayerResult } from '@lamella/core';
import type { HostTensor, Tree } from '@lamella/program';
import type { Batch, PreparedBatch } from './data/batch.js';
import type { StepKind, TrainableModel } from './trainable-model.js';

/** What steps compute of a model: all of it, or what the host does not compute before. */
export interface StepModel extends GraphEnds {
  readonly label: string;
  invoke(inputs: Tree<tf.Tensor>, context: CallContext): LayerResult;
}

const nothing: HostValues['known'] = new Map();

/** The part of a model that is compiled. */
export function stepModelOf(model: TrainableModel): StepModel {
  const graph = model.hostPart?.computed;
  if (graph === undefined) return model;
  const { inputs, outputs, inputStructure, outputStructure } = graph;
  const invoke: StepModel['invoke'] = (x, context) => graph.compute(x, context);
  return { label: model.label, inputs, outputs, inputStructure, outputStructure, invoke };
}

/** A batch as steps take it: the host computes its part, but for a step of the model's own. Throws: as HostPart.run. */
export function prepareBatch(model: TrainableModel, kind: StepKind, batch: Batch): PreparedBatch {
  const part = model.hasOwnStep(kind) ? undefined : model.hostPart;
  const { y, weights, size } = batch;
  const { x, known } = part?.run(batch.x) ?? { x: batch.x as readonly HostTensor[], known: nothing };
  return { x, y, weights, size, known };
}
