// Activations as options of layers: Keras' identifier, a function of tfjs-core calls, or a layer such as LeakyReLU.
import type * as tf from '@tensorflow/tfjs-core';
import {
  Catalog,
  isLayer,
  lookUp,
  namesInUse,
  optionInvalid,
  snakeCase,
  type CallContext,
  type ConfigValue,
  type Layer,
} from '@lamella/core';
import { floatTensor } from '../options/single-input.js';
import { glu, logSoftmax, softmax, sparsemax } from './along-axis.js';
import * as rectified from './rectified.js';
import * as smooth from './smooth.js';

/** A function of one tensor in tfjs-core calls. */
export type ActivationFunction = (x: tf.Tensor) => tf.Tensor;

// `threshold` has no defaults in Keras and so means nothing as a string.
const { threshold: _threshold, ...bent } = rectified;
const functions = { ...bent, ...smooth, softmax, logSoftmax, sparsemax, glu };
const byIdentifier: ReadonlyMap<string, ActivationFunction> = new Map<string, ActivationFunction>(
  Object.entries(functions).map(([name, fn]) => [snakeCase(name), fn as ActivationFunction]),
);

/** Keras' identifiers of activations. */
export type ActivationIdentifier =
  | 'linear'
  | 'relu'
  | 'relu6'
  | 'leaky_relu'
  | 'elu'
  | 'celu'
  | 'selu'
  | 'gelu'
  | 'silu'
  | 'swish'
  | 'mish'
  | 'sigmoid'
  | 'log_sigmoid'
  | 'hard_sigmoid'
  | 'hard_silu'
  | 'hard_swish'
  | 'tanh'
  | 'hard_tanh'
  | 'tanh_shrink'
  | 'softmax'
  | 'log_softmax'
  | 'sparsemax'
  | 'softplus'
  | 'softsign'
  | 'squareplus'
  | 'exponential'
  | 'hard_shrink'
  | 'soft_shrink'
  | 'sparse_plus'
  | 'sparse_sigmoid'
  | 'glu';

/** What a layer's `activation` may be; null and nothing mean `linear`. Files can hold all but functions without a name. */
export type ActivationOption = ActivationIdentifier | (string & {}) | ActivationFunction | Layer | null;

/** An activation ready to be called. */
export interface Activation {
  /** How it stands in a config: Keras' identifier where it has one. */
  readonly config: ConfigValue;
  /** Whether its output surely has the shape of its input. */
  readonly keepsShape: boolean;
  /** The layer, where it is one. */
  readonly layer: Layer | null;
  apply(x: tf.Tensor, context: CallContext): tf.Tensor;
}

/** The names of all activations that can be given as strings. */
export function activationIdentifiers(): string[] {
  return [...byIdentifier.keys()];
}

/** What an {@link ActivationOption} means. Throws: IDENTIFIER_UNKNOWN, OPTION_INVALID. */
export function activationOf(subject: string, given: unknown): Activation {
  const value = given === null ? 'linear' : given;
  if (isLayer(value)) return ofLayer(value);
  if (typeof value === 'string') return ofFunction(byIdentifier.get(value) ?? functionOfName(subject, value));
  if (typeof value !== 'function')
    throw optionInvalid(subject, 'activation', 'an identifier, a function or a layer', value);
  return ofFunction(value as ActivationFunction);
}

/** What the composition in use knows. Throws: IDENTIFIER_UNKNOWN. */
function functionOfName(subject: string, name: string): ActivationFunction {
  const place = { subject, own: new Catalog(), catalog: namesInUse(), others: activationIdentifiers() };
  return lookUp('activations', name, place) as unknown as ActivationFunction;
}

function ofFunction(fn: ActivationFunction): Activation {
  // Of one with two names, Keras writes the one that tells what it is: silu.
  const name = [...byIdentifier].find(([known, other]) => other === fn && !known.endsWith('swish'))?.[0];
  return {
    config: name ?? (fn as unknown as ConfigValue),
    keepsShape: name !== undefined && name !== 'glu',
    layer: null,
    // Keras' functions compute in floats; what a user's own does with integers is its own affair.
    apply: (x) => fn(name === undefined || name === 'linear' ? x : floatTensor(x)),
  };
}

function ofLayer(layer: Layer): Activation {
  return {
    config: layer,
    keepsShape: false,
    layer,
    apply: (x, context) => layer.invoke(x, context).outputs as tf.Tensor,
  };
}
