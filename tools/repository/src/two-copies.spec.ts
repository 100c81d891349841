// A plugin that brings copies of its own of program, core and layers, as where an installation could not share them: its layers
// work with those of the application, as built packages. Copies of another plugin API are refused.
import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));
const ours = fileURLToPath(new URL('../out-tsc', import.meta.url));
mkdirSync(ours, { recursive: true });
/** Within the repository, where the application finds its own packages, and all of them tfjs-core. */
const folder = realpathSync(mkdtempSync(join(ours, 'copies-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const plugin = join(folder, 'node_modules/acme');
const copied = ['program', 'core', 'layers'];
for (const name of copied)
  for (const part of ['package.json', 'dist'])
    cpSync(join(root, 'packages', name, part), join(plugin, 'node_modules/@lamella', name, part), {
      recursive: true,
    });
writeFileSync(join(plugin, 'package.json'), '{ "name": "acme", "type": "module", "exports": "./index.mjs" }');
writeFileSync(
  join(plugin, 'index.mjs'),
  `import { definePlugin, input, Layer, randomSeed, uniqueName } from '@lamella/core';
   import { dense, initializers } from '@lamella/layers';
   import * as tf from '@tensorflow/tfjs-core';

   /** A weight of its own, a layer of its own copy, and random numbers in training. */
   export class Mixed extends Layer {
     static className = 'acme>Mixed';
     constructor(options = {}) {
       super(options);
       this.inner = this.addLayer('inner', dense({ units: 3, name: 'inner' }));
     }
     build(shape) {
       this.scale = this.addWeight({ name: 'scale', shape: [shape.at(-1)], initializer: initializers.ones() });
     }
     call(x, context) {
       return tf.tanh(this.inner.apply(tf.mul(x, this.scale.read())));
     }
   }
   export const acme = definePlugin({ name: 'acme', classes: { layers: [Mixed] } });
   export { input, randomSeed, uniqueName };
  `,
);
writeFileSync(
  join(folder, 'application.mjs'),
  `import * as core from '@lamella/core';
   import { cpu } from '@lamella/backend-cpu';
   import { onnx } from '@lamella/backend-onnx';
   import { io } from '@lamella/io';
   import { dense, layers } from '@lamella/layers';
   import { training } from '@lamella/training';
   import * as theirs from 'acme';

   const x = new core.HostTensor(Float32Array.from({ length: 12 }, (_, i) => Math.sin(i)), [4, 3]);
   const y = new core.HostTensor(Float32Array.of(0, 1, 0.5, 1), [4, 1]);
   const results = [];
   for (const backend of [cpu(), onnx()]) {
     core.setRandomSeed(7);
     core.clearNames();
     const { model, encodeModel, loadModel } = core.compose({ backend, plugins: [layers, training, io, theirs.acme] });
     // An input of their copy, a layer of theirs between two of ours.
     const start = theirs.input({ shape: [3], name: 'x' });
     const values = new theirs.Mixed().apply(dense({ units: 3 }).apply(start));
     const net = model({ inputs: start, outputs: dense({ units: 1 }).apply(values) });
     net.compile({ optimizer: 'adam', loss: 'mse' });
     const { history } = await net.fit(x, y, { epochs: 3, verbose: 0 });
     const predicted = await net.predict(x);
     const again = await loadModel(await encodeModel(net, 'net.keras'));
     results.push({
       losses: history.loss,
       predicted: [...predicted.data],
       again: [...(await again.predict(x)).data],
       weights: net.weights.map(({ name }) => name),
     });
   }
   const names = [core.uniqueName('thing'), theirs.uniqueName('thing')];
   console.log(JSON.stringify({ isAnother: theirs.input !== core.input, seed: theirs.randomSeed(), names, results }));
  `,
);

interface Said {
  readonly isAnother: boolean;
  readonly seed: number;
  readonly names: readonly string[];
  readonly results: readonly {
    readonly losses: readonly number[];
    readonly predicted: readonly number[];
    readonly again: readonly number[];
    readonly weights: readonly string[];
  }[];
}

const application = async (): Promise<Said> => {
  const { stdout, stderr } = await run(process.execPath, [join(folder, 'application.mjs')], { cwd: folder });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Said;
};

describe('two copies of packages', () => {
  it('work together in one model as one does: it trains, predicts, and comes back from a file', async () => {
    const { isAnother, ...said } = await application();
    expect(isAnother).toBe(true);
    expect(said).toMatchObject({ seed: 7, names: ['thing', 'thing_1'] });
    for (const { losses, predicted, again, weights } of said.results) {
      expect(losses[2]).toBeLessThan(losses[0]!);
      expect(again).toEqual(predicted);
      expect(weights).toHaveLength(7);
    }
    renameSync(join(plugin, 'node_modules'), join(plugin, 'copies'));
    try {
      expect(await application()).toEqual({ isAnother: false, ...said });
    } finally {
      renameSync(join(plugin, 'copies'), join(plugin, 'node_modules'));
    }
  });

  it('of another plugin API are refused, by versions and places', async () => {
    const bundle = join(plugin, 'node_modules/@lamella/program/dist/node/index.js');
    writeFileSync(bundle, readFileSync(bundle, 'utf8').replace(/\bpluginApi = 1\b/, 'pluginApi = 2'));
    await expect(application()).rejects.toThrow(
      /\[PLUGIN_INVALID\] Plugin "acme": it is written for plugin API 2, and this @lamella\/core has plugin API 1 \(made with @lamella\/core \S+ at node_modules\/acme\/\S+, plugin API 2; in use is @lamella\/core \S+ at \S+, plugin API 1\)\.\nFix: install a newer @lamella\/core/,
    );
  });
});
