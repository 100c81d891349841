import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { capture, HostTensor } from '@lamella/program';
import { onnx } from './onnx.js';

describe('the graph of a Program', () => {
  it('leaves no copies of outputs that were written where they were wanted', async () => {
    const rows = 1000;
    const { program } = capture(
      (x) => tf.matMul(x, x),
      [{ name: 'x', shape: [rows, rows], dtype: 'float32' }],
      { subject: 'square' },
    );
    const executable = await onnx({ smallWork: false, runtime: 'native' }).compile(program);
    const x = HostTensor.zeros([rows, rows], 'float32');
    for (let i = 0; i < rows; i++) x.data[i * rows + i] = i;
    const outputs = [HostTensor.zeros([rows, rows], 'float32')];
    await executable.run([x], outputs);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 8; i++) expect((await executable.run([x], outputs))[0]).toBe(outputs[0]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 * x.data.byteLength);
    expect(outputs[0]!.data[rows * rows - 1]).toBe((rows - 1) ** 2);
    executable.dispose();
  });
});
