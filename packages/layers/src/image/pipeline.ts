// Pipeline: layers one after the other as one, for augmentation.
import {
  isLayer,
  Layer,
  option,
  optionInvalid,
  withOptions,
  type CallContext,
  type Config,
  type FileFacts,
} from '@lamella/core';
import type * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { listedSublayers } from '../options/listed-sublayers.js';

const options = {
  /** From the first to the last. */
  layers: option<readonly Layer[]>({
    check: (subject, name, given) => {
      const list: unknown[] = Array.isArray(given) ? given : [];
      if (list.length > 0 && list.every((one) => isLayer(one))) return [...list] as Layer[];
      throw optionInvalid(subject, name, 'a list of layers', given);
    },
  }),
} as const;

/** The options of {@link Pipeline}. */
export type PipelineOptions = OptionsFor<typeof options>;

/**
 * Layers one after the other. Source: keras.layers.Pipeline. Shapes: those of the first layer to those of the last.
 * Throws: OPTION_INVALID.
 *
 * @example
 * const augment = pipeline({ layers: [randomFlip(), randomRotation({ factor: 0.1 })] });
 * augment.apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class Pipeline extends withOptions(Layer, options) {
  static readonly className = 'Pipeline';
  static readonly fileFacts: FileFacts = { takesNameAlone: true };

  override get sublayers(): readonly Layer[] {
    return this.layers;
  }

  override get namedSublayers(): ReadonlyMap<string, Layer> {
    return listedSublayers('layers', this.layers);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(inputs: tf.Tensor, _context: CallContext): tf.Tensor {
    return this.layers.reduce((x, layer) => layer.apply(x) as tf.Tensor, inputs);
  }

  /** Keras' own takes its layers and its name alone. */
  override getConfig(): Config {
    const { name, layers } = super.getConfig();
    return { name, layers } as Config;
  }
}

/** Makes a {@link Pipeline}. */
export function pipeline(given: PipelineOptions): Pipeline {
  return new Pipeline(given);
}
