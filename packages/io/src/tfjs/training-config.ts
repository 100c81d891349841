// The compile state in TensorFlow.js' form: of Adam and plain SGD, which compute there from the same state, with losses and
// metrics by names that are known there. Other compile state stands in Keras' form, which TensorFlow.js passes over.
import type { Weight } from '@lamella/core';
import { HostTensor, type AnyHostTensor } from '@lamella/program';
import { Adam, SGD, type Model, type Optimizer } from '@lamella/training';
import { isRecord, type Json, type WritableJson } from '../keras-json/python-json.js';

type Entry = { readonly [key: string]: WritableJson };

const losses: ReadonlySet<unknown> = new Set([
  'mean_squared_error',
  'mean_absolute_error',
  'mean_absolute_percentage_error',
  'mean_squared_logarithmic_error',
  'squared_hinge',
  'hinge',
  'categorical_hinge',
  'categorical_crossentropy',
  'sparse_categorical_crossentropy',
  'binary_crossentropy',
  'poisson',
]);
const metrics: ReadonlySet<unknown> = new Set([
  ...losses,
  'accuracy',
  'binary_accuracy',
  'categorical_accuracy',
  'sparse_categorical_accuracy',
]);

/** The `trainingConfig` of a model, from its compile state in Keras' form; undefined where it cannot be said so. */
export function writeTrainingConfig(model: Model, compiled: Entry): Entry | undefined {
  const { optimizer } = model;
  if (optimizer === undefined || !isShared(optimizer)) return undefined;
  const { loss, metrics: measured, loss_weights: weights, weighted_metrics: weighted } = compiled;
  const isKnown = (value: WritableJson, known: ReadonlySet<unknown>): boolean =>
    Array.isArray(value) ? value.every((item) => known.has(item)) : known.has(value);
  if (weights !== null || weighted !== null || !isKnown(loss, losses)) return undefined;
  if (measured !== null && !(Array.isArray(measured) && isKnown(measured, metrics))) return undefined;
  const config = optimizer.getConfig();
  const options =
    optimizer.className === Adam.className
      ? { beta1: Number(config['beta1']), beta2: Number(config['beta2']), epsilon: Number(config['epsilon']) }
      : {};
  return {
    loss,
    metrics: measured ?? [],
    optimizer_config: {
      class_name: optimizer.className,
      config: { learningRate: optimizer.learningRate, ...options },
    },
  };
}

/** Whether TensorFlow.js has this optimizer, with these options and the same state. */
function isShared(optimizer: Optimizer): boolean {
  const config = optimizer.getConfig();
  const isPlain =
    typeof config['learningRate'] === 'number' &&
    ['weightDecay', 'clipnorm', 'clipvalue', 'globalClipnorm', 'gradientAccumulationSteps'].every(
      (key) => config[key] === null || config[key] === undefined,
    ) &&
    config['useEma'] !== true;
  const { className } = optimizer;
  return (
    isPlain &&
    ((className === SGD.className && config['momentum'] === 0) ||
      (className === Adam.className && config['amsgrad'] !== true))
  );
}

/** The optimizer's variables as a file lists them: in TensorFlow.js' order where it has this optimizer, else in Keras'. */
export function writtenState(optimizer: Optimizer): Weight[] {
  if (!isShared(optimizer)) return optimizer.variables;
  const [iteration, , ...slots] = optimizer.variables;
  const every = (offset: number): Weight[] => slots.filter((_, i) => i % 2 === offset);
  return [iteration!, ...every(0), ...every(1)];
}

/** The values of a file in Keras' order; undefined where they are those of another library's optimizer. */
export function stateInKerasOrder(
  optimizer: Optimizer,
  values: readonly AnyHostTensor[],
  isOwn: boolean,
): AnyHostTensor[] | undefined {
  if (!isShared(optimizer)) return isOwn ? [...values] : undefined;
  const rate = new HostTensor(new Float32Array([optimizer.learningRate]), []);
  const [iteration, ...slots] = values;
  const half = Math.ceil(slots.length / 2);
  const pairs = slots.slice(0, half).flatMap((first, i) => [first, slots[half + i]]);
  return [iteration, rate, ...pairs].filter((value) => value !== undefined);
}

/** Optimizers whose options have other names there. */
const optimizers: Readonly<Record<string, (config: { readonly [key: string]: Json }) => Json>> = {
  RMSProp: ({ decay, ...config }) => ({ class_name: 'RMSprop', config: { ...config, rho: decay ?? 0.9 } }),
  Momentum: ({ useNesterov, ...config }) => ({
    class_name: 'SGD',
    config: { ...config, nesterov: useNesterov === true },
  }),
  Adamax: ({ decay: _decay, ...config }) => ({ class_name: 'Adamax', config }),
};

/** A `trainingConfig` as compile state in Keras' form. */
export function readTrainingConfig(stored: Json | undefined): Json | undefined {
  if (!isRecord(stored)) return undefined;
  const { optimizer_config: optimizer, ...others } = stored;
  const name = isRecord(optimizer) ? optimizer['class_name'] : undefined;
  const config = isRecord(optimizer) ? optimizer['config'] : undefined;
  const isOther = typeof name === 'string' && Object.hasOwn(optimizers, name) && isRecord(config);
  return { ...others, optimizer: isOther ? optimizers[name]!(config) : (optimizer ?? null) };
}
