// MNIST as the tutorial wants it: rows of 784 numbers from 0 to 1, labels one-hot.
import { mnist, toCategorical, type MnistPart } from '@lamella/datasets';
import { HostTensor } from '@lamella/program';

export interface Data {
  readonly xTrain: HostTensor;
  readonly yTrain: HostTensor;
  readonly xTest: HostTensor;
  readonly yTest: HostTensor;
}

/** The first `limit` rows of both parts. */
export async function loadData(limit: number): Promise<Data> {
  const { train, test } = await mnist.load();
  return {
    xTrain: rows(train, limit),
    yTrain: toCategorical(train.labels.data.subarray(0, limit), 10),
    xTest: rows(test, limit),
    yTest: toCategorical(test.labels.data.subarray(0, limit), 10),
  };
}

function rows({ images }: MnistPart, limit: number): HostTensor {
  const pixels = images.data.subarray(0, 784 * limit);
  return new HostTensor(
    Float32Array.from(pixels, (pixel) => pixel / 255),
    [pixels.length / 784, 784],
  );
}
