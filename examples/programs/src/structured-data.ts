// Structured data: a table with numbers and words goes in as it is. Each column has a layer that prepares it, and all of
// them are part of the model and of its file: Normalization, StringLookup, HashedCrossing, CategoryEncoding.
import {
  adam,
  categoryEncoding,
  concatenate,
  dense,
  hashedCrossing,
  input,
  model,
  normalization,
  setRandomSeed,
  stringLookup,
} from 'lamella';
import { randomNumbers } from './random-numbers.js';

const jobs = ['baker', 'driver', 'nurse', 'teacher'];
const towns = ['north', 'south', 'west'];

/** A table by columns. Bakers of the north, nurses of the south, and those who work long hours are content. */
function people(count: number, seed: number) {
  const { below, normal } = randomNumbers(seed);
  const rows = Array.from({ length: count }, () => {
    const [job, town] = [jobs[below(jobs.length)]!, towns[below(towns.length)]!];
    const [age, hours] = [40 + 12 * normal(), 35 + 8 * normal()];
    const isContent =
      (job === 'baker' && town === 'north') || (job === 'nurse' && town === 'south') || hours > 42;
    return { age, hours, job, town, isContent };
  });
  return {
    x: {
      age: rows.map(({ age }) => age),
      hours: rows.map(({ hours }) => hours),
      job: rows.map(({ job }) => job),
      town: rows.map(({ town }) => town),
    },
    y: rows.map(({ isContent }) => Number(isContent)),
  };
}

/** Trains on some people; gives the accuracy on others. */
export async function structuredData({ epochs = 12, count = 1024 } = {}): Promise<number> {
  setRandomSeed(1);
  const [known, others] = [people(count, 1), people(256, 2)];

  const numbers = (['age', 'hours'] as const).map((name) => {
    const column = input({ shape: [1], name });
    return { column, scale: normalization({ name: `${name}_scale` }), values: known.x[name] };
  });
  for (const { scale, values } of numbers) await scale.adapt(values.map((value) => [value]));

  const words = (['job', 'town'] as const).map((name) => input({ shape: [1], dtype: 'string', name }));
  const encoded = [stringLookup({ vocabulary: jobs }), stringLookup({ vocabulary: towns })].map((lookup, i) =>
    categoryEncoding({ numTokens: lookup.vocabularySize(), outputMode: 'one_hot' }).apply(
      lookup.apply(words[i]!),
    ),
  );
  // A column for pairs of job and town, which neither of the two can say alone.
  const crossed = hashedCrossing({ numBins: 64, outputMode: 'one_hot' }).apply([words[0]!, words[1]!]);

  const all = concatenate().apply([
    ...numbers.map(({ column, scale }) => scale.apply(column)),
    ...encoded,
    crossed,
  ]);
  const outputs = dense({ units: 1, activation: 'sigmoid' }).apply(
    dense({ units: 16, activation: 'relu' }).apply(all),
  );
  const [age, hours] = numbers.map(({ column }) => column);
  const [job, town] = words;
  const net = model({
    inputs: { age: age!, hours: hours!, job: job!, town: town! },
    outputs,
    name: 'structured_data',
  });
  net.compile({
    optimizer: adam({ learningRate: 0.01 }),
    loss: 'binary_crossentropy',
    metrics: ['accuracy'],
  });
  await net.fit(known.x, known.y, { epochs, verbose: 0 });
  const { accuracy } = await net.evaluate(others.x, others.y);
  return accuracy!;
}
