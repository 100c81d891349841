// What loops, steps and callbacks see of a model that trains. The Model itself is in model.ts.
import type * as tf from '@tensorflow/tfjs-core';
import type { Arrangement, Backend, LayerWithEnds, Runner } from '@lamella/core';
import type { Tree } from '@lamella/program';
import type { Compiled } from './compile.js';
import type { Tensors, TrainingData } from './data/adapt-data.js';
import type { DataEnds } from './data/data-ends.js';
import type { StepArguments } from './step-cache.js';

/** The kinds of compiled steps a model keeps. */
export type StepKind = 'train' | 'test' | 'predict';

/** A batch inside a step: its tensors, nested as they were given. */
export interface StepBatch<
  X extends Tree<tf.Tensor> = Tree<tf.Tensor>,
  Y extends Tree<tf.Tensor> = Tree<tf.Tensor>,
> {
  readonly x: X;
  /** Undefined where there are no targets. */
  readonly y: Y | undefined;
  /** Nested like the targets, one number a sample; undefined where there are none. */
  readonly sampleWeight: Tree<tf.Tensor> | undefined;
}

/** A batch, and what a model makes of it. */
export interface PredictedBatch extends StepBatch {
  readonly yPred: Tree<tf.Tensor>;
}

/** What a step logs: a number for each name. */
export type StepLogs = Readonly<Record<string, tf.Tensor>>;

/** A model in training. What a callback is given is the {@link Model} itself, and may be called that. */
export interface TrainableModel extends LayerWithEnds {
  readonly backend: Backend;
  readonly seed: number;
  /** Set by callbacks to end fit: after the current step, and the epoch it stands in. */
  stopTraining: boolean;
  readonly compiled: Compiled | undefined;
  readonly optimizer: Compiled['optimizer'] | undefined;
  readonly outputNames: string[];
  readonly outputLayout: Arrangement;
  /** Whether it is known what it takes and gives. */
  readonly hasEnds: boolean;
  /** Whether it has a step of this kind of its own, which takes data as they come. */
  hasOwnStep(kind: StepKind): boolean;
  /** How data of a step are nested. A model that has not been built is built for them, where the step is not its own. */
  endsFor(
    kind: StepKind,
    data: TrainingData,
    targets: Tensors | undefined,
    signal?: AbortSignal,
  ): Promise<DataEnds>;
  trainStep(batch: StepBatch): StepLogs;
  testStep(batch: StepBatch): StepLogs;
  computeLoss(batch: PredictedBatch): tf.Tensor;
  computeMetrics(batch: PredictedBatch & { readonly loss?: tf.Tensor | undefined }): StepLogs;
  /** Throws: NOT_COMPILED. */
  requireCompiled(): Compiled;
  stepFor(kind: StepKind, args: StepArguments, make: () => Promise<Runner>): Runner | Promise<Runner>;
}
