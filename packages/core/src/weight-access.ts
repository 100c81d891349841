// Which layers are running and who may touch which weights meanwhile. Not here: what a forbidden access means; whoever
// guards says so by throwing.
import { sharedState, type StateSlot } from '@lamella/program';

/** Asked before a weight is read or assigned; throws where that is not allowed. */
export type WeightGuard = (weight: StateSlot) => void;

/** A layer whose call is under way. */
export interface RunningLayer {
  readonly name: string;
  readonly weights: readonly StateSlot[];
}

const state = sharedState('weight access', () => ({
  running: [] as RunningLayer[],
  guard: undefined as WeightGuard | undefined,
}));

/** Runs `fn` as a part of `layer`. */
export function whileRunning<T>(layer: RunningLayer, fn: () => T): T {
  const { running } = state();
  running.push(layer);
  try {
    return fn();
  } finally {
    running.pop();
  }
}

/** The layers whose `call` is under way, outermost first; graphs of layers are not among them. */
export function runningLayers(): readonly RunningLayer[] {
  return [...state().running];
}

/** Runs `fn` with every access to a weight put before `next`, and before the guards already there. */
export function guardWeights<T>(next: WeightGuard, fn: () => T): T {
  const cell = state();
  const outer = cell.guard;
  cell.guard = (weight) => {
    outer?.(weight);
    next(weight);
  };
  try {
    return fn();
  } finally {
    cell.guard = outer;
  }
}

/** Puts an access before the guard, if there is one. */
export function checkWeightAccess(weight: StateSlot): void {
  state().guard?.(weight);
}
