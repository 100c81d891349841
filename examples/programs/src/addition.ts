// Addition: reads "47+5" character by character and writes "52". One LSTM reads the question into a vector, another one
// writes the answer out of it: a sequence becomes a sequence of another length.
import {
  adam,
  dense,
  embedding,
  input,
  lstm,
  repeatVector,
  sequential,
  setRandomSeed,
  timeDistributed,
} from 'lamella';
import { CharacterTable } from './character-table.js';
import { randomNumbers } from './random-numbers.js';

const table = new CharacterTable('0123456789+');

/** All sums of two numbers of at most so many digits, or as many as are asked for, in an order of chance. */
function sums(digits: number, count: number): { question: string; answer: string }[] {
  const random = randomNumbers(1);
  const limit = 10 ** digits;
  const all = Array.from({ length: limit ** 2 }, (_, i) => i);
  for (let i = all.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all.slice(0, count).map((i) => {
    const [a, b] = [Math.floor(i / limit), i % limit];
    return { question: `${a}+${b}`, answer: String(a + b) };
  });
}

/** Trains on sums of numbers of so many digits; gives the share of answers that are right in every digit, and one of them. */
export async function addition({ digits = 2, count = 5000, epochs = 40, units = 64 } = {}): Promise<{
  right: number;
  answer: (question: string) => Promise<string>;
}> {
  setRandomSeed(1);
  const [questionLength, answerLength] = [2 * digits + 1, digits + 1];
  const net = sequential([
    input({ shape: [questionLength], dtype: 'int32' }),
    embedding({ inputDim: table.size, outputDim: 16 }),
    lstm({ units }),
    repeatVector({ n: answerLength }),
    lstm({ units, returnSequences: true }),
    timeDistributed({ layer: dense({ units: table.size, activation: 'softmax' }) }),
  ]);
  net.compile({
    optimizer: adam({ learningRate: 0.005 }),
    loss: 'sparse_categorical_crossentropy',
    metrics: ['accuracy'],
  });
  const known = sums(digits, count);
  const read = (question: string): number[] => table.encode(question, questionLength);
  await net.fit(
    known.map(({ question }) => read(question)),
    known.map(({ answer }) => table.encode(answer, answerLength)),
    { epochs, batchSize: 32, verbose: 0 },
  );

  const answers = async (questions: readonly string[]): Promise<string[]> => {
    const probabilities = (await net.predict(questions.map(read))).array() as number[][][];
    return probabilities.map((rows) => table.mostProbable(rows));
  };
  const given = await answers(known.map(({ question }) => question));
  return {
    right: known.filter(({ answer }, i) => given[i] === answer).length / known.length,
    answer: async (question) => (await answers([question]))[0]!,
  };
}
