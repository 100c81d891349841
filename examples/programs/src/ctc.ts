// CTC: a sequence of signals is read as a shorter sequence of symbols, and nobody says which signal belongs to which symbol.
// As in speech: a symbol lasts for a few steps, and there is noise between them.
import {
  adam,
  bidirectional,
  ctc,
  ctcDecode,
  dense,
  input,
  lambda,
  lstm,
  model,
  padSequences,
  sequential,
  setRandomSeed,
} from 'lamella';
import * as tf from '@tensorflow/tfjs-core';
import { randomNumbers } from './random-numbers.js';

const symbols = 4;
const features = 6;
const steps = 20;

/** Signals, and the symbols that are in them, from 1 on: 0 is what CTC calls the blank. */
function recordings(count: number, seed: number): { x: number[][][]; symbols: number[][] } {
  const fixed = randomNumbers(5);
  const sounds = Array.from({ length: symbols }, () =>
    Array.from({ length: features }, () => 2 * fixed.normal()),
  );
  const { below, normal } = randomNumbers(seed);
  const spoken = Array.from({ length: count }, () =>
    Array.from({ length: 2 + below(3) }, () => 1 + below(symbols)),
  );
  const x = spoken.map((sequence) => {
    const heard = sequence.flatMap((symbol) => [
      ...Array.from({ length: 1 + below(2) }, () => 0),
      ...Array.from({ length: 1 + below(3) }, () => symbol),
    ]);
    return Array.from({ length: steps }, (_, step) =>
      Array.from({ length: features }, (_, i) => (sounds[(heard[step] ?? 0) - 1]?.[i] ?? 0) + 0.5 * normal()),
    );
  });
  return { x, symbols: spoken };
}

/** Trains on some recordings; gives the share of others that it reads without a fault. */
export async function ctcReading({ epochs = 12, count = 512 } = {}): Promise<number> {
  setRandomSeed(1);
  const net = sequential([
    input({ shape: [steps, features] }),
    bidirectional({ layer: lstm({ units: 24, returnSequences: true }) }),
    dense({ units: symbols + 1 }),
  ]);
  net.compile({ optimizer: adam({ learningRate: 0.01 }), loss: ctc() });
  const known = recordings(count, 1);
  await net.fit(known.x, padSequences(known.symbols, { padding: 'post' }), { epochs, verbose: 0 });

  // What the trained model says, as symbols, with -1 after the last one.
  const likeliest = lambda((logits: tf.Tensor) => tf.squeeze(ctcDecode(logits, null)[0], [0]));
  const reader = model({ inputs: net.inputs, outputs: likeliest.apply(net.outputs[0]!) });
  const others = recordings(128, 2);
  const read = (await reader.predict(others.x)).array() as number[][];
  const right = read.filter(
    (row, i) => row.filter((symbol) => symbol > 0).join() === others.symbols[i]!.join(),
  );
  return right.length / read.length;
}
