// Sequential: a model that is a list of layers, each on the output of the one before.
import type * as tf from '@tensorflow/tfjs-core';
import {
  input,
  type InputLayer,
  inputInvalid,
  isInputLayer,
  isLayer,
  isSymbolicTensor,
  uniqueName,
  type Composition,
  type Config,
  type Layer,
  type SymbolicTensor,
} from '@lamella/core';
import { Functional } from './functional.js';
import type { ModelOptions } from './model.js';

export interface SequentialOptions extends Pick<ModelOptions, 'name' | 'trainable' | 'backend' | 'seed'> {
  /** The first is what input() or inputLayer() returns, or `inputShape` says the shape of one example. */
  readonly layers: SequentialLayers;
  readonly inputShape?: readonly (number | null)[];
}

/** Layers, each on the output of the one before; what input() returns may come first. */
export type SequentialLayers = readonly (Layer | SymbolicTensor)[];

/** The options of a Sequential given as a list, as Keras has it, or as an object. */
export function sequentialOptions(
  given: SequentialLayers | SequentialOptions,
  options: Omit<SequentialOptions, 'layers'> = {},
): SequentialOptions {
  return Array.isArray(given) ? { ...options, layers: given } : (given as SequentialOptions);
}

/** A chain of layers as a model. Source: keras.Sequential. */
export class Sequential extends Functional<tf.Tensor, tf.Tensor> {
  static override readonly className = 'Sequential';
  /** The layers without the input, as Keras lists them. */
  readonly stack: readonly Layer[];

  constructor(options: SequentialOptions, composition?: Composition) {
    const name = options?.name ?? uniqueName('sequential');
    const { inputs, outputs, stack } = chain(`Sequential "${name}"`, options);
    super({ ...options, name, inputs, outputs }, composition);
    this.stack = stack;
  }

  override get label(): string {
    return `Sequential "${this.name}"`;
  }

  override get layers(): readonly Layer[] {
    return this.stack ?? super.layers;
  }

  override get sublayers(): readonly Layer[] {
    return this.layers;
  }

  override getConfig(): Config {
    return { ...super.getConfig(), layers: this.graph.layers };
  }
}

function chain(
  subject: string,
  options: SequentialOptions,
): { inputs: SymbolicTensor; outputs: SymbolicTensor; stack: Layer[] } {
  const given: unknown = (options as Partial<SequentialOptions> | undefined)?.layers;
  if (!Array.isArray(given))
    throw inputInvalid(
      subject,
      'expected a list of layers',
      'pass sequential([input({ shape }), dense(...)])',
    );
  const layers = options.layers.map((layer, i) =>
    i === 0 && isSymbolicTensor(layer) && isInputLayer(layer.node.layer) ? layer.node.layer : layer,
  );
  for (const layer of layers) {
    if (!isLayer(layer))
      throw inputInvalid(
        subject,
        `expected layers, got ${layer === null ? 'null' : typeof layer}`,
        'pass what dense() and the other factories return',
      );
  }
  const [first, ...rest] = layers as Layer[];
  const hasInput = first !== undefined && isInputLayer(first);
  const stack = hasInput ? rest : (layers as Layer[]);
  if (stack.length === 0) throw inputInvalid(subject, 'it has no layers', 'pass at least one layer');
  if (!hasInput && options.inputShape === undefined) {
    throw inputInvalid(
      subject,
      'the shape of its input is not known',
      'put input({ shape }) first, or pass inputShape, without the batch dimension',
    );
  }
  const inputs = hasInput ? (first as InputLayer).tensor : input({ shape: options.inputShape! });
  const outputs = stack.reduce<SymbolicTensor>((tensor, layer) => {
    const output = layer.apply(tensor);
    if (isSymbolicTensor(output)) return output;
    throw inputInvalid(
      subject,
      `${layer.label} gives several tensors`,
      'build such a model with input(), apply() and model()',
    );
  }, inputs);
  return { inputs, outputs, stack };
}
