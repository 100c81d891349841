// Networks put together at random, computed by backend-cpu and by ONNX Runtime, whose optimizer sees what no single layer shows it.
import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { onnx } from '@lamella/backend-onnx';
import { clearNames, compose, input, setRandomSeed, type SymbolicTensor } from '@lamella/core';
import * as layer from '@lamella/layers';
import { layers } from '@lamella/layers';
import { flatten, HostTensor, type Shape } from '@lamella/program';
import { sgd, training, type Model } from '@lamella/training';
import { assertClose } from './assertions.js';

const { model } = compose({ plugins: [layers, training] });

/** Numbers from 0 up to `n`, the same for the same seed. */
function dice(seed: number): (n: number) => number {
  let state = seed * 2654435761;
  return (n) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) % n;
  };
}

type Step = (x: SymbolicTensor, roll: (n: number) => number) => SymbolicTensor;
const pick = <T>(roll: (n: number) => number, ...of: readonly T[]): T => of[roll(of.length)]!;
const sizes = (x: SymbolicTensor): readonly number[] => x.shape.slice(1, -1) as number[];
const fits = (x: SymbolicTensor, size: number): boolean => sizes(x).every((one) => one >= size);

const steps: readonly Step[] = [
  (x, roll) =>
    layer
      .conv2D({
        filters: pick(roll, 1, 3, 8, 16),
        kernelSize: pick(roll, 1, 3, 5, 7),
        strides: pick(roll, 1, 1, 2),
        padding: 'same',
        activation: pick(roll, 'linear', 'relu', 'tanh', 'sigmoid'),
        useBias: roll(2) === 0,
        biasInitializer: 'random_normal',
      })
      .apply(x),
  (x, roll) =>
    layer
      .depthwiseConv2D({ kernelSize: pick(roll, 3, 5), padding: 'same', strides: pick(roll, 1, 2) })
      .apply(x),
  (x, roll) =>
    layer
      .conv2DTranspose({ filters: 4, kernelSize: pick(roll, 2, 3, 5), strides: pick(roll, 1, 2) })
      .apply(x),
  (x, roll) => layer.separableConv2D({ filters: 4, kernelSize: pick(roll, 3, 5), padding: 'same' }).apply(x),
  (x, roll) =>
    fits(x, 3)
      ? layer
          .maxPooling2D({
            poolSize: pick(roll, 2, 3),
            strides: pick(roll, 1, 2, 3),
            padding: pick(roll, 'same', 'valid'),
          })
          .apply(x)
      : x,
  (x, roll) =>
    fits(x, 3)
      ? layer
          .averagePooling2D({
            poolSize: pick(roll, 2, 3),
            strides: pick(roll, 1, 2),
            padding: pick(roll, 'same', 'valid'),
          })
          .apply(x)
      : x,
  (x, roll) =>
    layer
      .zeroPadding2D({
        padding: pick<layer.ZeroPadding2DOptions['padding']>(
          roll,
          1,
          [0, 2],
          [
            [1, 0],
            [0, 1],
          ],
        ),
      })
      .apply(x),
  (x, roll) =>
    fits(x, 4)
      ? layer
          .cropping2D({
            cropping: pick<layer.Cropping2DOptions['cropping']>(roll, 1, [
              [1, 0],
              [0, 1],
            ]),
          })
          .apply(x)
      : x,
  (x) => (fits(x, 12) ? x : layer.upSampling2D({ size: 2 }).apply(x)),
  (x) =>
    layer
      .batchNormalization({ gammaInitializer: 'random_normal', betaInitializer: 'random_normal' })
      .apply(x),
  (x, roll) =>
    layer
      .activation({
        activation: pick(roll, 'relu', 'relu6', 'leaky_relu', 'elu', 'softmax', 'silu', 'hard_sigmoid'),
      })
      .apply(x),
  (x) => layer.permute({ dims: [2, 1, 3] }).apply(x),
  (x) => layer.add().apply([x, layer.activation({ activation: 'tanh' }).apply(x)]),
  (x) =>
    layer.concatenate().apply([x, layer.conv2D({ filters: 2, kernelSize: 3, padding: 'same' }).apply(x)]),
  (x) => layer.layerNormalization().apply(x),
  (x) => layer.multiply().apply([x, layer.globalAveragePooling2D({ keepdims: true }).apply(x)]),
  (x) => layer.subtract().apply([x, layer.globalMaxPooling2D({ keepdims: true }).apply(x)]),
];

function network(seed: number): { net: Model; names: string[] } {
  clearNames();
  setRandomSeed(seed);
  const roll = dice(seed);
  const image = input({ shape: [pick(roll, 5, 6, 9), pick(roll, 5, 8), pick(roll, 1, 3)] });
  const outputs: SymbolicTensor[] = [];
  let x = image;
  const names: string[] = [];
  for (let depth = 3 + roll(6); depth > 0; depth--) {
    const before = x;
    x = steps[roll(steps.length)]!(x, roll);
    if (x !== before) names.push(x.node.layer.name);
    if (roll(4) === 0) outputs.push(x);
  }
  return { net: model({ inputs: image, outputs: [...outputs, x], seed }), names };
}

function numbers(shape: Shape, seed: number): HostTensor {
  const values = HostTensor.zeros(shape);
  for (let i = 0; i < values.data.length; i++) values.data[i] = Math.sin(i * 1.7 + seed) * 2 - 0.7;
  return values;
}

/** LAMELLA_GRAPHS=300 tries more. */
const count = Number(process.env['LAMELLA_GRAPHS'] ?? 24);

describe('networks put together at random', () => {
  it.each(Array.from({ length: count }, (_, i) => ({ seed: i + 1 })))(
    'compute and learn the same: $seed',
    async ({ seed }) => {
      const results: HostTensor[][] = [];
      let what = '';
      for (const backend of [cpu(), onnx({ smallWork: false })]) {
        const { net, names } = network(seed);
        what = names.join(', ');
        net.moveTo(backend);
        const x = numbers([3, ...(net.inputs[0]!.shape.slice(1) as number[])], seed);
        const outputs = flatten<HostTensor>(await net.predict(x));
        net.compile({ optimizer: sgd({ learningRate: 0.01 }), loss: 'mse' });
        const y = outputs.map(({ shape }) => numbers(shape, seed + 1));
        if (net.trainableWeights.length > 0) await net.trainOnBatch(x, y.length > 1 ? y : y[0]!);
        results.push([...outputs, ...(await net.getWeights())]);
        net.dispose();
      }
      const [expected, actual] = results as [HostTensor[], HostTensor[]];
      expect(actual.length).toBe(expected.length);
      actual.forEach((values, i) => assertClose(values, expected[i]!, 5e-4, `value ${i} of ${what}`));
    },
  );
});
