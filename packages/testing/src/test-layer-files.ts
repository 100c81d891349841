// The round trip through each format of @lamella/io that the kit of layers asks for: same config, same values.
import { compose, type Layer, type Plugin, type SerializableClass } from '@lamella/core';
import { layers } from '@lamella/layers';
import { isLamellaError } from '@lamella/program';
import { training, type Model } from '@lamella/training';
import { assertSame } from './assertions.js';
import { configToText } from './test-layer-config.js';

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
    // One after the other: jest's loader of modules may lose one that two imports ask for at a time.
    const { io } = await import('@lamella/io');
    const others = plugins.filter((plugin) => plugin.name !== layers.name);
    const known = compose({ plugins: [layers, training, io, ...others] });
    const made = layer.constructor as unknown as SerializableClass;
    if (known.catalog.find('layers', made.className) === undefined) known.register('layers', made);
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
    const text = (one: Layer): string => configToText(one.getConfig(), one.label);
    assertSame(text(found), text(layer), `the config after ${name}`);
    return again;
  });
}
