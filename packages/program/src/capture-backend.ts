// The abstract tfjs backend: its tensors have a shape and a dtype and no values, and its kernels write themselves into
// the current Recorder. Not here: the traps that keep uncapturable code out (capture-traps.ts).
import * as tf from '@tensorflow/tfjs-core';
import { isFloatDType, tfjsDType, type DType, type FloatDType, type TypedArray } from './dtype.js';
import { captureMissing, happenedIn, isLamellaError, kernelUnsupported, notCapturable } from './errors.js';
import { findKernel, isKernelName, kernels, type KernelName } from './kernels.js';
import type { Attribute, Attributes, ConstantData, ProgramNode, ValueId, ValueType } from './program.js';
import type { Recorder } from './recorder.js';
import { formatShape, type Shape } from './shape.js';
import { sharedState } from './shared-state.js';

/** The subject of a capture that was given none. */
export const unnamed = 'Function';

export const captureBackendName = 'lamella-capture';

interface Home {
  readonly recorder: Recorder;
  readonly id: ValueId;
}

/** The captures under way, the values that tensors stand for, and the constants that each recorder took, by their data and type. */
const state = sharedState('capture', () => ({
  active: [] as Recorder[],
  homes: new WeakMap<object, Home>(),
  taken: new WeakMap<Recorder, Map<object, ReadonlyMap<string, ValueId>>>(),
}));

/** The recorder that kernels write to, or undefined outside a capture. */
export function currentRecorder(): Recorder | undefined {
  return state().active.at(-1);
}

export function pushRecorder(recorder: Recorder): void {
  state().active.push(recorder);
}

export function popRecorder(): void {
  state().active.pop();
}

/** A tfjs tensor that stands for a value of the recorder. */
export function abstractTensor(recorder: Recorder, id: ValueId): tf.Tensor {
  return tf.engine().makeTensorFromTensorInfo(info(recorder, id));
}

/** Whether a tensor stands for a value of a capture. */
export function isAbstract(tensor: tf.TensorInfo): boolean {
  return state().homes.has(tensor.dataId);
}

/** The value that a tensor stands for in the current recorder; real tensors become constants. */
export function valueOf(tensor: tf.TensorInfo, recorder: Recorder): ValueId {
  const home = state().homes.get(tensor.dataId);
  if (home === undefined) return captureConstant(tensor, recorder);
  return home.recorder === recorder ? home.id : recorder.outer(home.recorder, home.id);
}

/** What is known of a tensor: inside a capture with the dtype that it has there. */
export function recordedType(tensor: tf.Tensor): ValueType {
  const recorder = currentRecorder();
  if (recorder !== undefined) return recorder.values[valueOf(tensor, recorder)]!;
  return { shape: tensor.shape, dtype: tensor.dtype as DType };
}

/** The dtype of a tensor, inside a capture the one that it has there. */
export function recordedDType(tensor: tf.Tensor): DType {
  return recordedType(tensor).dtype;
}

/** A tensor of floats in `dtype`, for a capture; any other tensor, and all outside a capture, as it is. */
export function asFloat(tensor: tf.Tensor, dtype: FloatDType): tf.Tensor {
  const recorder = currentRecorder();
  if (recorder === undefined || tensor.dtype !== 'float32') return tensor;
  const id = valueOf(tensor, recorder);
  const cast = recorder.inFloat(id, dtype);
  return cast === id ? tensor : abstractTensor(recorder, cast);
}

function info(recorder: Recorder, id: ValueId): tf.TensorInfo {
  const type = recorder.values[id]!;
  const dataId = {};
  state().homes.set(dataId, { recorder, id });
  return { dataId, shape: [...type.shape], dtype: tfjsDType(type.dtype) };
}

function captureConstant(tensor: tf.TensorInfo, recorder: Recorder): ValueId {
  if (tensor instanceof tf.Variable) {
    throw notCapturable(
      recorder.subject,
      `the function uses tf.Variable "${tensor.name}" (${tensor.dtype}${formatShape(tensor.shape)}) from outside, which would never train`,
      'write a Layer subclass that creates it with addWeight',
    );
  }
  const known = constantsOf(recorder);
  const name = `${tensor.dtype}${formatShape(tensor.shape)}`;
  const entry = known.get(tensor.dataId)?.get(name);
  if (entry !== undefined) return entry;
  const id = newConstant(tensor, recorder);
  known.set(tensor.dataId, new Map(known.get(tensor.dataId)).set(name, id));
  return id;
}

function constantsOf(recorder: Recorder): Map<object, ReadonlyMap<string, ValueId>> {
  const { taken } = state();
  const found = taken.get(recorder) ?? new Map<object, ReadonlyMap<string, ValueId>>();
  taken.set(recorder, found);
  return found;
}

function newConstant(tensor: tf.TensorInfo, recorder: Recorder): ValueId {
  const { shape, dtype } = tensor;
  const values = tf.engine().readSync(tensor.dataId);
  if (dtype !== 'complex64')
    return recorder.constant(decode(values, dtype), { shape, dtype: dtype as DType });
  // Both parts side by side in memory; as a constant each stands for itself.
  const part = (offset: number): ValueId =>
    recorder.constant(
      (values as Float32Array).filter((_, i) => i % 2 === offset),
      { shape, dtype: 'float32' },
    );
  return recorder.node(tf.Complex, { real: part(0), imag: part(1) }, {}, [{ shape, dtype }])[0]!;
}

class CaptureBackend extends tf.KernelBackend {
  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object {
    const recorder = currentRecorder();
    // Without any backend of the application's, tfjs takes this one.
    if (recorder === undefined)
      throw captureMissing(
        'Tensor',
        'no tfjs backend is loaded that could hold it; @tensorflow/tfjs-core alone has none',
        "import '@tensorflow/tfjs-backend-cpu' first, or give the values as arrays or a HostTensor, which need none",
      );
    return info(recorder, recorder.constant(decode(values, dtype), { shape, dtype: dtype as DType })).dataId;
  }

  override readSync(dataId: object): tf.backend_util.BackendValues {
    const home = state().homes.get(dataId);
    const constant = home?.recorder.constantData(home.id);
    if (constant !== undefined) return copyOf(constant);
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

function copyOf(constant: ConstantData): tf.backend_util.BackendValues {
  return constant.slice() as tf.backend_util.BackendValues;
}

function decode(values: tf.backend_util.BackendValues, dtype: tf.DataType): ConstantData {
  if (dtype !== 'string') return (values as TypedArray).slice();
  return (values as (Uint8Array | string)[]).map((v) =>
    typeof v === 'string' ? v : tf.util.decodeString(v),
  );
}

/** Registers the backend and its kernels with tfjs, in the place of what another copy of this package registered. */
export function registerCaptureBackend(): void {
  if (tf.engine().registryFactory[captureBackendName] !== undefined) tf.removeBackend(captureBackendName);
  tf.registerBackend(captureBackendName, () => new CaptureBackend(), 0);
  for (const kernelName of Object.keys(kernels) as KernelName[]) {
    if (tf.getKernel(kernelName, captureBackendName) !== undefined)
      tf.unregisterKernel(kernelName, captureBackendName);
    tf.registerKernel({
      kernelName,
      backendName: captureBackendName,
      kernelFunc: (call) => recordKernel(kernelName, call),
    });
  }
}

function recordKernel(
  kernel: KernelName,
  call: { inputs: tf.NamedTensorInfoMap; attrs?: tf.NamedAttrMap },
): tf.TensorInfo | tf.TensorInfo[] {
  const recorder = currentRecorder();
  if (recorder === undefined)
    throw notCapturable(
      'Tensor',
      'it belongs to a capture that has ended',
      'return it from the captured function',
    );
  const rewritten = rewrite(kernels[kernel], recorder, call.inputs as tf.NamedTensorMap, call.attrs ?? {});
  if (rewritten !== undefined) return rewritten;
  const inputs: Record<string, ValueId> = {};
  for (const [name, tensor] of Object.entries(call.inputs)) {
    if (tensor !== undefined && tensor !== null) inputs[name] = valueOf(tensor, recorder);
  }
  const { outputs, isList } = record(recorder, kernel, inputs, cleanAttributes(call.attrs ?? {}));
  return isList ? outputs.map((id) => info(recorder, id)) : info(recorder, outputs[0]!);
}

/** Writes a call of values that `recorder` has into it, as a call on their tensors would be; gives what comes out. */
export function recordCall(
  recorder: Recorder,
  kernel: string,
  inputs: Readonly<Record<string, ValueId>>,
  attrs: Attributes,
): readonly ValueId[] {
  const definition = isKernelName(kernel) ? kernels[kernel] : undefined;
  if (definition !== undefined && ('decompose' in definition || 'portable' in definition)) {
    const tensors = Object.fromEntries(
      Object.entries(inputs).map(([name, id]) => [name, abstractTensor(recorder, id)]),
    );
    const rewritten = rewrite(definition, recorder, tensors, attrs as tf.NamedAttrMap);
    if (rewritten !== undefined) return [valueOf(rewritten, recorder)];
  }
  return record(recorder, kernel, inputs, attrs).outputs;
}

function record(
  recorder: Recorder,
  kernel: string,
  inputs: Readonly<Record<string, ValueId>>,
  attrs: Attributes,
): { readonly outputs: readonly ValueId[]; readonly isList: boolean } {
  const types = applyShapeRule(recorder, kernel, inputs, attrs);
  const isList = Array.isArray(types);
  return { outputs: recordTyped(recorder, { kernel, inputs, attrs }, isList ? types : [types]), isList };
}

/** Writes a call down in the dtype that floats are computed in; `types` are as tfjs sees them. */
function recordTyped(
  recorder: Recorder,
  { kernel, inputs, attrs }: Pick<ProgramNode, 'kernel' | 'inputs' | 'attrs'>,
  types: readonly ValueType[],
): ValueId[] {
  let isComplex = types.some(({ dtype }) => dtype === 'complex64');
  for (const name in inputs) isComplex ||= recorder.values[inputs[name]!]!.dtype === 'complex64';
  // Complex numbers have parts of float32.
  const float = isComplex ? 'float32' : recorder.float;
  if (kernel === tf.Cast) {
    // What was float to tfjs stays in the dtype that it has, or comes to that of the layer.
    const target = isFloatDType(attrs['dtype'] as DType) && !isComplex ? float : (attrs['dtype'] as DType);
    const { shape } = types[0]!;
    return recorder.node(kernel, inputs, { ...attrs, dtype: target }, [{ shape, dtype: target }]);
  }
  const given: Record<string, ValueId> = {};
  for (const name in inputs) given[name] = recorder.inFloat(inputs[name]!, float);
  const outputs = types.map(({ shape, dtype }) => ({ shape, dtype: dtype === 'float32' ? float : dtype }));
  return recorder.node(kernel, given, attrs, outputs);
}

/** The call in other kernels, where it is not recorded as it is. */
function rewrite(
  definition: (typeof kernels)[KernelName],
  recorder: Recorder,
  inputs: tf.NamedTensorMap,
  attrs: tf.NamedAttrMap,
): tf.Tensor | undefined {
  if ('shape' in definition) return definition.portable?.(inputs, attrs);
  if ('uncapturable' in definition) return undefined;
  recorder.fusedCalls++;
  return definition.decompose(inputs, attrs);
}

function applyShapeRule(
  recorder: Recorder,
  kernel: string,
  inputs: Readonly<Record<string, ValueId>>,
  attrs: Attributes,
): ValueType | ValueType[] {
  const where = (): string =>
    recorder.scope === '' ? recorder.subject : `${recorder.subject}, at "${recorder.scope}"`;
  const definition = findKernel(kernel);
  if (definition === undefined) {
    throw kernelUnsupported(
      where(),
      kernel,
      'shape known before it runs: its output shape depends on values',
      'use an operation whose shape does not, such as tf.where(condition, a, b)',
    );
  }
  const types: Record<string, ValueType> = {};
  for (const name in inputs) types[name] = seenByTfjs(recorder.values[inputs[name]!]!);
  try {
    return definition.shape(types, definition.attributes?.(attrs, types) ?? attrs);
  } catch (cause) {
    if (isLamellaError(cause)) throw where() === unnamed ? cause : happenedIn(cause, where());
    const shapes = Object.entries(types).map(
      ([name, type]) => `${name}: ${type.dtype}${formatShape(type.shape as Shape)}`,
    );
    throw notCapturable(
      where(),
      `${kernel}(${shapes.join(', ')}) failed: ${(cause as Error).message}`,
      'check the shapes of its inputs',
      cause,
    );
  }
}

function seenByTfjs(type: ValueType): ValueType {
  const dtype = tfjsDType(type.dtype);
  return dtype === type.dtype ? type : { shape: type.shape, dtype };
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
