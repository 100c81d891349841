// The error codes of this package. OPTION_INVALID and IDENTIFIER_UNKNOWN are @lamella/core's, shapes' @lamella/program's.
import { formatShape, lamellaError, type LamellaError, type Shape } from '@lamella/program';

/** `NOT_COMPILED`: training or evaluation of a model that has no loss yet. */
export function notCompiled(subject: string): LamellaError {
  return lamellaError('NOT_COMPILED', {
    subject,
    problem: 'it has no optimizer and no loss yet',
    fix: 'call compile({ optimizer, loss }) first',
  });
}

/** `DATA_LENGTH`: inputs, targets and weights of differing numbers of samples. */
export function dataLength(
  subject: string,
  lengths: readonly { readonly name: string; readonly length: number }[],
): LamellaError {
  return lamellaError('DATA_LENGTH', {
    subject,
    problem: 'expected the same number of samples everywhere',
    details: lengths.map(({ name, length }) => `  ${name}: ${length}`),
    fix: 'pass arrays of equal length',
  });
}

/** `DATA_EXHAUSTED`: data that was to be gone through once more and gave nothing. */
export function dataExhausted(subject: string, problem: string): LamellaError {
  return lamellaError('DATA_EXHAUSTED', {
    subject,
    problem,
    fix: 'pass an object whose iterator starts anew each time, e.g. { [Symbol.asyncIterator]: () => generator() }, or fewer epochs',
  });
}

/** `LABEL_OUT_OF_RANGE`: an integer label that names no class. */
export function labelOutOfRange(
  subject: string,
  output: string,
  classes: number,
  label: number,
  index: number,
): LamellaError {
  return lamellaError('LABEL_OUT_OF_RANGE', {
    subject,
    problem: `expected labels of output "${output}" to be whole numbers from 0 to ${classes - 1}, got ${label} at index ${index}`,
    fix: `give the output ${classes <= label ? `${Math.floor(label) + 1} units` : 'labels from 0 on'}, or mask the label with ignoreClass`,
  });
}

/** `ABORTED`: the abort signal ended a run. */
export function aborted(subject: string, reason: unknown): LamellaError {
  return lamellaError('ABORTED', {
    subject,
    problem: 'the abort signal ended it; the weights are those of the last whole step',
    cause: reason,
  });
}

/** `MODEL_BUSY`: what a model cannot do while it goes over data: a second fit(), or anything that changes its steps. */
export function modelBusy(subject: string, called: string, running: string): LamellaError {
  return lamellaError('MODEL_BUSY', {
    subject,
    problem: `${called} was called while ${running} of it is running`,
    fix: 'await that first',
  });
}

/** `CALLBACK_STATE_INVALID`: a state of a callback that cannot be kept, or that this callback did not keep. */
export function callbackStateInvalid(subject: string, problem: string, fix: string): LamellaError {
  return lamellaError('CALLBACK_STATE_INVALID', { subject, problem, fix });
}

/** `STEP_INVALID`: a step of one's own that gives no logs, or a part of one where there is none. */
export function stepInvalid(subject: string, problem: string, fix: string): LamellaError {
  return lamellaError('STEP_INVALID', { subject, problem, fix });
}

/** `LOSS_INVALID`: a loss that became NaN or infinite, where the application asked for an error. */
export function lossInvalid(subject: string, loss: number, batch: number): LamellaError {
  return lamellaError('LOSS_INVALID', {
    subject,
    problem: `the loss became ${loss} at batch ${batch}`,
    fix: 'lower the learning rate, clip the gradients, or look for NaN in the data',
  });
}

/** `MONITOR_INVALID`: a callback that watches a value it cannot judge. */
export function monitorInvalid(subject: string, problem: string, fix: string): LamellaError {
  return lamellaError('MONITOR_INVALID', { subject, problem, fix });
}

/** `COMPILE_NOTICE`: a warning: what plugins foresee of a model that has just been compiled. */
export function compiledModelTrouble(subject: string, lines: readonly string[]): LamellaError {
  return lamellaError('COMPILE_NOTICE', {
    subject,
    problem: 'it can be trained, and then not be saved as it is',
    details: lines.map((line) => `  ${line}`),
    fix: 'mend it before training; a model that is never saved needs nothing',
  });
}

/** `LAYER_NOT_ADDED`: a warning: fields that hold layers which are no parts of what has the fields. */
export function layersNotAdded(subject: string, fields: readonly string[]): LamellaError {
  const [first] = fields;
  return lamellaError('LAYER_NOT_ADDED', {
    subject,
    problem: `${fields.map((field) => `"${field}"`).join(', ')} in its fields: of layers that were not added, nothing is trained, counted or saved`,
    fix: `write this.addLayer('${first}', layer) where the field is set; a layer that is not to train has trainable = false`,
  });
}

/** `METRIC_NOT_SCALAR`: a metric with several results, of which logs have no place. */
export function metricNotScalar(subject: string, shape: Shape): LamellaError {
  return lamellaError('METRIC_NOT_SCALAR', {
    subject,
    problem: `expected one number as its result, got ${formatShape(shape)}`,
    fix: "give it one threshold, or an average over the classes such as average: 'macro'; several metrics can have a threshold each",
  });
}
