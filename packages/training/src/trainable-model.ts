// What loops and callbacks see of a model that trains. The Model itself is in model.ts.
import type { Arrangement, Backend, LayerWithEnds, Runner } from '@lamella/core';
import type { Compiled } from './compile.js';
import type { StepArguments } from './step-cache.js';

/** The kinds of compiled steps a model keeps. */
export type StepKind = 'train' | 'test' | 'predict';

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
  /** Throws: NOT_COMPILED. */
  requireCompiled(): Compiled;
  stepFor(kind: StepKind, args: StepArguments, make: () => Promise<Runner>): Runner | Promise<Runner>;
}
