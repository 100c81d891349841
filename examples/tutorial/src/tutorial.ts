// Puts Lamella together out of its packages, loads the data, and runs the five parts one after the other.
import type * as tf from '@tensorflow/tfjs-core';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cpu } from '@lamella/backend-cpu';
import { onnx } from '@lamella/backend-onnx';
import { compose, setRandomSeed } from '@lamella/core';
import { io, type IoApi } from '@lamella/io';
import { lambdas } from '@lamella/lambda';
import { layers } from '@lamella/layers';
import { training, type Model, type TrainingApi } from '@lamella/training';
import { plainNetwork } from './1-plain-network.js';
import { lambdaNetwork } from './2-lambda.js';
import { twoTensorNetwork } from './3-two-tensors.js';
import { samplingNetwork } from './4-sampling.js';
import { saving } from './5-saving.js';
import { loadData, type Data } from './data.js';
import { addBoth, addTwo, sampling } from './functions.js';
import type { Options } from './options.js';

/** What each part works with: the functions of the composition, the data, and where to put what. */
export interface Tutorial extends Data, TrainingApi, IoApi {
  readonly epochs: number;
  /** A composition of a program that knows none of the tutorial's functions. */
  readonly withoutFunctions: IoApi;
  /** The path of a file in the folder for saved models. */
  file(name: string): string;
  /** Prints whether something holds. */
  check(what: string, isTrue: boolean): void;
}

/** Runs all five parts, and returns how many checks failed. */
export async function runTutorial(options: Options): Promise<number> {
  const { epochs, limit, out } = options;
  let failed = 0;
  mkdirSync(out, { recursive: true });
  setRandomSeed(42);

  const backend = options.backend === 'cpu' ? cpu() : onnx();
  const functions = [addTwo, addBoth, sampling];
  const tutorial: Tutorial = {
    ...compose({ backend, plugins: [layers, lambdas({ functions }), training, io] }),
    ...(await loadData(limit)),
    epochs,
    withoutFunctions: compose({ backend, plugins: [layers, lambdas(), training, io] }),
    file: (name) => join(out, name),
    check(what, isTrue) {
      console.log(`${isTrue ? 'ok    ' : 'FAILED'} ${what}`);
      if (!isTrue) failed++;
    },
  };
  const { xTrain, xTest } = tutorial;
  console.log(
    `MNIST: ${xTrain.shape[0]} rows to train on, ${xTest.shape[0]} to test on. Backend: ${backend.name}.`,
  );

  let sampler!: Model<tf.Tensor, tf.Tensor>;
  for (const [title, part] of [
    ['1. A plain network', plainNetwork],
    ['2. With a Lambda', lambdaNetwork],
    ['3. A Lambda over two tensors', twoTensorNetwork],
    ['4. A Lambda that samples', async () => (sampler = await samplingNetwork(tutorial))],
    ['5. Saving and loading', () => saving(tutorial, sampler)],
  ] as const) {
    console.log(`\n${title}\n`);
    await part(tutorial);
  }
  console.log(failed === 0 ? `\nAll checks passed. The models are in ${out}.` : `\n${failed} checks failed.`);
  return failed;
}
