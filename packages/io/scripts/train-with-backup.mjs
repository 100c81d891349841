// A process that trains with BackupAndRestore, dropout and momentum included: `node train-with-backup.mjs FOLDER OUT FREQUENCY
// [DIE_AFTER]`. It writes its last weights to OUT; with DIE_AFTER it kills itself, as `kill -9` would, after so many batches.
// Given `watched` in place of it, it trains longer, with callbacks that have something to remember, whose files stand beside OUT;
// kill-while-saving.mjs kills it from outside.
import { dirname, join } from 'node:path';
import { cpu } from '@lamella/backend-cpu';
import { compose, input, setRandomSeed } from '@lamella/core';
import { backupAndRestore, csvLogger, io, modelCheckpoint } from '@lamella/io';
import { dense, dropout, layers } from '@lamella/layers';
import { HostTensor } from '@lamella/program';
import { adam, earlyStopping, reduceLROnPlateau, training } from '@lamella/training';

const [folder, out, frequency, dieAfter] = process.argv.slice(2);
setRandomSeed(7);
const { model, saveWeights } = compose({ backend: cpu(), plugins: [layers, training, io] });
const x = input({ shape: [4], name: 'x' });
const hidden = dropout({ rate: 0.3, name: 'drop' }).apply(
  dense({ units: 8, activation: 'tanh', name: 'hidden' }).apply(x),
);
const net = model({ inputs: x, outputs: dense({ units: 2, name: 'y' }).apply(hidden), name: 'net' });
net.compile({ optimizer: adam({ learningRate: 0.05 }), loss: 'mse' });
const rows = 20;
const inputs = new HostTensor(
  Float32Array.from({ length: rows * 4 }, (_, i) => Math.sin(i)),
  [rows, 4],
);
const targets = new HostTensor(
  Float32Array.from({ length: rows * 2 }, (_, i) => Math.cos(i)),
  [rows, 2],
);
let batches = 0;
const dying = {
  onTrainBatchEnd() {
    if (++batches === Number(dieAfter)) process.kill(process.pid, 'SIGKILL');
  },
};
const backup = backupAndRestore({
  backupDir: folder,
  saveFreq: frequency === 'epoch' ? 'epoch' : Number(frequency),
});
const isWatched = dieAfter === 'watched';
const watching = isWatched
  ? [
      { onTrainBegin: () => void process.stdout.write('begun\n') },
      reduceLROnPlateau({ monitor: 'loss', factor: 0.9, patience: 1 }),
      earlyStopping({ monitor: 'loss', patience: 12, restoreBestWeights: true }),
      modelCheckpoint({ filepath: join(dirname(out), 'best.keras'), monitor: 'loss', saveBestOnly: true }),
      csvLogger({ filename: join(dirname(out), 'log.csv') }),
    ]
  : [];
const history = await net.fit(inputs, targets, {
  epochs: isWatched ? 20 : 4,
  batchSize: 6,
  verbose: 0,
  callbacks: [backup, dying, ...watching],
});
await saveWeights(net, out);
process.stdout.write(JSON.stringify(history.epoch));
