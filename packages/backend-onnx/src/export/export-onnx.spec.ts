import { describe, expect, it } from '@jest/globals';
import type { Model } from '@lamella/training';
import { fillRandom, HostTensor, type StorageDType } from '@lamella/program';
import { assertClose } from '@lamella/testing';
import * as ort from 'onnxruntime-node';
import { exportOnnx } from './export-onnx.js';

interface ExportCase {
  readonly name: string;
  readonly model: Model;
  readonly inputs: (batch: number) => HostTensor[];
}

const path = new URL('../../../../tools/oracle/onnx-models.mjs', import.meta.url).href;
const { kerasFiles, layerCases, ownModels } = (await import(path)) as {
  layerCases(): Iterable<ExportCase>;
  kerasFiles(): AsyncIterable<ExportCase>;
  ownModels(): ExportCase[];
};

/** What ONNX Runtime computes, with the random numbers that predict() draws. */
async function run(
  session: ort.InferenceSession,
  model: Model,
  inputs: readonly HostTensor[],
): Promise<HostTensor[]> {
  const feeds: Record<string, ort.Tensor> = {};
  model.inputs.forEach(({ name }, i) => {
    const { dtype, data, shape } = inputs[i]!;
    feeds[name] = new ort.Tensor(dtype, data as Float32Array, shape);
  });
  for (const {
    name,
    shape,
  } of session.inputMetadata as readonly ort.InferenceSession.TensorValueMetadata[]) {
    if (name in feeds) continue;
    const sized = shape.map((size) => (size === 'batch' ? inputs[0]!.shape[0]! : Number(size)));
    const numbers = HostTensor.zeros(sized);
    fillRandom({ distribution: 'normal', stream: name }, { seed: model.seed, step: 0 }, numbers.data);
    feeds[name] = new ort.Tensor('float32', numbers.data as Float32Array, sized);
  }
  const results = await session.run(feeds);
  return session.outputNames.map((name) => {
    const { data, dims, type } = results[name]!;
    return new HostTensor(data as Float32Array, dims, type as StorageDType);
  });
}

async function compare({ model, inputs }: ExportCase): Promise<void> {
  const session = await ort.InferenceSession.create(await exportOnnx(model));
  for (const batch of [1, 2, 5, 17]) {
    const given = inputs(batch);
    const expected = await model.predictAll(given, { batchSize: batch });
    const got = await run(session, model, given);
    got.forEach((output, i) => assertClose(output, expected[i]!, 1e-5, `output ${i} for batch ${batch}`));
    expect(got.length).toBe(expected.length);
  }
}

describe('exportOnnx() computes what predict() does, at batches of 1, 2, 5 and 17:', () => {
  for (const item of layerCases()) it(item.name, () => compare(item));

  it('models of Keras', async () => {
    for await (const item of kerasFiles()) await compare(item);
  });

  for (const item of ownModels()) it(item.name, () => compare(item));
});
