// Structured data: a table with numbers and words goes in as it is. A FeatureSpace has a layer for each column and one for pairs
// of them, and all of these are part of the model and of its file.
import { adam, dense, featureSpace, model, setRandomSeed } from 'lamella';
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

  const space = featureSpace({
    features: {
      age: 'float_normalized',
      hours: 'float_normalized',
      job: 'string_categorical',
      town: 'string_categorical',
    },
    // What neither job nor town can say alone.
    crosses: [['job', 'town']],
    crossingDim: 64,
  });
  await space.adapt(known.x);

  const hidden = dense({ units: 16, activation: 'relu' }).apply(space.getEncodedFeatures());
  const net = model({
    inputs: space.getInputs(),
    outputs: dense({ units: 1, activation: 'sigmoid' }).apply(hidden),
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
