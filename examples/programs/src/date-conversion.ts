// Date conversion: "Mar 3, 2024" or "3.3.2024" becomes "2024-03-03". One LSTM reads, another one writes character by
// character, and attention tells it where to look for the next one.
import type * as tf from '@tensorflow/tfjs-core';
import {
  adam,
  attention,
  concatenate,
  dense,
  embedding,
  input,
  lstm,
  model,
  setRandomSeed,
  type Functional,
} from 'lamella';
import { CharacterTable } from './character-table.js';
import { randomNumbers } from './random-numbers.js';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const formats: readonly ((year: number, month: number, day: number) => string)[] = [
  (year, month, day) => `${months[month - 1]} ${day}, ${year}`,
  (year, month, day) => `${day} ${months[month - 1]} ${year}`,
  (year, month, day) => `${day}.${month}.${year}`,
];
const table = new CharacterTable(`${months.join('')}0123456789.,-`);
const [givenLength, isoLength] = [12, 10];

const two = (value: number): string => String(value).padStart(2, '0');

/** Dates as people write them, and as ISO 8601 has them. */
function dates(count: number, seed: number): { given: string; iso: string }[] {
  const { below } = randomNumbers(seed);
  return Array.from({ length: count }, () => {
    const [year, month, day] = [2020 + below(10), 1 + below(12), 1 + below(28)];
    return {
      given: formats[below(formats.length)]!(year, month, day),
      iso: `${year}-${two(month)}-${two(day)}`,
    };
  });
}

/** From what is given, and what has been written of the answer, to each next character of it. */
function converter(units: number): Functional<[tf.Tensor, tf.Tensor], tf.Tensor> {
  const [given, written] = [
    input({ shape: [givenLength], dtype: 'int32', name: 'given' }),
    input({ shape: [isoLength], dtype: 'int32', name: 'written' }),
  ];
  const characters = (): ReturnType<typeof embedding> => embedding({ inputDim: table.size, outputDim: 16 });
  const [read, h, c] = lstm({ units, returnSequences: true, returnState: true }).apply(
    characters().apply(given),
  );
  const told = lstm({ units, returnSequences: true }).apply(characters().apply(written), {
    initialState: [h, c],
  });
  const seen = attention().apply([told, read]);
  const hidden = dense({ units, activation: 'tanh' }).apply(concatenate().apply([told, seen]));
  const outputs = dense({ units: table.size, activation: 'softmax' }).apply(hidden);
  return model({ inputs: [given, written], outputs, name: 'date_conversion' });
}

/** Trains on some dates; gives the share of others that come out right, and the converter. */
export async function dateConversion({ epochs = 10, count = 1500, units = 64 } = {}): Promise<{
  right: number;
  convert: (given: string) => Promise<string>;
}> {
  setRandomSeed(1);
  const net = converter(units);
  net.compile({ optimizer: adam({ learningRate: 0.01 }), loss: 'sparse_categorical_crossentropy' });
  const known = dates(count, 1);
  const given = known.map((date) => table.encode(date.given, givenLength));
  const iso = known.map((date) => table.encode(date.iso));
  // What has been written is the answer up to the character before.
  const written = iso.map((numbers) => [0, ...numbers.slice(0, -1)]);
  await net.fit([given, written], iso, { epochs, verbose: 0 });

  const convertAll = async (texts: readonly string[]): Promise<string[]> => {
    const asked = texts.map((text) => table.encode(text, givenLength));
    let answers = texts.map(() => '');
    for (let place = 0; place < isoLength; place++) {
      const before = answers.map((answer) => table.encode(` ${answer}`, isoLength));
      const probabilities = (await net.predict([asked, before])).array() as number[][][];
      answers = answers.map((answer, i) => answer + table.mostProbable([probabilities[i]![place]!]));
    }
    return answers;
  };
  const others = dates(64, 2);
  const answers = await convertAll(others.map((date) => date.given));
  return {
    right: others.filter((date, i) => answers[i] === date.iso).length / others.length,
    convert: async (text) => (await convertAll([text]))[0]!,
  };
}
