// Lambdas through files: by name, by Program, with drift, without a name; whatever the loading process knows of them.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { cpu } from '@lamella/backend-cpu';
import { compose, input, type NamedFunction } from '@lamella/core';
import {
  lambda,
  lambdas,
  namedFunction,
  verifyFunctions,
  type ArgumentKind,
  type LambdaArguments,
  type LambdaOptions,
} from '@lamella/lambda';
import { dense, embedding, layers } from '@lamella/layers';
import { cond, flatten, HostTensor, random, scan, whileLoop } from '@lamella/program';
import { assertClose } from '@lamella/testing';
import { adam, training, type Model } from '@lamella/training';
import { io, type LoadOptions } from '../io.js';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'lamella-lambda-'))));
afterEach(() => rm(folder, { recursive: true }));

function composition(...functions: NamedFunction[]) {
  return compose({ backend: cpu(), plugins: [layers, lambdas({ functions }), training, io] });
}

type AnyFunction = (inputs: never, args: never, context: never) => tf.Tensor;

/** A small compiled model with `fn` in its middle. */
function modelWith(
  fn: AnyFunction,
  options: LambdaOptions<LambdaArguments, tf.Tensor> = {},
): Model<tf.Tensor, tf.Tensor> {
  const x = input({ shape: [3], name: 'x' });
  const hidden = dense({ units: 4, name: 'before' }).apply(x);
  const middle = lambda(fn as never, { name: 'middle', ...options }).apply(hidden);
  const net = composition().model({
    inputs: x,
    outputs: dense({ units: 1, name: 'after' }).apply(middle),
    name: 'net',
  });
  net.compile({ optimizer: adam({ learningRate: 0.01 }), loss: 'mean_squared_error' });
  return net;
}

const rows = [
  [0.1, 0.2, 0.3],
  [1, -1, 0.5],
  [0, 2, -0.5],
  [-1, -2, -3],
  [0.7, 0.7, 0.7],
];
const targets = [[1], [0], [1], [0], [1]];

async function reload(
  net: Model,
  options: LoadOptions = {},
  known: NamedFunction[] = [],
  ending = 'keras',
): Promise<Model> {
  const path = join(folder, `net.${ending}`);
  await composition().saveModel(net, path);
  return composition(...known).loadModel(path, options);
}

async function losses(net: Model): Promise<number[]> {
  const { history } = await net.fit(rows, targets, { epochs: 3, batchSize: 2, verbose: 0 });
  return history['loss']!;
}

const values = async (net: Model): Promise<number[]> => [...flatten(await net.predict(rows))[0]!.data];

const doubled: AnyFunction = (x: tf.Tensor) => tf.mul(x, 2);
const straightThrough = tf.customGrad(((x: tf.Tensor) => ({
  value: tf.round(x),
  gradFunc: (dy: tf.Tensor) => dy,
})) as never);
const reversed = tf.customGrad(((x: tf.Tensor) => ({
  value: tf.clone(x),
  gradFunc: (dy: tf.Tensor) => tf.neg(dy),
})) as never);

/** Units in turn, each on what the one before it gave: [batch, 4] to [batch, 4]. */
const decayed: AnyFunction = (x: tf.Tensor) => {
  const [last, all] = scan(
    (state: tf.Tensor, unit: tf.Tensor) => {
      const next = tf.add(tf.mul(state, 0.5), tf.tanh(unit));
      return [next, next];
    },
    tf.zeros([x.shape[0]!]),
    tf.transpose(x),
  );
  return tf.add(tf.transpose(all), tf.expandDims(last, 1));
};
const halved: AnyFunction = (x: tf.Tensor) =>
  whileLoop(
    (value: tf.Tensor) => tf.greater(tf.max(tf.abs(value)), 1),
    (value) => tf.div(value, 2),
    x,
    { maximumIterations: 6 },
  );
const chosen: AnyFunction = (x: tf.Tensor) =>
  cond(
    tf.greater(tf.mean(x), 0),
    () => tf.relu(x),
    () => tf.neg(x),
  );

const cases: readonly (readonly [string, AnyFunction])[] = [
  ['arithmetic', doubled],
  ['an operation of tfjs itself', tf.softmax as never],
  ['random sampling', (x: tf.Tensor) => tf.add(x, random.normal(x.shape, { stddev: 0.1 }))],
  [
    'a choice by training',
    ((x: tf.Tensor, _: unknown, { training: isTraining }: { training: boolean }) =>
      isTraining ? random.dropout(x, 0.5) : x) as never,
  ],
  ['a straight-through gradient', straightThrough as never],
  ['a reversed gradient', reversed as never],
  ['a scan', decayed],
  ['a loop of as many steps as it takes', halved],
  ['one of two branches', chosen],
  [
    'sizes of the batch',
    (x: tf.Tensor) => tf.reshape(tf.div(tf.reshape(x, [x.shape[0]! * 2, 2]), x.shape[0]!), [-1, 4]),
  ],
];

describe.each(['keras', 'h5'])('a Lambda in a .%s file', (ending) => {
  it.each(cases)(
    'with %s predicts, trains and is saved again the same without its function',
    async (_, fn) => {
      const named = namedFunction('test>middle', fn as never) as never;
      for (const live of [fn, named] as AnyFunction[]) {
        const net = modelWith(live);
        const loaded = await reload(net, {}, [], ending);
        const again = await reload(loaded, {}, [], ending);
        expect(await values(loaded)).toEqual(await values(net));
        const wanted = await losses(net);
        expect(await losses(loaded)).toEqual(wanted);
        expect(await losses(again)).toEqual(wanted);
        expect(await values(loaded)).toEqual(await values(net));
      }
    },
  );
});

describe('loading a Lambda', () => {
  it('keeps its arguments', async () => {
    const scaled = ((x: tf.Tensor, { by }: { by: number }) => tf.mul(x, by)) as never;
    const net = modelWith(scaled, { arguments: { by: 3 } });
    const loaded = await reload(await reload(net));
    expect(await values(loaded)).toEqual(await values(net));
    expect(loaded.getLayer('middle').getConfig()['arguments']).toEqual({ by: 3 });
  });

  it('runs no function of the application; its first use does, where its name is known', async () => {
    let calls = 0;
    const named = namedFunction('test>counted', (x: tf.Tensor) => (calls++, tf.mul(x, 2)));
    const net = modelWith(named as never);
    for (const ending of ['keras', 'h5', 'json']) {
      await values(net);
      const path = join(folder, `net.${ending}`);
      await composition().saveModel(net, path);
      calls = 0;
      const loaded = await composition(named).loadModel(path);
      expect(loaded.getLayer('middle').output).toMatchObject({ shape: [null, 4] });
      expect(calls).toBe(0);
      expect(await values(loaded)).toEqual(await values(net));
      expect(calls).toBeGreaterThan(0);
    }
  });

  const saved = namedFunction('test>scale', (x: tf.Tensor) => tf.mul(x, 2));
  const changed = namedFunction('test>scale', (x: tf.Tensor) => tf.mul(x, 3));

  it('warns at its first use, once, about a function that has drifted, with the difference, and uses it', async () => {
    const net = modelWith(saved as never);
    const warnings: string[] = [];
    const loaded = await reload(net, { warn: (message) => warnings.push(message) }, [changed]);
    expect(warnings).toEqual([]);
    expect(await values(loaded)).not.toEqual(await values(net));
    await losses(loaded);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/\[FUNCTION_DRIFTED\] Lambda "middle": function "test>scale"/);
    expect(warnings[0]).toMatch(/- .*\{2\}[^]*\+ .*\{3\}/);
  });

  it('refuses drift, or runs the saved Program, where asked', async () => {
    const net = modelWith(saved as never);
    const strict = await reload(net, { onDrift: 'error' }, [changed]);
    const drifted = { code: 'FUNCTION_DRIFTED' };
    await expect(strict.predict(rows)).rejects.toMatchObject(drifted);
    await expect(composition().saveModel(strict, join(folder, 'again.keras'))).rejects.toMatchObject(drifted);
    const loaded = await reload(net, { onDrift: 'useSaved' }, [changed]);
    expect(await values(loaded)).toEqual(await values(net));
  });

  it('compares its functions when asked to', async () => {
    const net = modelWith(saved as never);
    const warnings: string[] = [];
    const loaded = await reload(net, { warn: (message) => warnings.push(message) }, [changed]);
    verifyFunctions(loaded);
    verifyFunctions(loaded);
    expect(warnings).toHaveLength(1);
    const strict = await reload(net, { onDrift: 'error' }, [changed]);
    expect(() => verifyFunctions(strict)).toThrow('[FUNCTION_DRIFTED] Lambda "middle"');
    expect(() => verifyFunctions(net)).not.toThrow();
  });

  it('takes no arguments from a file that the registration of its function does not declare', async () => {
    const scale = (x: tf.Tensor, { by }: { by: number }): tf.Tensor => tf.mul(x, by);
    const net = modelWith(namedFunction('test>by', scale) as never, { arguments: { by: 3 } });
    const declaring = (kind: ArgumentKind) => [namedFunction('test>by', scale, { arguments: { by: kind } })];
    expect(await values(await reload(net, {}, declaring('integer')))).toEqual(await values(net));
    await expect(reload(net, {}, declaring('string'))).rejects.toThrow(
      /\[ARGUMENTS_INVALID\] Lambda "middle": argument by: its function declares it as string, got number/,
    );
    const none = namedFunction('test>by', scale, { arguments: {} });
    await expect(reload(net, {}, [none])).rejects.toThrow(/argument by: its function declares none/);
  });

  it('takes the function that the caller gives for the name or for the layer', async () => {
    const net = modelWith(saved as never);
    const quiet = { warn: () => undefined };
    const byName = await reload(net, { functions: { 'test>scale': changed }, ...quiet });
    const byLayer = await reload(net, { functions: { middle: (x: tf.Tensor) => tf.mul(x, 3) }, ...quiet });
    expect(await values(byName)).toEqual(await values(byLayer));
    expect(await values(byName)).not.toEqual(await values(net));
  });

  it('names every function that is missing at once, with near matches', async () => {
    // A function whose work depends on the batch is stored by its name alone.
    const rowwise = namedFunction('test>rowwise', (x: tf.Tensor) =>
      tf.stack(tf.unstack(x).map((row) => tf.neg(row))),
    );
    const net = modelWith(rowwise as never);
    const near = namedFunction('test>rowwide', (x: tf.Tensor) => x);
    const failure = await reload(net, {}, [near]).catch((error: Error) => error.message);
    expect(failure).toMatch(/\[FUNCTION_UNKNOWN\]/);
    expect(failure).toMatch(
      /Lambda "middle" refers to "test>rowwise", and the file holds no captured Program for it \(.*every batch size/,
    );
    expect(failure).toMatch(/Did you mean "test>rowwide"\?/);
    expect(await values(await reload(net, {}, [rowwise as never]))).toEqual(await values(net));
  });
});

describe('saving a Lambda', () => {
  it.each<[string, AnyFunction, string, RegExp]>([
    [
      'a function whose work depends on the batch',
      (x: tf.Tensor) => tf.stack(tf.unstack(x).map((row) => tf.neg(row))),
      'NOT_BATCH_POLYMORPHIC',
      /every batch size.*\n.*or name the function/,
    ],
    [
      'large constants',
      (x: tf.Tensor) =>
        tf.sum(
          tf.mul(
            tf.expandDims(x, 1),
            tf.tensor(
              Float32Array.from({ length: 400_000 }, (_, i) => i),
              [100_000, 4],
            ),
          ),
          1,
        ),
      'CONSTANTS_TOO_LARGE',
      /addWeight/,
    ],
  ])('refuses %s without a name', async (_, fn, code, message) => {
    const failure = await reload(modelWith(fn)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code });
    expect((failure as Error).message).toMatch(message);
    expect((failure as Error).message).toMatch(/Lambda "middle"/);
  });

  const masked: AnyFunction = (x: tf.Tensor, _: unknown, { mask }: { mask: tf.Tensor | null }) =>
    mask === null ? tf.neg(x) : tf.mul(x, tf.expandDims(tf.cast(mask, 'float32'), -1));

  it('takes a function that reads its mask where none comes in', async () => {
    const net = modelWith(masked);
    expect(await values(await reload(net))).toEqual(await values(net));
  });

  it('takes a function that reads a mask that comes in, with the mask as an input of its Programs', async () => {
    const x = input({ shape: [null], dtype: 'int32', name: 'x' });
    const words = embedding({ inputDim: 5, outputDim: 2, maskZero: true }).apply(x);
    const middle = lambda(masked as never, { name: 'middle' }).apply(words);
    const net = composition().model({ inputs: x, outputs: middle });
    const loaded = await reload(net);
    for (const rows of [
      [[1, 0, 2]],
      [
        [3, 0, 0, 4, 1],
        [0, 2, 2, 0, 0],
      ],
    ]) {
      const tokens = new HostTensor(new Int32Array(rows.flat()), [rows.length, rows[0]!.length], 'int32');
      const [expected, got] = [await net.predict(tokens), await loaded.predict(tokens)];
      assertClose(got as HostTensor, expected as HostTensor, 1e-6);
    }
    // Saved again as it is, and called where no mask comes in: everything counts.
    const again = (await reload(loaded)).getLayer('middle');
    const y = input({ shape: [3, 2], name: 'y' });
    const bare = composition().model({ inputs: y, outputs: again.apply(y) });
    const rows = new HostTensor(new Float32Array([1, 2, 3, 4, 5, 6]), [1, 3, 2]);
    assertClose((await bare.predict(rows)) as HostTensor, rows, 0);
  });

  it('finds that a named function reads its mask otherwise than it was saved', async () => {
    const x = input({ shape: [3], dtype: 'int32', name: 'x' });
    const words = embedding({ inputDim: 5, outputDim: 2, maskZero: true }).apply(x);
    const named = namedFunction('test>masked', masked as never);
    const middle = lambda(named, { name: 'middle' }).apply(words);
    const net = composition(named).model({ inputs: x, outputs: middle });
    const other = (fn: AnyFunction): NamedFunction => namedFunction('test>masked', fn as never);
    verifyFunctions(await reload(net, { onDrift: 'error' }, [other(masked)]));
    for (const changed of [
      (t: tf.Tensor) => tf.neg(t),
      (t: tf.Tensor, _: unknown, { mask }: { mask: tf.Tensor }) =>
        tf.add(t, tf.expandDims(tf.cast(mask, 'float32'), -1)),
    ]) {
      const loaded = await reload(net, { onDrift: 'error' }, [other(changed as AnyFunction)]);
      expect(() => verifyFunctions(loaded)).toThrow('[FUNCTION_DRIFTED] Lambda "middle"');
    }
  });

  it.each<{ name: string; masks: unknown; says: string }>([
    { name: 'of no input', masks: [1], says: 'do not take what it is given' },
    { name: 'of more inputs than there are', masks: [0, 1], says: 'do not take what it is given' },
    { name: 'of none', masks: [], says: 'do not take what it is given' },
    { name: 'twice', masks: [0, 0], says: 'told in a way that is malformed' },
    { name: 'below 0', masks: [-1], says: 'told in a way that is malformed' },
    { name: 'that are no list', masks: { 0: 1 }, says: 'told in a way that is malformed' },
  ])('refuses masks $name in a file', async ({ masks, says }) => {
    const x = input({ shape: [3], dtype: 'int32', name: 'x' });
    const words = embedding({ inputDim: 5, outputDim: 2, maskZero: true }).apply(x);
    const middle = lambda(masked as never, { name: 'middle' }).apply(words);
    const { saveModel, loadModel, model } = composition();
    const path = join(folder, 'net.json');
    await saveModel(model({ inputs: x, outputs: middle }), path);
    const text = await readFile(path, 'utf8');
    expect(text).toMatch(/"masks":\s*\[0\]/);
    await writeFile(path, text.replace(/"masks":\s*\[0\]/, `"masks":${JSON.stringify(masks)}`));
    await expect(loadModel(path)).rejects.toThrow(says);
  });

  it('takes matrices of lengths of their own, and sizes that are rounded down', async () => {
    const a = input({ shape: [null, null], name: 'a' });
    const b = input({ shape: [null, 5], name: 'b' });
    const product = lambda(([p, q]: tf.Tensor[]) => tf.matMul(p!, q!), { name: 'product' }).apply([a, b]);
    const half = lambda((x: tf.Tensor) => tf.slice(x, [0, 0, 0], [-1, Math.floor(x.shape[1]! / 2), -1]), {
      name: 'half',
    }).apply(product);
    const net = composition().model({ inputs: [a, b], outputs: half });
    const again = await reload(net);
    for (const [rows, inner] of [
      [4, 3],
      [7, 2],
    ] as const) {
      const given = [tf.ones([2, rows, inner]), tf.ones([2, inner, 5])] as never;
      const [found, wanted] = [await again.predict(given), await net.predict(given)] as HostTensor[];
      expect(found!.array()).toEqual(wanted!.array());
    }
  });
});
