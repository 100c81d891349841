// Importing any package of ours registers nothing with tfjs and leaves no trace in the process: composition is explicit.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';

const root = fileURLToPath(new URL('../../../packages', import.meta.url));
const packages = readdirSync(root)
  .filter((folder) => existsSync(join(root, folder, 'src/index.ts')))
  .map((folder) => (['lamella', 'create-lamella-plugin'].includes(folder) ? folder : `@lamella/${folder}`));

const builtIns = { Object, Array, Function, Promise, Math, Date, JSON, String, Number, Map, Set };

/** All that an import could change for others. */
function traces(): Record<string, unknown> {
  const engine = tf.engine();
  const keysOf = (value: object): string[] => Reflect.ownKeys(value).map(String).sort();
  return {
    globals: keysOf(globalThis),
    builtIns: Object.entries(builtIns).map(([name, value]) => [
      name,
      keysOf(value),
      keysOf((value as { prototype?: object }).prototype ?? {}),
    ]),
    tensorMethods: keysOf(tf.Tensor.prototype),
    mathRandom: Math.random,
    now: Date.now,
    backends: keysOf(engine.registryFactory),
    currentBackend: engine.backendName,
    kernels: ['cpu', 'wasm', 'tensorflow', 'lamella-capture'].map(
      (backend) => tf.getKernelsForBackend(backend).length,
    ),
    gradients: ['Relu', 'StridedSlice', 'Tile'].map((kernel) => tf.getGradient(kernel)),
    engineMethods: keysOf(engine).filter((key) => typeof engine[key as never] === 'function'),
    variables: keysOf((engine as unknown as { registeredVariables: object }).registeredVariables),
    listeners: process.eventNames().map((name) => [String(name), process.listenerCount(name)]),
  };
}

describe('importing', () => {
  it.each(packages)('%s leaves no trace', async (name) => {
    const before = traces();
    const module = (await import(name)) as object;
    expect(Object.keys(module).length).toBeGreaterThan(0);
    expect(traces()).toEqual(before);
  });

  it('would be seen if it did', () => {
    const before = traces();
    const kernel = { kernelName: 'Imagined', backendName: 'cpu' };
    tf.registerKernel({ ...kernel, kernelFunc: () => [] });
    expect(traces().kernels).not.toEqual(before.kernels);
    tf.unregisterKernel(kernel.kernelName, kernel.backendName);
    Object.defineProperty(globalThis, 'lamellaTrace', { value: 1, configurable: true });
    expect(traces().globals).not.toEqual(before.globals);
    delete (globalThis as { lamellaTrace?: number }).lamellaTrace;
    expect(traces()).toEqual(before);
  });
});
