// Text classification: strings go in, and a transformer block lets the words of each look at each other before they vote.
// TextVectorization is part of the model, and of its file: who loads it passes texts, not numbers.
import {
  adam,
  add,
  dense,
  globalAveragePooling1D,
  input,
  layerNormalization,
  model,
  multiHeadAttention,
  register,
  setRandomSeed,
  textVectorization,
} from 'lamella';
import { randomNumbers } from './random-numbers.js';
import { TokenAndPosition, tokenAndPosition } from './token-and-position.js';

const fillers = ['a', 'the', 'and', 'then', 'some', 'more', 'of', 'it', 'again'];

/** Texts in which ham comes before eggs, labelled 1, or eggs before ham. Which words there are says nothing. */
function texts(count: number, seed: number): { x: string[]; y: number[] } {
  const { below } = randomNumbers(seed);
  const y = Array.from({ length: count }, () => below(2));
  const x = y.map((label) => {
    const words = Array.from({ length: 4 + below(5) }, () => fillers[below(fillers.length)]!);
    const second = 1 + below(words.length - 1);
    const first = below(second);
    [words[first], words[second]] = label === 1 ? ['ham', 'eggs'] : ['eggs', 'ham'];
    return words.join(' ');
  });
  return { x, y };
}

/** Trains on some texts; gives the accuracy on others, and how probably one has ham first. */
export async function textClassification({ epochs = 8, count = 1024, length = 8, size = 16 } = {}): Promise<{
  accuracy: number;
  hamFirst: number;
}> {
  setRandomSeed(1);
  // Files of the model can name the layer now.
  register('layers', TokenAndPosition);
  const [known, others] = [texts(count, 1), texts(256, 2)];
  const vectorize = textVectorization({ outputSequenceLength: length });
  await vectorize.adapt(known.x);

  const text = input({ shape: [1], dtype: 'string', name: 'text' });
  const words = tokenAndPosition({ vocabulary: vectorize.vocabularySize(), length, size }).apply(
    vectorize.apply(text),
  );
  const seen = multiHeadAttention({ numHeads: 2, keyDim: 8 }).apply(words, { value: words });
  const attended = layerNormalization().apply(add().apply([words, seen]));
  const hidden = dense({ units: size }).apply(dense({ units: 32, activation: 'relu' }).apply(attended));
  const block = layerNormalization().apply(add().apply([attended, hidden]));
  const outputs = dense({ units: 1, activation: 'sigmoid' }).apply(globalAveragePooling1D().apply(block));

  const net = model({ inputs: text, outputs, name: 'text_classification' });
  net.compile({
    optimizer: adam({ learningRate: 0.005 }),
    loss: 'binary_crossentropy',
    metrics: ['accuracy'],
  });
  await net.fit(known.x, known.y, { epochs, verbose: 0 });
  const { accuracy } = await net.evaluate(others.x, others.y);
  const { data } = await net.predict(['the ham and then some eggs']);
  return { accuracy: accuracy!, hamFirst: Number(data[0]) };
}
