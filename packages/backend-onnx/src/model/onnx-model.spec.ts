import { describe, expect, it } from '@jest/globals';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { GraphBuilder } from './graph-builder.js';
import { encodeModel } from './onnx-model.js';

describe('encodeModel', () => {
  it('writes a model that ONNX Runtime loads and runs', async () => {
    const graph = new GraphBuilder();
    const x = graph.input('float32', [2, 2]);
    const y = graph.op('LeakyRelu', [graph.op('Add', [x, graph.scalar(-1)])], { alpha: { float: 0.5 } });
    const { model, outputNames } = graph.finish([
      { name: graph.transpose(y, [1, 0]), type: 'float32', shape: [2, 2] },
    ]);
    const session = await InferenceSession.create(encodeModel(model));
    const results = await session.run({ [x]: new Tensor('float32', Float32Array.of(0, 1, 2, 3), [2, 2]) });
    expect([...(results[outputNames[0]!]!.data as Float32Array)]).toEqual([-0.5, 1, 0, 2]);
    await session.release();
  });
});

describe('GraphBuilder', () => {
  it('stores equal small constants once and keeps different ones apart', () => {
    const graph = new GraphBuilder();
    expect(graph.scalar(1)).toBe(graph.scalar(1));
    expect(graph.scalar(0)).not.toBe(graph.scalar(-0));
    expect(graph.scalar(1)).not.toBe(graph.scalar(1, 'int32'));
    expect(graph.ints([1])).not.toBe(graph.scalar(1, 'int64'));
  });

  it('gives an output that is an input, or comes twice, a name of its own', () => {
    const graph = new GraphBuilder();
    const x = graph.input('float32', [1]);
    const y = graph.op('Neg', [x]);
    const type = { type: 'float32', shape: [1] } as const;
    const { outputNames } = graph.finish([
      { name: x, ...type },
      { name: y, ...type },
      { name: y, ...type },
    ]);
    expect(new Set([x, ...outputNames]).size).toBe(4);
    expect(outputNames[1]).toBe(y);
  });
});
