// What a new user writes first, with the packages that it takes. Without its types it is plain JavaScript too.
import { cpu } from '@lamella/backend-cpu';
import { compose, input } from '@lamella/core';
import { dense, layers } from '@lamella/layers';
import { adam, training } from '@lamella/training';

const { model } = compose({ backend: cpu(), plugins: [layers, training] });
const x = input({ shape: [2] });
const net = model({ inputs: x, outputs: dense({ units: 1 }).apply(x) });
net.compile({ optimizer: adam({ learningRate: 0.1 }), loss: 'mean_squared_error' });
const rows = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
const { history } = await net.fit(rows, [[0], [1], [1], [2]], { epochs: 200, verbose: 0 });
const prediction = await net.predict([[1, 1]]);

const loss: number | undefined = history['loss']?.at(-1);
const sum: number | undefined = prediction.data[0];
if (loss === undefined || sum === undefined || loss > 0.01 || Math.abs(sum - 2) > 0.2)
  throw new Error(`expected 1 + 1 = 2, got ${sum} at a loss of ${loss}`);
console.log(`1 + 1 = ${sum.toFixed(3)}`);
