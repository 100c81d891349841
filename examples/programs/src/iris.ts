// Iris: which of three flowers is it, by four measurements? The plainest program of all: layers in a chain, fit, evaluate, predict.
import { adam, dense, input, normalization, sequential, setRandomSeed } from 'lamella';
import { randomNumbers } from './random-numbers.js';

/** What Fisher measured, in centimetres: mean and deviation of the lengths and widths of sepals and petals. */
const species = {
  setosa: { means: [5.01, 3.43, 1.46, 0.25], deviations: [0.35, 0.38, 0.17, 0.11] },
  versicolor: { means: [5.94, 2.77, 4.26, 1.33], deviations: [0.52, 0.31, 0.47, 0.2] },
  virginica: { means: [6.59, 2.97, 5.55, 2.03], deviations: [0.64, 0.32, 0.55, 0.27] },
};
const names = Object.keys(species);

/** Flowers like those that he measured. */
function flowers(count: number, seed: number): { x: number[][]; y: number[] } {
  const random = randomNumbers(seed);
  const y = Array.from({ length: count }, () => random.below(names.length));
  const x = y.map((label) => {
    const { means, deviations } = Object.values(species)[label]!;
    return means.map((mean, i) => mean + deviations[i]! * random.normal());
  });
  return { x, y };
}

/** Trains on some flowers; gives the accuracy on others, and the name of one. */
export async function iris({ epochs = 20 } = {}): Promise<{ accuracy: number; name: string }> {
  setRandomSeed(1);
  const [known, others] = [flowers(120, 1), flowers(60, 2)];

  const scale = normalization();
  await scale.adapt(known.x);
  const net = sequential([
    input({ shape: [4] }),
    scale,
    dense({ units: 10, activation: 'relu' }),
    dense({ units: 3, activation: 'softmax' }),
  ]);
  net.compile({
    optimizer: adam({ learningRate: 0.02 }),
    loss: 'sparse_categorical_crossentropy',
    metrics: ['accuracy'],
  });
  await net.fit(known.x, known.y, { epochs, batchSize: 16, verbose: 0 });

  const { accuracy } = await net.evaluate(others.x, others.y, { verbose: 0 });
  const { data: probabilities } = await net.predict([[5.1, 3.5, 1.4, 0.2]]);
  return { accuracy: accuracy!, name: names[probabilities.indexOf(Math.max(...probabilities))]! };
}
