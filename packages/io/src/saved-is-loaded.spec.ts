// Whatever is saved is loaded: models, names and formats drawn at random, from a seed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as tf from '@tensorflow/tfjs-core';
import { cpu } from '@lamella/backend-cpu';
import { compose, input, type Layer, type SymbolicTensor } from '@lamella/core';
import { lambda, lambdas } from '@lamella/lambda';
import { add, batchNormalization, concatenate, dense, dropout, layers, lstm, reshape } from '@lamella/layers';
import { flatten, isLamellaError, type HostTensor } from '@lamella/program';
import { training, type Model } from '@lamella/training';
import { io } from './index.js';

const app = compose({ backend: cpu(), plugins: [layers, lambdas(), training, io] });
const folder = mkdtempSync(join(tmpdir(), 'lamella-saved-'));
const formats = ['net.keras', 'net.h5', 'net.json'] as const;
const weightFormats = ['net.weights.h5', 'net.weights.json', 'net.safetensors', 'net.h5'] as const;

/** What applies a layer of a name to a tensor [batch, 3]. */
type Step = (x: SymbolicTensor, name: string, earlier: readonly SymbolicTensor[]) => SymbolicTensor;

const steps: readonly Step[] = [
  (x, name) => dense({ units: 3, activation: 'tanh', kernelRegularizer: 'l2', name }).apply(x),
  (x, name) => batchNormalization({ name }).apply(x),
  (x, name) => dropout({ rate: 0.5, name }).apply(x),
  (x, name) => lambda((t: tf.Tensor) => tf.mul(tf.sigmoid(t), 2), { name }).apply(x),
  (x, name, earlier) => add({ name }).apply([x, earlier[0]!]),
  (x, name, earlier) =>
    dense({ units: 3, name: `${name} after` }).apply(concatenate({ name }).apply([x, ...earlier])),
  (x, name) =>
    lstm({ units: 3, name }).apply(reshape({ targetShape: [1, 3], name: `${name} before` }).apply(x)),
  (x, name) => {
    const shared = dense({ units: 3, name });
    return shared.apply(shared.apply(x));
  },
  (x, name) => {
    const inner = input({ shape: [3], name: 'inner' });
    const hidden = dense({ units: 3, name }).apply(inner);
    return app.model({ inputs: inner, outputs: hidden, name }).apply(x) as SymbolicTensor;
  },
];

const odd = [
  'a b',
  'a.b',
  '0',
  '__proto__',
  'constructor',
  'a:0',
  'kernel',
  'vars',
  'layers',
  'a\\b',
  '"',
  '.',
];
const texts = fc.oneof(
  fc.constantFrom(...odd),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
  fc.string({ unit: fc.constantFrom('a', '_', '1', '-', '.', '\u00e9', '\u0301', ' ', '\n'), minLength: 1 }),
  fc.integer({ min: 200, max: 3000 }).map((length) => 'x'.repeat(length)),
);
const models = fc.record({
  names: fc.uniqueArray(
    texts.filter((name) => !name.includes('/') && name !== ''),
    { minLength: 1, maxLength: 5 },
  ),
  chosen: fc.array(fc.nat({ max: steps.length - 1 }), { minLength: 5, maxLength: 5 }),
  isTrained: fc.boolean(),
});

function build(names: readonly string[], chosen: readonly number[]): Model {
  const x = input({ shape: [3], name: 'x' });
  const made: SymbolicTensor[] = [x];
  for (const [i, name] of names.entries()) made.push(steps[chosen[i]!]!(made.at(-1)!, name, made));
  return app.model({ inputs: x, outputs: made.at(-1)!, name: 'net', seed: 1 }) as unknown as Model;
}

const rows = [
  [0.5, -1, 2],
  [1, 0.25, -0.5],
];

/** What a model is to others: the names in it, what it predicts, and its loss and weights after another step. */
async function portrait(net: Model): Promise<unknown> {
  const predicted = flatten(await net.predict(rows)).map((one) => [...(one as HostTensor).data]);
  const loss =
    net.compiled !== undefined ? (await net.fit(rows, rows, { epochs: 1, verbose: 0 })).history : null;
  const weights = (await net.getWeights()).map(({ data }) => [...data]);
  return { names: namesIn(net), predicted, loss, weights };
}

/** Whether HDF5 cannot hold the name. */
function isNoText(name: string): boolean {
  return name.includes('\0') || new TextDecoder().decode(new TextEncoder().encode(name)) !== name;
}

function namesIn(layer: Layer): unknown {
  const inner = (layer as unknown as Partial<Model>).layers ?? [];
  return inner.length === 0 ? layer.name : [layer.name, inner.map(namesIn)];
}

describe('what is saved', () => {
  it.each(formats)('is loaded, whatever the model and its names: %s', async (format) => {
    const path = join(folder, format);
    await fc.assert(
      fc.asyncProperty(models, async ({ names, chosen, isTrained }) => {
        const net = build(names, chosen);
        if (isTrained) {
          net.compile({ optimizer: 'adam', loss: 'mse' });
          await net.fit(rows, rows, { epochs: 1, verbose: 0 });
        }
        try {
          await app.saveModel(net, path);
        } catch (error) {
          // Text that HDF5 cannot hold; nothing else.
          expect(isLamellaError(error, 'NOT_SERIALIZABLE')).toBe(true);
          expect(names.some(isNoText)).toBe(true);
          return;
        }
        const again = (await app.loadModel(path)) as Model;
        expect(await portrait(again)).toEqual(await portrait(net));
      }),
      { seed: 14, numRuns: 12 },
    );
  });

  it.each(weightFormats)('as weights is loaded into another such model: %s', async (format) => {
    const path = join(folder, format);
    await fc.assert(
      fc.asyncProperty(models, async ({ names, chosen }) => {
        const [net, other] = [build(names, chosen), build(names, chosen)];
        try {
          await app.saveWeights(net, path, { maxShardSize: 1e-7 });
        } catch (error) {
          expect(isLamellaError(error, 'NOT_SERIALIZABLE')).toBe(true);
          expect(names.some(isNoText)).toBe(true);
          return;
        }
        await app.loadWeights(other, path);
        expect(await portrait(other)).toEqual(await portrait(net));
      }),
      { seed: 14, numRuns: 12 },
    );
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));
});
