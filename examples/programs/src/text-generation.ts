// Text generation: an LSTM reads a few characters and says how probable each one is as the next. Drawn again and again,
// they become a text in the manner of what it has read.
import { adam, dense, embedding, input, lstm, sequential, setRandomSeed } from 'lamella';
import { CharacterTable } from './character-table.js';
import { randomNumbers } from './random-numbers.js';

const sentences = `the wind blows over the hill and down to the sea.
the sea takes the river and the river takes the rain.
the rain falls over the hill and the wind takes the rain to the sea.
over the sea and down the river the wind blows and the rain falls.
`;

/** A number drawn by probabilities; the lower the temperature, the more often the most probable one. */
function draw(probabilities: readonly number[], temperature: number, chance: number): number {
  const weights = probabilities.map((probability) => probability ** (1 / temperature));
  let left = chance * weights.reduce((a, b) => a + b);
  const found = weights.findIndex((weight) => (left -= weight) < 0);
  return Math.max(found, 0);
}

/** Reads a text and writes one of `length` characters; gives it and the share of its words that the first one has. */
export async function textGeneration({
  text = sentences,
  window = 16,
  epochs = 20,
  length = 200,
  temperature = 0.5,
} = {}): Promise<{ written: string; known: number }> {
  setRandomSeed(1);
  const table = new CharacterTable(text);
  const numbers = table.encode(text);
  const places = Array.from({ length: numbers.length - window }, (_, i) => i);

  const net = sequential([
    input({ shape: [window], dtype: 'int32' }),
    embedding({ inputDim: table.size, outputDim: 16 }),
    lstm({ units: 64 }),
    dense({ units: table.size, activation: 'softmax' }),
  ]);
  net.compile({ optimizer: adam({ learningRate: 0.01 }), loss: 'sparse_categorical_crossentropy' });
  await net.fit(
    places.map((i) => numbers.slice(i, i + window)),
    places.map((i) => numbers[i + window]!),
    { epochs, verbose: 0 },
  );

  const { uniform } = randomNumbers(1);
  const written = numbers.slice(0, window);
  while (written.length < window + length) {
    const { data } = await net.predict([written.slice(-window)]);
    written.push(draw([...(data as Float32Array)], temperature, uniform()));
  }
  const words = table.decode(written.slice(window)).split(/\s+/).slice(1, -1);
  const vocabulary = new Set(text.split(/\s+/));
  return {
    written: table.decode(written),
    known: words.filter((word) => vocabulary.has(word)).length / words.length,
  };
}
