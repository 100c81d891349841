// ONNX Runtime, loaded when first needed. onnxruntime-node is an optional dependency; nothing here runs at import.
import type * as ort from 'onnxruntime-node';
import type { HostTensor } from '@lamella/program';
import { onnxUnavailable } from './errors.js';

export type Runtime = typeof ort;
export type Session = ort.InferenceSession;
export type RuntimeTensor = ort.Tensor;

let loading: Promise<Runtime> | undefined;

/** Loads onnxruntime-node, once a process. Throws: BACKEND_UNAVAILABLE with the remedy. */
export async function loadRuntime(): Promise<Runtime> {
  loading ??= importRuntime();
  try {
    return await loading;
  } catch (cause) {
    loading = undefined;
    throw onnxUnavailable(cause);
  }
}

async function importRuntime(): Promise<Runtime> {
  const module = (await import('onnxruntime-node')) as Runtime & { default?: Runtime };
  return module.default ?? module;
}

const wrapped = new WeakMap<HostTensor, RuntimeTensor>();

/** The host tensor as ONNX Runtime's own: a view of the same memory, made once. */
export function runtimeTensor(runtime: Runtime, tensor: HostTensor): RuntimeTensor {
  const known = wrapped.get(tensor);
  if (known !== undefined) return known;
  const view = new runtime.Tensor(tensor.dtype, tensor.data as Float32Array, tensor.shape);
  wrapped.set(tensor, view);
  return view;
}
