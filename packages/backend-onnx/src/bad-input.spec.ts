import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { cpu } from '@lamella/backend-cpu';
import { compose, input } from '@lamella/core';
import { createArena } from '@lamella/fused';
import { dense, layers } from '@lamella/layers';
import { capture, HostTensor, withScope } from '@lamella/program';
import { adam, training } from '@lamella/training';
import { onnx } from './onnx.js';

describe('a graph that ONNX Runtime refuses', () => {
  it.each([
    ['native', /^\[SESSION_FAILED\] Layer "net\/scores": .* graph: .*MatMul.* Incompatible dimensions/],
    // Its messages name no operator.
    ['wasm', /^\[SESSION_FAILED\] Program: .* graph: .* Incompatible dimensions/],
  ] as const)(
    'is a coded error that names the layer where the runtime does: %s',
    async (runtime, message) => {
      const { program } = capture(
        (a, b) => withScope('net/scores', () => tf.matMul(a!, b!)),
        [
          { name: 'a', shape: [2, 3], dtype: 'float32' },
          { name: 'b', shape: [3, 4], dtype: 'float32' },
        ],
      );
      const b = program.inputs[1]!.id;
      const values = program.values.map((type, id) => (id === b ? { ...type, shape: [5, 4] } : type));
      const compiling = onnx({ runtime, smallWork: false }).compile(program.with({ values }));
      await expect(compiling).rejects.toThrow(message);
    },
  );
});

describe('a model too large for the arena', () => {
  it('is a coded error, loses nothing of the model, and trains elsewhere', async () => {
    const holder = globalThis as { [key: symbol]: unknown };
    const key = Symbol.for('lamella.arena');
    const { [key]: ordinary } = holder;
    holder[key] = createArena({ bytes: 2 ** 18 });
    try {
      const { model } = compose({ backend: onnx({ smallWork: false }), plugins: [layers, training] });
      const x = input({ shape: [256] });
      const net = model({ inputs: x, outputs: dense({ units: 256 }).apply(x) });
      net.compile({ optimizer: adam(), loss: 'mse' });
      const before = (await net.getWeights()).map(({ data }) => [...data]);
      const rows = HostTensor.zeros([4, 256]);
      await expect(net.fit(rows, rows, { verbose: 0 })).rejects.toThrow('[ARENA_FULL]');
      expect((await net.getWeights()).map(({ data }) => [...data])).toEqual(before);
      net.moveTo(cpu());
      expect((await net.fit(rows, rows, { verbose: 0 })).history['loss']).toEqual([0]);
    } finally {
      holder[key] = ordinary;
    }
  });
});
