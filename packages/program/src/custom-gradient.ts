// Keeps `tf.customGrad`: the region it wraps is recorded as usual, and its gradient function as a Program of its own.
import * as tf from '@tensorflow/tfjs-core';
import { abstractTensor, currentRecorder, popRecorder, pushRecorder, valueOf } from './capture-backend.js';
import { notCapturable } from './errors.js';
import { customGradientKernel, type Program } from './program.js';
import { Recorder } from './recorder.js';

type CustomFunction = (...args: unknown[]) => {
  value: tf.Tensor;
  gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor | tf.Tensor[];
};

/** Replaces the engine's customGrad for the time of a capture; the returned function puts it back. */
export function interceptCustomGradient(): () => void {
  const engine = tf.engine();
  const owned = Object.hasOwn(engine, 'customGrad');
  const original = engine.customGrad;
  const intercepted = (fn: CustomFunction) => {
    // Inside tf.grad() tfjs' own tape is at work and must see its own form.
    const taped = original.call(engine, fn as never) as (...inputs: tf.Tensor[]) => tf.Tensor;
    return (...inputs: tf.Tensor[]): tf.Tensor =>
      engine.state.gradientDepth > 0 ? taped(...inputs) : recordCustomGradient(fn, inputs);
  };
  Object.defineProperty(engine, 'customGrad', { value: intercepted, configurable: true, writable: true });
  return () => {
    if (owned)
      Object.defineProperty(engine, 'customGrad', { value: original, configurable: true, writable: true });
    else delete (engine as { customGrad?: unknown }).customGrad;
  };
}

function recordCustomGradient(fn: CustomFunction, inputs: tf.Tensor[]): tf.Tensor {
  const recorder = currentRecorder()!;
  const saved: tf.Tensor[] = [];
  const { value, gradFunc } = fn(...inputs, (tensors: tf.Tensor[]) => saved.push(...tensors));
  if (typeof gradFunc !== 'function' || !(value instanceof tf.Tensor)) {
    throw notCapturable(
      recorder.subject,
      'the function given to tf.customGrad does not return { value, gradFunc }',
    );
  }
  const inner = new Recorder(`the gradient function of tf.customGrad in ${recorder.subject}`, recorder);
  const dy = inner.argument({ name: 'dy', shape: value.shape, dtype: value.dtype });
  pushRecorder(inner);
  let results: tf.Tensor[];
  let outputs: { id: number; name: string }[];
  try {
    const result = gradFunc(abstractTensor(inner, dy), saved);
    results = Array.isArray(result) ? result : [result];
    outputs = results.map((tensor, i) => ({ id: valueOf(tensor, inner), name: `gradient_${i}` }));
  } finally {
    popRecorder();
  }
  if (results.length !== inputs.length) {
    throw notCapturable(
      recorder.subject,
      `the gradient function of tf.customGrad gives ${results.length} gradients for ${inputs.length} inputs`,
      'return one gradient for each input',
    );
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
    [{ shape: value.shape, dtype: value.dtype }],
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
