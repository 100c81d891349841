// The abstract tfjs backend: its tensors have a shape and a dtype and no values, and its kernels write themselves into
// the current Recorder. Not here: the traps that keep uncapturable code out (capture-traps.ts).
import * as tf from '@tensorflow/tfjs-core';
import type { DType, TypedArray } from './dtype.js';
import { isLamellaError, kernelUnsupported, notCapturable } from './errors.js';
import type { Attribute, Attributes, ConstantData, ValueId, ValueType } from './program.js';
import type { Recorder } from './recorder.js';
import { decompositions } from './decompositions.js';
import { kernelNames, shapeRules } from './kernels.js';
import { portableForms } from './portable-forms.js';
import { formatShape, type Shape } from './shape.js';

export const captureBackendName = 'lamella-capture';

interface Home {
  readonly recorder: Recorder;
  readonly id: ValueId;
}

const homes = new WeakMap<object, Home>();
const active: Recorder[] = [];

/** The recorder that kernels write to, or undefined outside a capture. */
export function currentRecorder(): Recorder | undefined {
  return active[active.length - 1];
}

export function pushRecorder(recorder: Recorder): void {
  active.push(recorder);
}

export function popRecorder(): void {
  active.pop();
}

/** A tfjs tensor that stands for a value of the recorder. */
export function abstractTensor(recorder: Recorder, id: ValueId): tf.Tensor {
  return tf.engine().makeTensorFromTensorInfo(info(recorder, id));
}

/** The value that a tensor stands for in the current recorder; real tensors become constants. */
export function valueOf(tensor: tf.TensorInfo, recorder: Recorder): ValueId {
  const home = homes.get(tensor.dataId);
  if (home === undefined) return captureConstant(tensor, recorder);
  return home.recorder === recorder ? home.id : recorder.outer(home.recorder, home.id);
}

function info(recorder: Recorder, id: ValueId): tf.TensorInfo {
  const type = recorder.values[id]!;
  const dataId = {};
  homes.set(dataId, { recorder, id });
  return { dataId, shape: [...type.shape], dtype: type.dtype };
}

function captureConstant(tensor: tf.TensorInfo, recorder: Recorder): ValueId {
  if (tensor instanceof tf.Variable) {
    throw notCapturable(
      recorder.subject,
      `the function uses tf.Variable "${tensor.name}" (${tensor.dtype}${formatShape(tensor.shape)}) from outside, which would never train`,
      'write a Layer subclass that creates it with addWeight',
    );
  }
  const values = tf.engine().readSync(tensor.dataId) as unknown as ConstantData;
  return recorder.constant(copyOf(values), { shape: tensor.shape, dtype: tensor.dtype as DType });
}

function copyOf(values: ConstantData): ConstantData {
  return Array.isArray(values) ? [...values] : (values as TypedArray).slice();
}

class CaptureBackend extends tf.KernelBackend {
  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object {
    const recorder = this.recorder();
    return info(recorder, recorder.constant(decode(values, dtype), { shape, dtype: dtype as DType })).dataId;
  }

  override readSync(dataId: object): tf.backend_util.BackendValues {
    const home = homes.get(dataId);
    const constant = home?.recorder.constantData(home.id);
    if (constant !== undefined) return constant as unknown as tf.backend_util.BackendValues;
    throw notCapturable(
      this.recorder().subject,
      'it reads the values of a tensor (data, dataSync, array, arraySync, print or a branch on a value)',
      'express the choice in tensor operations, such as tf.where',
    );
  }

  override read(dataId: object): Promise<tf.backend_util.BackendValues> {
    return Promise.resolve(this.readSync(dataId));
  }

  override disposeData(): boolean {
    return true;
  }

  override incRef(): void {}

  override refCount(): number {
    return 1;
  }

  override numDataIds(): number {
    return 0;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override timerAvailable(): boolean {
    return false;
  }

  override dispose(): void {}

  private recorder(): Recorder {
    const recorder = currentRecorder();
    if (recorder === undefined)
      throw notCapturable(
        'Tensor',
        'it belongs to a capture that has ended',
        'return it from the captured function',
      );
    return recorder;
  }
}

function decode(values: tf.backend_util.BackendValues, dtype: tf.DataType): ConstantData {
  if (dtype !== 'string') return (values as TypedArray).slice();
  return (values as (Uint8Array | string)[]).map((v) =>
    typeof v === 'string' ? v : tf.util.decodeString(v),
  );
}

/** Registers the backend and its kernels with tfjs, once a process; called by the first capture. */
export function registerCaptureBackend(): void {
  if (tf.engine().registryFactory[captureBackendName] !== undefined) return;
  tf.registerBackend(captureBackendName, () => new CaptureBackend(), 0);
  for (const kernelName of kernelNames()) {
    tf.registerKernel({
      kernelName,
      backendName: captureBackendName,
      kernelFunc: (call) => recordKernel(kernelName, call),
    });
  }
}

function recordKernel(
  kernel: string,
  call: { inputs: tf.NamedTensorInfoMap; attrs?: tf.NamedAttrMap },
): tf.TensorInfo | tf.TensorInfo[] {
  const recorder = currentRecorder();
  if (recorder === undefined)
    throw notCapturable(
      'Tensor',
      'it belongs to a capture that has ended',
      'return it from the captured function',
    );
  const rewritten = (decompositions[kernel] ?? portableForms[kernel])?.(
    call.inputs as tf.NamedTensorMap,
    call.attrs ?? {},
  );
  if (rewritten !== undefined) return rewritten;
  const inputs: Record<string, ValueId> = {};
  for (const [name, tensor] of Object.entries(call.inputs)) {
    if (tensor !== undefined && tensor !== null) inputs[name] = valueOf(tensor, recorder);
  }
  const attrs = cleanAttributes(call.attrs ?? {});
  const types = applyShapeRule(recorder, kernel, inputs, attrs);
  const outputs = recorder.node(kernel, inputs, attrs, Array.isArray(types) ? types : [types]);
  return Array.isArray(types) ? outputs.map((id) => info(recorder, id)) : info(recorder, outputs[0]!);
}

function applyShapeRule(
  recorder: Recorder,
  kernel: string,
  inputs: Record<string, ValueId>,
  attrs: Attributes,
): ValueType | ValueType[] {
  const where = recorder.scope === '' ? recorder.subject : `${recorder.subject}, in "${recorder.scope}"`;
  const rule = shapeRules[kernel];
  if (rule === undefined) {
    throw kernelUnsupported(
      where,
      kernel,
      'shape known before it runs: its output shape depends on values',
      'use an operation whose shape does not, such as tf.where(condition, a, b)',
    );
  }
  const types = Object.fromEntries(Object.entries(inputs).map(([name, id]) => [name, recorder.values[id]!]));
  try {
    return rule(types, attrs);
  } catch (cause) {
    if (isLamellaError(cause)) throw cause;
    const shapes = Object.entries(types).map(
      ([name, type]) => `${name}: ${type.dtype}${formatShape(type.shape as Shape)}`,
    );
    throw notCapturable(
      where,
      `${kernel}(${shapes.join(', ')}) failed: ${(cause as Error).message}`,
      'check the shapes of its inputs',
      cause,
    );
  }
}

function cleanAttributes(attrs: tf.NamedAttrMap): Attributes {
  const clean: Record<string, Attribute> = {};
  for (const [name, value] of Object.entries(attrs)) {
    if (value !== undefined)
      clean[name] = ArrayBuffer.isView(value)
        ? [...(value as unknown as Float32Array)]
        : (value as Attribute);
  }
  return clean;
}
