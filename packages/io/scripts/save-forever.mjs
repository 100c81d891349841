// A process that saves the same model again and again, each time with another number in all of its weights and as its
// vocabulary, until it is killed: `node save-forever.mjs FILE`. kill-while-saving.mjs and the tests kill it and look at what it left.
import { io } from '@lamella/io';
import { compose } from '@lamella/core';
import { layers } from '@lamella/layers';
import { HostTensor } from '@lamella/program';
import { training } from '@lamella/training';
import { smallModel } from './small-model.mjs';

const file = process.argv[2];
const { model, saveModel, saveWeights } = compose({ plugins: [layers, training, io] });
const { net, lookup } = smallModel(model);
for (let round = 1; ; round++) {
  for (const weight of net.weights)
    weight.set(new HostTensor(new Float32Array(weight.size).fill(round), weight.shape));
  lookup.setVocabulary([String(round)]);
  if (file.includes('weights')) await saveWeights(net, file, { maxShardSize: 2.5e-4 });
  else await saveModel(net, file);
  process.stdout.write(`${round}\n`);
}
