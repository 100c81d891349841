// Sentiment: is a review kind or not? Words become numbers, reviews of any length are filled up to one, and the mask of the
// embedding has the LSTM pass over what was filled.
import {
  adam,
  bidirectional,
  dense,
  embedding,
  input,
  lstm,
  padSequences,
  sequential,
  setRandomSeed,
} from 'lamella';
import { randomNumbers } from './random-numbers.js';

const [kind, unkind] = [
  ['good', 'fine', 'great', 'lovely'],
  ['bad', 'dull', 'awful', 'poor'],
];
const others = ['the', 'film', 'was', 'and', 'so', 'music', 'story', 'very'];
const words = ['', 'not', ...kind!, ...unkind!, ...others];

/** Reviews of one judgement each, which "not" turns round, and 1 for the kind ones. */
function reviews(count: number, seed: number): { x: number[][]; y: number[] } {
  const { below } = randomNumbers(seed);
  const one = (list: readonly string[]): string => list[below(list.length)]!;
  const y = Array.from({ length: count }, () => below(2));
  const x = y.map((label) => {
    const isTurned = below(2) === 1;
    const judgement = one((label === 1) === isTurned ? unkind! : kind!);
    const around = (): string[] => Array.from({ length: below(5) }, () => one(others));
    return [...around(), ...(isTurned ? ['not'] : []), judgement, ...around()].map((word) =>
      words.indexOf(word),
    );
  });
  return { x, y };
}

/** Trains on some reviews; gives the accuracy on others, and how kind a sentence is. */
export async function sentiment({ epochs = 5, count = 1024 } = {}): Promise<{
  accuracy: number;
  kindness: (review: string) => Promise<number>;
}> {
  setRandomSeed(1);
  const net = sequential([
    input({ shape: [null], dtype: 'int32' }),
    embedding({ inputDim: words.length, outputDim: 8, maskZero: true }),
    bidirectional({ layer: lstm({ units: 8 }) }),
    dense({ units: 1, activation: 'sigmoid' }),
  ]);
  net.compile({
    optimizer: adam({ learningRate: 0.02 }),
    loss: 'binary_crossentropy',
    metrics: ['accuracy'],
  });
  const [known, unknown] = [reviews(count, 1), reviews(256, 2)];
  await net.fit(padSequences(known.x), known.y, { epochs, verbose: 0 });
  const { accuracy } = await net.evaluate(padSequences(unknown.x), unknown.y);
  return {
    accuracy: accuracy!,
    kindness: async (review) => {
      const numbers = review.split(' ').map((word) => Math.max(words.indexOf(word), 0));
      return Number((await net.predict(padSequences([numbers]))).data[0]);
    },
  };
}
