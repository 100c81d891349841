// Capture: runs a function of tfjs-core calls once, on tensors without values, and returns the Program it describes.
import * as tf from '@tensorflow/tfjs-core';
import {
  abstractTensor,
  captureBackendName,
  currentRecorder,
  popRecorder,
  pushRecorder,
  registerCaptureBackend,
  unnamed,
  valueOf,
} from './capture-backend.js';
import { setTraps } from './capture-traps.js';
import { claimCapture, reportSecondTfjs } from './copies.js';
import type { FloatDType } from './dtype.js';
import { captureMissing, notCapturable } from './errors.js';
import { Recorder, type ArgumentSpec, type Captured, type StateSlot } from './recorder.js';
import { sharedState } from './shared-state.js';
import { registerTfjsGradients } from './tfjs-gradients.js';

export interface CaptureOptions {
  /** Names the user's object in errors, e.g. `Lambda "sampling"`. */
  readonly subject?: string;
  /** The path that nodes and random streams start from. */
  readonly scope?: string;
}

/** What a captured function may return: outputs by position, or by name. */
export type CaptureResult = tf.Tensor | readonly tf.Tensor[] | Readonly<Record<string, tf.Tensor>>;

/**
 * Runs `fn` on abstract tensors and writes down what it does.
 *
 * State read and assigned inside ({@link readState}, {@link assignState}) becomes state inputs and declared updates.
 * Throws: NOT_CAPTURABLE for code that reads values, awaits, draws tfjs' random numbers, asks for the time, or uses
 * variables; SHAPE_MISMATCH and DTYPE_MISMATCH for calls that do not fit.
 *
 * @example
 * const { program } = capture((x) => tf.add(x, 2), [{ name: 'x', shape: [3], dtype: 'float32' }]);
 * program.nodes.map((node) => node.kernel); // ['Add']
 */
export function capture(
  fn: (...inputs: tf.Tensor[]) => CaptureResult,
  args: readonly ArgumentSpec[],
  options: CaptureOptions = {},
): Captured {
  const isFirst = claimCapture();
  if (isFirst) {
    registerCaptureBackend();
    registerTfjsGradients();
  }
  const recorder = new Recorder(options.subject ?? unnamed);
  const restore = enter();
  pushRecorder(recorder);
  try {
    if (isFirst) reportSecondTfjs(probe());
    const inputs = args.map((arg) => abstractTensor(recorder, recorder.argument(arg)));
    const result =
      options.scope === undefined ? fn(...inputs) : recorder.within(options.scope, () => fn(...inputs));
    return recorder.finish(
      named(result, recorder).map(([name, tensor]) => ({ id: valueOf(tensor, recorder), name })),
    );
  } finally {
    popRecorder();
    restore();
  }
}

const traps = sharedState('traps', () => ({ isPrepared: false, isUsed: false }));

/**
 * Runs `fn`, which captures several times and runs nobody's code in between: traps are set once for all, which costs as much as
 * a small capture.
 */
export function withSeveralCaptures<T>(fn: () => T): T {
  if (!traps().isUsed || traps().isPrepared || currentRecorder() !== undefined) return fn();
  const leave = prepare();
  traps().isPrepared = true;
  try {
    return fn();
  } finally {
    traps().isPrepared = false;
    leave();
  }
}

/** A tensor as tfjs' engine makes it. */
function probe(): tf.Tensor {
  const recorder = new Recorder(unnamed);
  return abstractTensor(recorder, recorder.argument({ name: 'probe', shape: [], dtype: 'float32' }));
}

/** Whether a capture is running. */
export function isCapturing(): boolean {
  return currentRecorder() !== undefined;
}

/** Runs `fn` with `name` appended to the path that nodes and random streams carry; outside a capture just runs it. */
export function withScope<T>(name: string, fn: () => T): T {
  const recorder = currentRecorder();
  return recorder === undefined ? fn() : recorder.within(name, fn);
}

/**
 * Runs `fn`, whose tfjs code computes its floats in `dtype`; outside a capture just runs it. tfjs sees float32 all the same: what
 * is made of no tensor (constants, fills, casts of integers) is of `dtype`, and other floats are cast to it where they are used.
 */
export function withComputeDType<T>(dtype: FloatDType, fn: () => T): T {
  const recorder = currentRecorder();
  return recorder === undefined ? fn() : recorder.computing(dtype, fn);
}

/** Runs `fn`, which needs the precision of float32: what is narrower computes in float32 there, float64 stays. */
export function withFullPrecision<T>(fn: () => T): T {
  const recorder = currentRecorder();
  if (recorder === undefined) return fn();
  return recorder.computing(recorder.float === 'float64' ? 'float64' : 'float32', fn);
}

/** The current value of a cell inside a capture. Throws: CAPTURE_MISSING outside one. */
export function readState(slot: StateSlot): tf.Tensor {
  const recorder = recording(slot, 'read');
  return abstractTensor(recorder, recorder.read(slot));
}

/** Gives a cell its next value inside a capture. Throws: CAPTURE_MISSING outside one, SHAPE_MISMATCH. */
export function assignState(slot: StateSlot, value: tf.Tensor): void {
  const recorder = recording(slot, 'assign');
  recorder.assign(slot, valueOf(value, recorder));
}

function recording(slot: StateSlot, verb: string): Recorder {
  const recorder = currentRecorder();
  if (recorder !== undefined) return recorder;
  throw captureMissing(`Weight "${slot.name}"`, `cannot ${verb} it outside a capture`);
}

function named(result: CaptureResult, recorder: Recorder): [string, tf.Tensor][] {
  const entries: [string, unknown][] =
    result instanceof tf.Tensor
      ? [['output_0', result]]
      : Array.isArray(result)
        ? result.map((tensor, i): [string, unknown] => [`output_${i}`, tensor])
        : Object.entries(typeof result === 'object' && result !== null ? result : { result });
  if (typeof (result as { then?: unknown } | null)?.then === 'function') {
    // What the function goes on to do outside the capture fails, and would be reported as unhandled.
    (result as unknown as Promise<unknown>).then(undefined, () => undefined);
    throw notCapturable(
      recorder.subject,
      'it is asynchronous',
      'return tensors, not a Promise; read data before the graph is built',
    );
  }
  for (const [name, value] of entries) {
    if (value instanceof tf.Tensor) continue;
    throw notCapturable(
      recorder.subject,
      `expected tensors, got ${value === null ? 'null' : typeof value} for "${name}"`,
      'return a tensor, or a list of tensors',
    );
  }
  return entries as [string, tf.Tensor][];
}

/** Opens a tfjs scope, in a capture or between several just that; the returned function undoes it all. */
function enter(): () => void {
  const leave = traps().isPrepared || currentRecorder() !== undefined ? undefined : prepare();
  const engine = tf.engine();
  engine.startScope('lamella');
  return () => {
    engine.endScope();
    leave?.();
  };
}

/** Makes the abstract backend current and sets the traps; the returned function undoes it. */
function prepare(): () => void {
  const engine = tf.engine();
  const { backendName } = engine;
  const backendInstance = (engine as unknown as { backendInstance: unknown }).backendInstance;
  const setBackend = (name: string | null, instance: unknown): void => {
    engine.backendName = name as string;
    (engine as unknown as { backendInstance: unknown }).backendInstance = instance;
  };
  setBackend(captureBackendName, engine.findBackend(captureBackendName));
  const removeTraps = setTraps();
  traps().isUsed = true;
  return () => {
    removeTraps();
    setBackend(backendName, backendInstance);
  };
}
