// Time series: a convolution looks at a few steps at once, an LSTM remembers, and together they foretell the next value.
// It teaches windows over a series as a dataset, and comparing with a forecast that needs no learning.
import {
  adam,
  conv1D,
  dense,
  input,
  lstm,
  sequential,
  setRandomSeed,
  timeseriesDatasetFromArray,
} from 'lamella';
import { randomNumbers } from './random-numbers.js';

/** Two waves, of 25 and 60 steps, and noise. */
function series(steps: number): number[] {
  const { normal } = randomNumbers(1);
  return Array.from(
    { length: steps },
    (_, i) => Math.sin((2 * Math.PI * i) / 25) + 0.5 * Math.sin((2 * Math.PI * i) / 60) + 0.05 * normal(),
  );
}

/** Trains on the first four fifths of a series; gives the mean absolute errors on the rest, and of saying "as now". */
export async function timeSeries({ steps = 1000, window = 24, epochs = 8 } = {}): Promise<{
  model: number;
  asNow: number;
}> {
  setRandomSeed(1);
  const values = series(steps);
  const split = Math.floor(0.8 * steps);
  // The target of a window is the value after it.
  const windows = (from: number, to: number) =>
    timeseriesDatasetFromArray(
      values.slice(from, to).map((value) => [value]),
      values.slice(from + window, to),
      { sequenceLength: window },
    );

  const net = sequential([
    input({ shape: [window, 1] }),
    conv1D({ filters: 16, kernelSize: 5, activation: 'relu' }),
    lstm({ units: 16 }),
    dense({ units: 1 }),
  ]);
  net.compile({ optimizer: adam({ learningRate: 0.01 }), loss: 'mse', metrics: ['mae'] });
  await net.fit(windows(0, split), { epochs, verbose: 0 });

  const { mae } = await net.evaluate(windows(split, steps));
  const later = values.slice(split + window);
  const asNow =
    later.reduce((sum, value, i) => sum + Math.abs(value - values[split + window + i - 1]!), 0) /
    later.length;
  return { model: mae!, asNow };
}
