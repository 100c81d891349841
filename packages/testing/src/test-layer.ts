// The conformance suite of layers: shapes, configs, gradients, the training flag, sharing, capture, files, errors, memory.
// Works in any runner that has `describe` and `it`. Whether numbers are the right ones, only the cases can say.
import { cpu } from '@lamella/backend-cpu';
import type { Backend, Layer, Plugin } from '@lamella/core';
import type { Model } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import { assertRejects, assertSame } from './assertions.js';
import { runnerOf, type TestRunner } from './runner.js';
import { layerChecks, type LayerCase } from './test-layer-checks.js';

/** Something that a layer must refuse. */
export interface LayerRejection {
  /** The end of the sentence "it refuses ...". */
  readonly name: string;
  /** Makes, builds, applies or calls a layer in the wrong way. */
  readonly run: () => unknown;
  /** The code of the error. */
  readonly code: string;
  /** What the message must say: the layer's name, values, the fix. */
  readonly says?: readonly string[];
}

/** What {@link testLayer} is told beside the cases. */
export interface TestLayerOptions {
  readonly rejects?: readonly LayerRejection[];
  /** Where the classes in the layer's config come from, beside @lamella/layers. */
  readonly plugins?: readonly Plugin[];
  /** Saves a model, loads it and gives what was loaded. Default: through `.keras`, `.h5` and `model.json` of @lamella/io. */
  readonly reload?: (model: Model) => Promise<Layer>;
  /** Default: backend-cpu. */
  readonly backend?: Backend;
  /** The largest difference allowed of values, relative to 1 + the expected magnitude. Default: 1e-6. */
  readonly tolerance?: number;
  /** The same for gradients against finite differences in float32. Default: 5e-3. */
  readonly gradientTolerance?: number;
  /** Default: the runner's globals, or those of Vitest or node:test where it runs the file. */
  readonly runner?: TestRunner;
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
 *     runner: { describe: (name, body) => void describe(name, body), it: (name, body) => void it(name, body) },
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
  cases: readonly LayerCase<Options>[],
  options: TestLayerOptions = {},
): void {
  const { describe, it } = runnerOf('testLayer', options.runner);
  for (const given of cases) {
    const subject = {
      create: () => create(given.options),
      given,
      backend: options.backend ?? cpu(),
      plugins: options.plugins ?? [],
      tolerance: options.tolerance ?? 1e-6,
      gradientTolerance: options.gradientTolerance ?? 5e-3,
      reload: options.reload,
    };
    describe(`the layer, ${given.name}:`, () => {
      for (const check of layerChecks) {
        if (check.applies?.(subject) ?? true) it(check.name, () => check.run(subject));
      }
    });
  }
  if (options.rejects === undefined) return;
  const { rejects } = options;
  describe('the layer refuses', () => {
    for (const rejection of rejects) it(rejection.name, () => refuses(rejection));
  });
}

async function refuses({ run, code, says = [] }: LayerRejection): Promise<void> {
  const before = tf.memory().numTensors;
  await assertRejects(run, code, ...says);
  assertSame(tf.memory().numTensors, before, 'number of tfjs tensors after the error');
}
