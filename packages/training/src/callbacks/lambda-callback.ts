// LambdaCallback: functions for the turns of a run. A plain object does the same; this one tells typing errors.
import { identifierUnknown } from '@lamella/core';
import type { Callback } from './callback.js';

const hooks: readonly (keyof Callback)[] = [
  'state',
  'setModel',
  'setParameters',
  'needsBatchLogs',
  'onTrainBegin',
  'onResumePoint',
  'onTrainEnd',
  'onEpochBegin',
  'onEpochEnd',
  'onStepCompiled',
  'onTrainBatchBegin',
  'onTrainBatchEnd',
  'onTestBegin',
  'onTestEnd',
  'onTestBatchBegin',
  'onTestBatchEnd',
  'onPredictBegin',
  'onPredictEnd',
  'onPredictBatchBegin',
  'onPredictBatchEnd',
];

/**
 * A callback of the given functions. Throws: IDENTIFIER_UNKNOWN for a name that is no turn.
 * Source: keras.callbacks.LambdaCallback.
 *
 * @example
 * const losses: number[] = [];
 * const keeper = lambdaCallback({ onEpochEnd: (_epoch, logs) => void losses.push(logs['loss']!) });
 */
export function lambdaCallback(functions: Callback): Callback {
  const unknown = Object.keys(functions).find((name) => !(hooks as readonly string[]).includes(name));
  if (unknown !== undefined) throw identifierUnknown('LambdaCallback', 'turn', unknown, hooks);
  return { ...functions };
}
