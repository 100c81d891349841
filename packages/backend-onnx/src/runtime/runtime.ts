// ONNX Runtime as this package uses it, whichever build of it runs. Not here: which one that is (load-runtime.ts).
import type * as ort from 'onnxruntime-web';
import type { HostTensor } from '@lamella/program';

/** `native` is onnxruntime-node, `wasm` is onnxruntime-web. */
export type RuntimeName = 'native' | 'wasm';

export type Ort = Pick<typeof ort, 'env' | 'InferenceSession' | 'Tensor'>;
export type Session = ort.InferenceSession;
export type RuntimeTensor = ort.Tensor;

export interface Runtime {
  readonly name: RuntimeName;
  readonly ort: Ort;
  /** How many threads an operator may use; for a whole process where sessions cannot choose. */
  readonly threads: number;
  /** Whether tensors that a run is given for its outputs are written to. The wasm runtime leaves them as they were. */
  readonly fillsOutputs: boolean;
}

const wrapped = new WeakMap<Ort, WeakMap<HostTensor, RuntimeTensor>>();

/** The host tensor as ONNX Runtime's own: a view of the same memory, made once a runtime. */
export function runtimeTensor({ ort }: Runtime, tensor: HostTensor): RuntimeTensor {
  let tensors = wrapped.get(ort);
  if (tensors === undefined) wrapped.set(ort, (tensors = new WeakMap()));
  const known = tensors.get(tensor);
  if (known !== undefined) return known;
  const view = new ort.Tensor(tensor.dtype, tensor.data as Float32Array, tensor.shape);
  tensors.set(tensor, view);
  return view;
}
