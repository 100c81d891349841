// The round trip through each format of @lamella/io that the kit of layers asks for: same config, same values.
import type { Layer, Plugin } from '@lamella/core';
import { isLamellaError } from '@lamella/program';
import type { Model } from '@lamella/training';
import { assertSame } from './assertions.js';
import { know, knownOf } from './known.js';
import { textOf } from './through-config.js';

const files = ['model.keras', 'model.h5', 'model.json'];

/**
 * For each format, what saves and loads a model with `layer` in it and checks the layer's config; undefined where TensorFlow.js,
 * whose JSON it is, computes something else by the same name, and saving says so.
 */
export function throughFiles(
  model: Model,
  layer: Layer,
  { plugins }: { readonly plugins: readonly Plugin[] },
): (() => Promise<Layer | undefined>)[] {
  return files.map((name) => async () => {
    const known = await knownOf(plugins);
    know(known, layer);
    let file;
    try {
      file = await known.encodeModel(model, name);
    } catch (error) {
      if (name === 'model.json' && isLamellaError(error, 'NOT_SERIALIZABLE')) return undefined;
      throw error;
    }
    const again: Layer = await known.loadModel(file);
    const [found] = again.sublayers.filter((one) => one.name === layer.name);
    if (found === undefined) throw new Error(`${name} holds no layer "${layer.name}"`);
    assertSame(found.constructor, layer.constructor, `the class after ${name}`);
    assertSame(textOf(found), textOf(layer), `the config after ${name}`);
    return again;
  });
}
