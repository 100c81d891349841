// A text is classified by a transformer: its words look at each other, whatever is between them, and vote.
import { onnx } from '@lamella/backend-onnx';
import { compose, input } from '@lamella/core';
import {
  add,
  dense,
  globalAveragePooling1D,
  layerNormalization,
  layers,
  multiHeadAttention,
} from '@lamella/layers';
import { adam, training } from '@lamella/training';
import { length, texts, vocabulary } from './data.js';
import { tokenAndPosition } from './token-and-position.js';

/** Trains on texts that are made up, and gives the share of others that it classifies rightly. */
export async function classifyTexts({ epochs = 20 } = {}): Promise<number> {
  const { model } = compose({ backend: onnx(), plugins: [layers, training] });
  const size = 16;

  const words = input({ shape: [length], dtype: 'int32', name: 'words' });
  const x = tokenAndPosition({ vocabulary, length, size }).apply(words);
  const seen = multiHeadAttention({ numHeads: 2, keyDim: 8 }).apply(x, { value: x });
  const attended = layerNormalization().apply(add().apply([x, seen]));
  const hidden = dense({ units: 32, activation: 'relu' }).apply(attended);
  const block = layerNormalization().apply(add().apply([attended, dense({ units: size }).apply(hidden)]));
  const outputs = dense({ units: 2, activation: 'softmax' }).apply(globalAveragePooling1D().apply(block));

  const net = model({ inputs: words, outputs, name: 'text_classifier', seed: 1 });
  net.compile({
    optimizer: adam({ learningRate: 0.01 }),
    loss: 'sparse_categorical_crossentropy',
    metrics: ['accuracy'],
  });
  const [known, others] = [texts(1024, 1), texts(256, 2)];
  await net.fit(known.x, known.y, { epochs, batchSize: 32, verbose: 0 });
  const { accuracy } = await net.evaluate(others.x, others.y, { verbose: 0 });
  net.dispose();
  return accuracy!;
}
