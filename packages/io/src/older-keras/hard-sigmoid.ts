// The hard sigmoid of Keras 2 and TensorFlow.js, min(max(0.2 x + 0.5, 0), 1). Keras 3 computes relu6(x + 3) / 6 under that
// name, so its files hold the older one as a chain of two layers, which Keras opens without any code of ours.
import { isRecord, PythonFloat, type Json, type WritableJson } from '../keras-json/python-json.js';

/** The name of the function that @lamella/layers brings for it. */
export const olderHardSigmoid = 'lamella>hard_sigmoid_of_keras_2';

/** How a config read from an older file says it. */
export const olderHardSigmoidReference = {
  module: 'builtins',
  class_name: 'function',
  config: olderHardSigmoid,
  registered_name: 'function',
};

/** How it stands in a file. */
export function writeOlderHardSigmoid(): WritableJson {
  const layer = (class_name: string, config: { readonly [key: string]: WritableJson }): WritableJson => ({
    module: 'keras.layers',
    class_name,
    config,
    registered_name: null,
  });
  const layers = [
    layer('Rescaling', { name: 'slope', scale: new PythonFloat(0.2), offset: new PythonFloat(0.5) }),
    layer('ReLU', { name: 'limits', max_value: new PythonFloat(1) }),
  ];
  return {
    module: 'keras',
    class_name: 'Sequential',
    config: { name: 'hard_sigmoid_of_keras_2', layers },
    registered_name: null,
  };
}

/** Whether a stored object is that chain, with the input layer that Keras adds once it has run. */
export function isOlderHardSigmoid(value: unknown): boolean {
  const config = optionsOf(value, 'Sequential');
  const layers = config?.['layers'];
  if (!Array.isArray(layers)) return false;
  const [slope, limits, ...others] = (layers as readonly Json[]).filter(
    (layer) => !isRecord(layer) || layer['class_name'] !== 'InputLayer',
  );
  const [scaled, limited] = [optionsOf(slope, 'Rescaling'), optionsOf(limits, 'ReLU')];
  const isPlain = (value: unknown): boolean => (value ?? 0) === 0;
  return (
    others.length === 0 &&
    numberIn(scaled?.['scale']) === 0.2 &&
    numberIn(scaled?.['offset']) === 0.5 &&
    numberIn(limited?.['max_value']) === 1 &&
    isPlain(limited?.['negative_slope']) &&
    isPlain(limited?.['threshold'])
  );
}

function optionsOf(value: unknown, className: string): { readonly [key: string]: unknown } | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { class_name: name, config } = value as { readonly class_name?: unknown; readonly config?: unknown };
  return name === className && typeof config === 'object' && config !== null
    ? (config as { readonly [key: string]: unknown })
    : undefined;
}

/** What is about to be written holds floats of Python's. */
function numberIn(value: unknown): unknown {
  return value instanceof PythonFloat ? value.value : value;
}
