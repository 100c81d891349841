// A file written in the midst of training holds one moment of it, and one read then counts from one step to the next.
import { describe, expect, it } from '@jest/globals';
import type * as tf from '@tensorflow/tfjs-core';
import { onnx } from '@lamella/backend-onnx';
import { input } from '@lamella/core';
import { dense, initializers } from '@lamella/layers';
import { HostTensor } from '@lamella/program';
import { sgd, type Model } from '@lamella/training';
import type { FileInMemory } from './files/source.js';
import { composed } from './keras-fixtures.spec.js';

const { encodeModel, encodeWeights, loadModel, loadWeights, model } = composed();
const ones = new HostTensor(new Float32Array(8).fill(1), [8, 1]);
const far = new HostTensor(new Float32Array(8).fill(-1000), [8, 1]);

/** Each step takes 1 from its weight, which begins at 0. */
function counting(): Model<tf.Tensor, tf.Tensor> {
  const x = input({ shape: [1] });
  const layer = dense({ units: 1, useBias: false, kernelInitializer: initializers.zeros(), name: 'count' });
  const net = model({ inputs: x, outputs: layer.apply(x), backend: onnx() });
  net.compile({ optimizer: sgd({ learningRate: 1 }), loss: 'mae' });
  return net;
}

async function stateOf(net: Model): Promise<{ steps: number; weight: number }> {
  const steps = (await net.optimizer!.iterations.values()).data[0]!;
  return { steps, weight: (await net.getWeights())[0]!.data[0]! };
}

describe('beside training', () => {
  it.each(['m.keras', 'm.h5', 'm.json', 'm.weights.h5', 'm.weights.json'])('%s', async (name) => {
    const isWhole = !name.includes('weights');
    const encode = isWhole ? encodeModel : encodeWeights;
    const net = counting();
    const files: Promise<FileInMemory>[] = [];
    // Nobody waits for them: they are written while further steps run.
    const write = (): void => void files.push(encode(net, name));
    await net.fit(ones, far, {
      batchSize: 1,
      verbose: 0,
      callbacks: [{ onTrainBatchBegin: write, onTrainBatchEnd: write }],
    });
    const seen = new Set<number>();
    for (const file of await Promise.all(files)) {
      const other = isWhole ? await loadModel(file, { warn: () => undefined }) : counting();
      if (!isWhole) await loadWeights(other, file, { includeOptimizer: true });
      const { steps, weight } = await stateOf(other);
      expect(weight + steps).toBe(0);
      seen.add(steps);
    }
    expect(seen.size).toBeGreaterThan(2);
  });
});
