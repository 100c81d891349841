// Translation: a transformer reads an English sentence and writes a French one, word by word. Its writing half looks at
// what it has written, never ahead, and at what the other half has read.
import type * as tf from '@tensorflow/tfjs-core';
import {
  adam,
  add,
  dense,
  input,
  layerNormalization,
  model,
  multiHeadAttention,
  padSequences,
  register,
  setRandomSeed,
  textVectorization,
  type Functional,
  type SymbolicTensor,
  type TextVectorization,
} from 'lamella';
import { randomNumbers } from './random-numbers.js';
import { TokenAndPosition, tokenAndPosition } from './token-and-position.js';

const nouns = { cat: 'chat', dog: 'chien', bird: 'oiseau', child: 'enfant', king: 'roi' };
const adjectives = { red: 'rouge', sad: 'triste', slow: 'lent', calm: 'calme' };
const verbs = { sees: 'voit', eats: 'mange', hears: 'entend' };
const length = 9;

/** Sentences of a small grammar. In French, the adjective comes after the noun. */
function sentences(count: number, seed: number): { english: string; french: string }[] {
  const { below } = randomNumbers(seed);
  const one = (words: Readonly<Record<string, string>>): [string, string] =>
    Object.entries(words)[below(Object.keys(words).length)]!;
  const thing = (english: string, french: string): [string, string] => {
    const [noun, adjective] = [one(nouns), one(adjectives)];
    return below(2) === 0
      ? [`${english} ${noun[0]}`, `${french} ${noun[1]}`]
      : [`${english} ${adjective[0]} ${noun[0]}`, `${french} ${noun[1]} ${adjective[1]}`];
  };
  return Array.from({ length: count }, () => {
    const [who, does, what] = [thing('the', 'le'), one(verbs), thing('a', 'un')];
    return { english: `${who[0]} ${does[0]} ${what[0]}`, french: `${who[1]} ${does[1]} ${what[1]}` };
  });
}

const attend = (x: SymbolicTensor, value: SymbolicTensor, useCausalMask = false): SymbolicTensor => {
  const seen = multiHeadAttention({ numHeads: 2, keyDim: 16 }).apply(x, { value, useCausalMask });
  return layerNormalization().apply(add().apply([x, seen]));
};
const think = (x: SymbolicTensor, size: number): SymbolicTensor => {
  const hidden = dense({ units: size }).apply(dense({ units: 2 * size, activation: 'relu' }).apply(x));
  return layerNormalization().apply(add().apply([x, hidden]));
};

/** A layer that turns texts into numbers of words, and knows the words of these. */
async function wordsOf(texts: readonly string[]): Promise<TextVectorization> {
  const words = textVectorization({ outputSequenceLength: length });
  await words.adapt(texts);
  return words;
}

/** From an English text, and the French words that have been written, to the probabilities of each next one. */
function translator(
  english: TextVectorization,
  french: TextVectorization,
  size: number,
): Functional<[tf.Tensor, tf.Tensor], tf.Tensor> {
  const [given, written] = [
    input({ shape: [1], dtype: 'string', name: 'given' }),
    input({ shape: [1], dtype: 'string', name: 'written' }),
  ];
  const places = (words: TextVectorization, text: SymbolicTensor): SymbolicTensor =>
    tokenAndPosition({ vocabulary: words.vocabularySize(), length, size }).apply(words.apply(text));
  const asked = places(english, given);
  const read = think(attend(asked, asked), size);
  const told = places(french, written);
  const both = think(attend(attend(told, told, true), read), size);
  const outputs = dense({ units: french.vocabularySize(), activation: 'softmax' }).apply(both);
  return model({ inputs: [given, written], outputs, name: 'translation' });
}

/** Trains on some sentences; gives the share of others that are translated without a fault, and the translator. */
export async function translation({ epochs = 6, count = 1000, size = 32 } = {}): Promise<{
  right: number;
  translate: (english: string) => Promise<string>;
}> {
  setRandomSeed(1);
  register('layers', TokenAndPosition);
  const known = sentences(count, 1);
  const given = known.map(({ english }) => english);
  const english = await wordsOf(given);
  const french = await wordsOf(known.map(({ french }) => `begin ${french} end`));
  const words = french.getVocabulary();

  const net = translator(english, french, size);
  net.compile({ optimizer: adam({ learningRate: 0.005 }), loss: 'sparse_categorical_crossentropy' });
  // At each place it is given the words so far, and has to say the next one.
  const written = known.map(({ french }) => `begin ${french}`);
  const next = known.map(({ french }) => `${french} end`.split(' ').map((word) => words.indexOf(word)));
  const targets = padSequences(next, { maxlen: length, padding: 'post' });
  await net.fit([given, written], targets, { epochs, verbose: 0 });

  const translateAll = async (texts: readonly string[]): Promise<string[]> => {
    const answers = texts.map(() => ['begin']);
    for (let place = 0; place < length - 1; place++) {
      const soFar = answers.map((answer) => answer.join(' '));
      const probabilities = (await net.predict([texts, soFar])).array() as number[][][];
      probabilities.forEach((rows, i) => {
        const row = rows[place]!;
        if (answers[i]!.at(-1) !== 'end') answers[i]!.push(words[row.indexOf(Math.max(...row))]!);
      });
    }
    return answers.map((answer) => answer.filter((word) => word !== 'begin' && word !== 'end').join(' '));
  };
  const others = sentences(64, 2);
  const answers = await translateAll(others.map(({ english }) => english));
  return {
    right: others.filter(({ french }, i) => answers[i] === french).length / others.length,
    translate: async (text) => (await translateAll([text]))[0]!,
  };
}
