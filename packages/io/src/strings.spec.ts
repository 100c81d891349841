// Strings enter models: files of Keras with vocabularies, their own files, training, data of all kinds, and what is refused.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { exportOnnx } from '@lamella/backend-onnx';
import { input, type SymbolicTensor } from '@lamella/core';
import { unzip } from '@lamella/files';
import {
  concatenate,
  dense,
  discretization,
  embedding,
  globalAveragePooling1D,
  hashedCrossing,
  hashing,
  integerLookup,
  stringLookup,
  textVectorization,
  type StringLookup,
  type TextVectorization,
} from '@lamella/layers';
import { flatten, HostTensor, type AnyHostTensor } from '@lamella/program';
import type { Model } from '@lamella/training';
import { composed, hostTensor, type GoldenTensor } from './keras-fixtures.spec.js';

const folder = new URL('../../../fixtures/keras/preprocessing/', import.meta.url);
const pathOf = (file: string): string => fileURLToPath(new URL(file, folder));
type Golden = { readonly inputs: readonly GoldenTensor[]; readonly output: GoldenTensor };
const goldenOf = (name: string): Golden => JSON.parse(readFileSync(pathOf(`${name}.json`), 'utf8')) as Golden;

function valuesOf(tensor: GoldenTensor): AnyHostTensor {
  if (tensor.dtype !== 'string') return hostTensor(tensor);
  return new HostTensor(tensor.data as readonly string[], tensor.shape, 'string');
}

async function expectAsInKeras(model: Model, { inputs, output }: Golden): Promise<void> {
  const [found] = flatten(await model.predict(inputs.map(valuesOf)));
  expect(found!.shape).toEqual(output.shape);
  // A text without a token has no mean there either.
  found!.data.forEach((value, i) => {
    if (!Number.isNaN(value) || output.data[i] !== 'NaN')
      expect(value).toBeCloseTo(Number(output.data[i]), 5);
  });
}

const texts = ['good film', 'bad film', 'good good', 'bad bad end'];

/** From a row of text to a number. */
async function textModel(): Promise<Model> {
  const { model } = composed();
  const text = input({ shape: [1], dtype: 'string', name: 'text' });
  const split = textVectorization({ outputSequenceLength: 3, name: 'split' });
  await split.adapt(texts);
  const words = embedding({ inputDim: split.vocabularySize(), outputDim: 2, maskZero: true }).apply(
    split.apply(text),
  );
  const score = dense({ units: 1, activation: 'sigmoid' }).apply(globalAveragePooling1D().apply(words));
  return model({ inputs: text, outputs: score, seed: 3 }) as Model;
}

describe('files of Keras with vocabularies', () => {
  it.each(['text', 'tf_idf', 'table', 'tokens', 'columns'])(
    'predict as there, and when saved again: %s',
    async (name) => {
      const { encodeModel, loadModel } = composed();
      const golden = goldenOf(name);
      const net = (await loadModel(pathOf(`${name}.keras`))) as Model;
      await expectAsInKeras(net, golden);
      // TensorFlow.js knows no integer policies.
      const others = ['table', 'columns'].includes(name) ? [] : ['model.json'];
      for (const target of ['again.keras', 'again.h5', ...others]) {
        const again = (await composed().loadModel(await encodeModel(net, target))) as Model;
        await expectAsInKeras(again, golden);
      }
    },
  );

  it('are written with the members that Keras writes', async () => {
    for (const name of ['text', 'tf_idf', 'tokens']) {
      const { encodeModel, loadModel } = composed();
      const net = (await loadModel(pathOf(`${name}.keras`))) as Model;
      const { bytes } = (await encodeModel(net, 'again.keras')) as { bytes: Uint8Array };
      const [written, theirs] = [unzip(bytes, 'again'), unzip(readFileSync(pathOf(`${name}.keras`)), name)];
      expect([...written.keys()].sort()).toEqual([...theirs.keys()].sort());
      for (const [path, content] of theirs)
        if (path.startsWith('assets')) expect(Buffer.from(written.get(path)!)).toEqual(Buffer.from(content));
    }
  });
});

describe('A model of texts', () => {
  it('trains, evaluates and predicts from arrays, datasets and streams, and comes back from its file', async () => {
    const net = await textModel();
    net.compile({ optimizer: 'adam', loss: 'binary_crossentropy' });
    const targets = [[1], [0], [1], [0]];
    const { history } = await net.fit(texts, targets, {
      epochs: 2,
      batchSize: 2,
      verbose: 0,
      validationSplit: 0.5,
    });
    expect(history['loss']!.every(Number.isFinite)).toBe(true);
    const rows = texts.map((text, i) => ({
      x: HostTensor.fromArray([text]),
      y: HostTensor.fromArray(targets[i]!),
    }));
    const dataset = { length: 4, get: (i: number) => rows[i]! };
    const batch = { x: HostTensor.stack(rows.map(({ x }) => x)), y: HostTensor.fromArray(targets) };
    const stream = { [Symbol.iterator]: () => [batch].values() };
    await net.fit(dataset, { batchSize: 2, verbose: 0 });
    const losses = [
      await net.evaluate(texts, targets),
      await net.evaluate(dataset),
      await net.evaluate(stream),
    ];
    for (const { loss } of losses) expect(loss).toBeCloseTo(losses[0]!['loss']!, 5);
    const whole = flatten(await net.predict(texts, { batchSize: 3 }))[0]!;
    const one = flatten(await net.predictOnBatch(HostTensor.fromArray([['good film']])))[0]!;
    expect(one.data[0]).toBeCloseTo(whole.data[0]!, 6);
    const { encodeModel, loadModel } = composed();
    const again = (await loadModel(await encodeModel(net, 'net.keras'))) as Model;
    expect(flatten(await again.predict(texts))[0]!.array()).toEqual(whole.array());
    expect((again.getLayer('split') as TextVectorization).getVocabulary()).toEqual(
      (net.getLayer('split') as TextVectorization).getVocabulary(),
    );
  });

  it('may be made of another one, give strings, and follow a vocabulary that is adapted later', async () => {
    const { model } = composed();
    const words = input({ shape: [2], dtype: 'string', name: 'words' });
    const lookup = stringLookup({ name: 'lookup' });
    const inner = model({ inputs: words, outputs: lookup.apply(words), name: 'inner' });
    const outer = input({ shape: [2], dtype: 'string', name: 'outer' });
    const numbers = inner.apply(outer) as SymbolicTensor;
    await lookup.adapt([['a', 'b']]);
    const back = stringLookup({ invert: true, vocabulary: ['x', 'y'] }).apply(numbers);
    const net = model({ inputs: outer, outputs: { numbers, back } });
    const given = [
      ['a', 'b'],
      ['b', 'c'],
    ];
    const first = await net.predict(given);
    expect([first.numbers.array(), first.back.array()]).toEqual([
      [
        [2, 1],
        [1, 0],
      ],
      [
        ['y', 'x'],
        ['x', '[UNK]'],
      ],
    ]);
    await lookup.adapt([['c', 'b']]);
    expect((await net.predict(given, { batchSize: 1 })).numbers.array()).toEqual([
      [0, 2],
      [2, 1],
    ]);
  });

  it('takes 64-bit numbers where the host looks at them', async () => {
    const { model } = composed();
    const id = input({ shape: [1], dtype: 'int64', name: 'id' });
    const bins = input({ shape: [1], name: 'size' });
    const big = 2n ** 62n;
    const lookup = integerLookup({ maxTokens: 3 });
    await lookup.adapt(HostTensor.fromArray([[big], [big], [5n]], 'int64'));
    const parts = [
      lookup.apply(id),
      hashing({ numBins: 9 }).apply(id),
      discretization({ binBoundaries: [1] }).apply(bins),
    ];
    const net = model({ inputs: [id, bins], outputs: concatenate().apply(parts) });
    const given = [HostTensor.fromArray([[big], [7n]], 'int64'), HostTensor.fromArray([[0], [2]])];
    const rows = (await net.predict(given)).array() as number[][];
    expect(rows.map((row) => [row[0], row[2]])).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  const word = (): SymbolicTensor => input({ shape: [1], dtype: 'string', name: 'word' });
  const number = (): SymbolicTensor => input({ shape: [1], name: 'number' });
  it.each<{ name: string; run: () => unknown; says: string }>([
    {
      name: 'numbers for strings',
      run: async () => (await textModel()).predict([[1]]),
      says: '[DATA_INVALID] Model "functional": expected strings for input "text", got float32',
    },
    {
      name: 'strings for numbers',
      run: () => composed().model({ inputs: number(), outputs: dense({ units: 1 }).apply(number()) }),
      says: '[GRAPH_DISCONNECTED]',
    },
    {
      name: 'strings where numbers are computed with',
      run: () => {
        const x = word();
        return composed().model({ inputs: x, outputs: concatenate({ name: 'c' }).apply([x, x]) });
      },
      says: '[HOST_LAYER_MISPLACED] Concatenate "c": it computes with numbers, and its input "word" is of strings',
    },
    {
      name: 'a lookup behind what is compiled',
      run: () => {
        const x = number();
        return composed().model({
          inputs: x,
          outputs: hashing({ numBins: 2, name: 'h' }).apply(dense({ units: 1, name: 'd' }).apply(x)),
        });
      },
      says: '[HOST_LAYER_MISPLACED] Hashing "h": it computes in host memory, before what is compiled, and its input "d" is compiled',
    },
    {
      name: 'texts of several columns',
      run: () => textVectorization({ name: 't' }).apply(input({ shape: [2], dtype: 'string' })),
      says: '[DATA_INVALID] TextVectorization "t": expected texts of shape [batch] or [batch, 1], got [null, 2]',
    },
    {
      name: 'broken Unicode',
      run: async () => (await textModel()).predict(['\ud800']),
      says: '[DATA_INVALID] TextVectorization "split": expected strings of valid Unicode',
    },
    {
      name: 'a vocabulary that is not there yet',
      run: () => stringLookup({ name: 's', outputMode: 'count' }).apply(word()),
      says: '[LAYER_NOT_ADAPTED] StringLookup "s": it does not know its vocabulary yet',
    },
    {
      name: 'a token twice',
      run: () => stringLookup({ name: 's', vocabulary: ['a', 'b', 'a'] }),
      says: '[OPTION_INVALID] StringLookup "s": vocabulary: expected each token once',
    },
    {
      name: 'a reserved token',
      run: () => stringLookup({ name: 's', vocabulary: ['a', ''], maskToken: '' }),
      says: '[OPTION_INVALID] StringLookup "s": vocabulary: expected no reserved token',
    },
    {
      name: 'more tokens than may be',
      run: () => stringLookup({ name: 's', vocabulary: ['a', 'b'], maxTokens: 2 }),
      says: '[OPTION_INVALID] StringLookup "s": vocabulary: expected at most 2 tokens',
    },
    {
      name: 'a path of a vocabulary',
      run: () => stringLookup({ name: 's', vocabulary: 'words.txt' as never }),
      says: '[OPTION_INVALID] StringLookup "s": vocabulary: expected a list of tokens (read a file before)',
    },
    {
      name: 'weights without a vocabulary',
      run: () => stringLookup({ name: 's', idfWeights: [1], outputMode: 'tf_idf' }),
      says: '[OPTION_INVALID] StringLookup "s": idfWeights',
    },
    {
      name: 'another number of rows than before',
      run: async () => {
        const s: StringLookup = stringLookup({ name: 's', outputMode: 'count' });
        s.setVocabulary(['a']);
        s.apply(word());
        await s.adapt([['b', 'c']]);
      },
      says: '[OPTION_INVALID] StringLookup "s": vocabulary: expected 2 tokens',
    },
    {
      name: 'a token that is unknown',
      run: async () => {
        const x = word();
        await composed()
          .model({
            inputs: x,
            outputs: stringLookup({ name: 's', vocabulary: ['a'], numOovIndices: 0 }).apply(x),
          })
          .predict(['b']);
      },
      says: '[TOKEN_UNKNOWN] StringLookup "s": expected tokens of its vocabulary, got "b"',
    },
    {
      name: 'adapting beside a vocabulary',
      run: () => stringLookup({ name: 's', vocabulary: ['a'] }).adapt(['b']),
      says: '[OPTION_INVALID] StringLookup "s": vocabulary',
    },
    {
      name: 'one feature to cross',
      run: () => hashedCrossing({ name: 'c', numBins: 2 }).apply([word()]),
      says: '[INPUT_INVALID] HashedCrossing "c": expected two features or more',
    },
    {
      name: 'floats to cross',
      run: () => hashedCrossing({ name: 'c', numBins: 2 }).apply([word(), number()]),
      says: '[INPUT_INVALID] HashedCrossing "c": expected strings or whole numbers',
    },
    {
      name: 'a mask of another kind',
      run: async () => {
        const x = word();
        await composed()
          .model({ inputs: x, outputs: hashing({ name: 'h', numBins: 2, maskValue: 3 }).apply(x) })
          .predict(['b']);
      },
      says: '[INPUT_INVALID] Hashing "h": its maskValue is 3',
    },
    {
      name: 'an export',
      run: async () => exportOnnx(await textModel()),
      says: '[HOST_LAYER_MISPLACED] Model "functional": strings are looked up in host memory before it',
    },
  ])('refuses $name', async ({ run, says }) => {
    await expect((async () => run())()).rejects.toThrow(says);
  });
});
