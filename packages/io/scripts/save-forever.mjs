// A process that saves the same model again and again, each time with another number in all of its weights, until it is
// killed: `node save-forever.mjs FILE`. kill-while-saving.mjs and the tests kill it and look at what it left.
import { compose, input } from '@lamella/core';
import { io } from '@lamella/io';
import { dense, layers } from '@lamella/layers';
import { HostTensor } from '@lamella/program';
import { training } from '@lamella/training';

const file = process.argv[2];
const { model, saveModel } = compose({ plugins: [layers, training, io] });
const pixels = input({ shape: [256], name: 'pixels' });
const hidden = dense({ units: 256, name: 'hidden' }).apply(pixels);
const net = model({ inputs: pixels, outputs: dense({ units: 10, name: 'head' }).apply(hidden), name: 'net' });
for (let round = 1; ; round++) {
  for (const weight of net.weights)
    weight.set(new HostTensor(new Float32Array(weight.size).fill(round), weight.shape));
  await saveModel(net, file);
  process.stdout.write(`${round}\n`);
}
