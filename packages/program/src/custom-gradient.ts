// Keeps `tf.customGrad`: the region it wraps is recorded as usual, and its gradient function as a Program of its own.
import * as tf from '@tensorflow/tfjs-core';
import { abstractTensor, currentRecorder, popRecorder, pushRecorder, valueOf } from './capture-backend.js';
import { customGradientKernel, type Program } from './program.js';
import { Recorder } from './recorder.js';

/** What the engine is asked to run for a function that tf.customGrad made, whenever it was made. */
interface CustomCall {
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly forwardFunc: (backend: unknown, save: (tensors: tf.Tensor[]) => void) => tf.Tensor;
  readonly backwardsFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => Readonly<Record<string, () => tf.Tensor>>;
}

/**
 * Takes over the engine's calls of custom gradients for the time of a capture; the returned function puts them back.
 * Not `tf.customGrad` itself: most functions are made with it long before they are captured.
 */
export function interceptCustomGradient(): () => void {
  const engine = tf.engine() as unknown as {
    runKernelFunc: (call: object) => unknown;
    state: { gradientDepth: number };
  };
  const owned = Object.hasOwn(engine, 'runKernelFunc');
  const original = engine.runKernelFunc;
  const intercepted = (call: object): unknown => {
    // Inside tf.grad() tfjs' own tape is at work and must see its own form.
    const isCustom = 'forwardFunc' in call && engine.state.gradientDepth === 0;
    return isCustom ? recordCustomGradient(call as CustomCall) : original.call(engine, call);
  };
  Object.defineProperty(engine, 'runKernelFunc', { value: intercepted, configurable: true, writable: true });
  return () => {
    if (owned) engine.runKernelFunc = original;
    else delete (engine as { runKernelFunc?: unknown }).runKernelFunc;
  };
}

function recordCustomGradient(call: CustomCall): tf.Tensor {
  const recorder = currentRecorder()!;
  const inputs = Object.values(call.inputs);
  const saved: tf.Tensor[] = [];
  const fusedBefore = recorder.fusedCalls;
  const value = call.forwardFunc(undefined, (tensors) => saved.push(...tensors));
  // tfjs wraps each fused kernel in a gradient function that knows two activations; written out it needs none.
  if (recorder.fusedCalls > fusedBefore) {
    recorder.fusedCalls = fusedBefore;
    return value;
  }
  const inner = new Recorder(`the gradient function of tf.customGrad in ${recorder.subject}`, recorder);
  const type = recorder.values[valueOf(value, recorder)]!;
  const dy = inner.argument({ name: 'dy', ...type });
  pushRecorder(inner);
  let results: tf.Tensor[];
  let outputs: { id: number; name: string }[];
  try {
    const found = call.backwardsFunc(abstractTensor(inner, dy), saved);
    results = inputs.map((_, i) => found[i]!());
    outputs = results.map((tensor, i) => ({ id: valueOf(tensor, inner), name: `gradient_${i}` }));
  } finally {
    popRecorder();
  }
  // The node's inputs: first the region's own, in order, then whatever else the gradient function uses.
  const own = inputs.map((tensor) => valueOf(tensor, recorder));
  const others = [...inner.captured.keys()].filter((id) => !own.includes(id));
  const gradient = orderInputs(inner, own, outputs);
  const names = Object.fromEntries([...own, ...others].map((id, i) => [String(i), id]));
  const [id] = recorder.node(
    customGradientKernel,
    { ...names, value: valueOf(value, recorder) },
    { arity: own.length },
    [type],
    { gradient },
  );
  return abstractTensor(recorder, id!);
}

/** The gradient's Program with its inputs as the node has them: dy, the region's inputs in order, the rest. */
function orderInputs(
  inner: Recorder,
  own: readonly number[],
  outputs: { id: number; name: string }[],
): Program {
  for (const id of own) inner.outer(inner.parent!, id);
  const { program } = inner.finish(outputs);
  const position = new Map([...inner.captured.entries()].map(([outer, id]) => [id, own.indexOf(outer)]));
  const [dy, ...rest] = program.inputs;
  const mine = own.map((outer) => rest.find((input) => input.id === inner.captured.get(outer))!);
  const others = rest.filter((input) => position.get(input.id) === -1);
  return program.with({ inputs: [dy!, ...mine, ...others] });
}
