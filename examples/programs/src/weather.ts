// Weather: from some days of temperature, pressure and wind, hour by hour, to the temperature of the next day. It teaches
// series of several columns, steps that are apart, GRUs, validation, and stopping in time.
import {
  adam,
  dense,
  earlyStopping,
  gru,
  initializers,
  input,
  normalization,
  sequential,
  setRandomSeed,
  timeseriesDatasetFromArray,
} from 'lamella';
import { randomNumbers } from './random-numbers.js';

const day = 24;

/** Hours of weather: the rhythm of the day, and highs and lows that come and go, with warmth a day after them. */
function weather(hours: number): number[][] {
  const { normal } = randomNumbers(1);
  const pressures: number[] = [];
  return Array.from({ length: hours }, (_, hour) => {
    const pressure = 0.99 * (pressures.at(-1) ?? 0) + normal();
    pressures.push(pressure);
    const sun = -4 * Math.cos((2 * Math.PI * hour) / day);
    const warmth = 0.5 * (pressures[hour - day] ?? 0);
    return [10 + sun + warmth + 0.3 * normal(), 1013 + pressure, Math.abs(3 + normal() - 0.2 * pressure)];
  });
}

/** Trains on the first part of some days; gives the mean absolute errors on the last one, in degrees, and of saying "as today". */
export async function jenaWeather({ days = 150, epochs = 8, past = 5 } = {}): Promise<{
  model: number;
  asToday: number;
}> {
  setRandomSeed(1);
  const hours = weather(days * day);
  const temperatures = hours.map(([temperature]) => temperature!);
  const [split, samplingRate, sequenceLength] = [Math.floor(0.8 * hours.length), 3, (past * day) / 3];
  // One step in three hours; the target is a day after the last one.
  const ahead = (sequenceLength - 1) * samplingRate + day;
  const windows = (startIndex: number, endIndex: number) =>
    timeseriesDatasetFromArray(hours.slice(0, -ahead), temperatures.slice(ahead), {
      sequenceLength,
      samplingRate,
      sequenceStride: 3,
      startIndex,
      endIndex: Math.min(endIndex, hours.length - ahead),
    });

  const scale = normalization();
  await scale.adapt(windows(0, split));
  const net = sequential([
    input({ shape: [sequenceLength, 3] }),
    scale,
    gru({ units: 16 }),
    dense({ units: 1, biasInitializer: initializers.constant(10) }),
  ]);
  net.compile({ optimizer: adam({ learningRate: 0.01 }), loss: 'mse', metrics: ['mae'] });
  await net.fit(windows(0, split), {
    epochs,
    validationData: windows(split, hours.length),
    callbacks: [earlyStopping({ monitor: 'val_loss', patience: 3, restoreBestWeights: true })],
    verbose: 0,
  });
  const { mae } = await net.evaluate(windows(split, hours.length));
  const later = temperatures.slice(split + ahead);
  const asToday =
    later.reduce((sum, value, i) => sum + Math.abs(value - temperatures[split + ahead + i - day]!), 0) /
    later.length;
  return { model: mae!, asToday };
}
