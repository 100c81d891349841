// The conformance suite of layers: shapes, configs, gradients, the training flag, sharing, capture, files, errors, memory.
// Works in any runner that has `describe` and `it`. Whether numbers are the right ones, only the cases can say.
import type { Layer } from '@lamella/core';
import type { Model } from '@lamella/training';
import { declareKit, settingsOf, type KitOptions } from './kit.js';
import { layerChecks, type LayerCase } from './test-layer-checks.js';

/** What {@link testLayer} is told beside the cases. */
export interface TestLayerOptions extends KitOptions {
  /** Saves a model, loads it and gives what was loaded. Default: through `.keras`, `.h5` and `model.json` of @lamella/io. */
  readonly reload?: (model: Model) => Promise<Layer>;
  /** The largest difference allowed of gradients against finite differences in float32. Default: 5e-3. */
  readonly gradientTolerance?: number;
}

/**
 * Declares the suite for one layer: `create` makes it from the options of each case.
 *
 * @example
 * import * as tf from '@tensorflow/tfjs-core';
 * import { describe, it } from 'node:test';
 * import { Layer, type Config, type LayerOptions } from '@lamella/core';
 * import { list, testLayer } from '@lamella/testing';
 *
 * class Scale extends Layer {
 *   static readonly className = 'acme>Scale';
 *   readonly factor: number;
 *   constructor(options: LayerOptions & { factor: number }) {
 *     super(options);
 *     this.factor = options.factor;
 *   }
 *   override call(x: tf.Tensor): tf.Tensor {
 *     return tf.mul(x, this.factor);
 *   }
 *   override getConfig(): Config {
 *     return { ...super.getConfig(), factor: this.factor };
 *   }
 * }
 *
 * testLayer(
 *   (options: { factor: number }) => new Scale(options),
 *   [{ name: 'by 3', options: { factor: 3 }, inputs: list([1, -2]), outputs: list([3, -6]) }],
 *   {
 *     runner: { describe, it },
 *     rejects: [
 *       {
 *         name: 'a name with a slash',
 *         run: () => new Scale({ factor: 1, name: 'a/b' }),
 *         code: 'NAME_INVALID',
 *         says: ['"a/b"'],
 *       },
 *     ],
 *   },
 * );
 */
export function testLayer<Options>(
  create: (options: Options) => Layer,
  givenCases: readonly LayerCase<Options>[],
  options: TestLayerOptions = {},
): void {
  const { gradientTolerance = 5e-3, reload } = options;
  const cases = givenCases.map((given) => ({
    name: given.name,
    subject: {
      ...settingsOf(options),
      create: () => create(given.options),
      given,
      gradientTolerance,
      reload,
    },
  }));
  declareKit('testLayer', 'layer', cases, layerChecks, options);
}
