// Part 5: the two ways of saving that the tutorial shows, the whole model in an `.h5` file and the weights alone.
import type * as tf from '@tensorflow/tfjs-core';
import type { Model } from '@lamella/training';
import { samplingModel } from './4-sampling.js';
import { isIdentical } from './compare.js';
import type { Tutorial } from './tutorial.js';

export async function saving(tutorial: Tutorial, net: Model<tf.Tensor, tf.Tensor>): Promise<void> {
  const { saveModel, loadModel, saveWeights, loadWeights, withoutFunctions } = tutorial;
  const { xTest, check, file } = tutorial;
  const wanted = await net.predict(xTest);

  // Keras loads such a file only where the same version of Python wrote it: `SystemError: unknown opcode`.
  await saveModel(net, file('model.h5'));
  const loaded = await loadModel(file('model.h5'));
  check(
    'model.h5 predicts the same after loading, samples included',
    isIdentical(await loaded.predict(xTest), wanted),
  );
  const stranger = await withoutFunctions.loadModel(file('model.h5'));
  check(
    'model.h5 predicts the same where its function is unknown',
    isIdentical(await stranger.predict(xTest), wanted),
  );

  // The tutorial's way around: the weights alone, into an architecture that the same code makes again.
  await saveWeights(net, file('model_weights.h5'));
  const rebuilt = samplingModel(tutorial);
  await loadWeights(rebuilt, file('model_weights.h5'));
  check(
    'model_weights.h5 fills a model that was built again, which predicts the same',
    isIdentical(await rebuilt.predict(xTest), wanted),
  );
}
