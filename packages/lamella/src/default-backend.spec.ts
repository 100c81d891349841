import { describe, expect, it, jest } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { onnx } from '@lamella/backend-onnx';
import { backendUnavailable, input, kernelLowerings, type Backend } from '@lamella/core';
import { HostTensor, Program } from '@lamella/program';
import { dense } from '@lamella/layers';
import { model } from '@lamella/training';
import { defaultBackend, describeBackend } from './default-backend.js';

const program = new Program({
  values: [{ shape: [1], dtype: 'float32' }],
  inputs: [{ id: 0, name: 'x', kind: 'argument' }],
  constants: [],
  nodes: [],
  outputs: [{ id: 0, name: 'y' }],
});

const named = (name: string): Backend => ({ ...cpu(), name });

describe('defaultBackend()', () => {
  it('loads nothing until the first Program is compiled, and then once', async () => {
    const load = jest.fn(async () => undefined);
    const print = jest.fn();
    const backend = defaultBackend({ preferred: named('fast'), load, print });
    expect(backend.buffer({ shape: [2], dtype: 'int32' })).toMatchObject({ shape: [2], dtype: 'int32' });
    expect(backend.computes).toContain('float32');
    expect([backend.name, load.mock.calls.length]).toEqual(['default', 0]);
    await Promise.all([backend.compile(program), backend.compile(program)]);
    expect([backend.name, load.mock.calls.length, print.mock.calls.length]).toEqual(['fast', 1, 0]);
  });

  it('hands lowerings that plugins bring to the backends that it chooses from', async () => {
    const table = new Map([['fast', kernelLowerings('fast', { Relu: 1 })]]);
    const preferred: Backend = { ...named('fast'), withLowerings: () => named('fast with lowerings') };
    const backend = defaultBackend({ preferred, load: async () => undefined }).withLowerings!(table);
    await backend.compile(program);
    expect(backend.name).toBe('fast with lowerings');
  });

  it('trains on the fallback, with one line of notice, where ONNX Runtime does not load', async () => {
    const print = jest.fn();
    const backend = defaultBackend({
      load: async () => {
        throw backendUnavailable('onnx', '@lamella/onnxruntime-linux-x64 is not installed', 'use cpu()');
      },
      print,
    });
    const x = input({ shape: [1] });
    const net = model({ inputs: x, outputs: dense({ units: 1 }).apply(x), backend });
    net.compile({ optimizer: 'sgd', loss: 'mean_squared_error' });
    await net.fit([[1], [2]], [[2], [4]], { epochs: 2, verbose: 0 });
    expect(await net.predict([[1]])).toBeInstanceOf(HostTensor);
    expect(backend.name).toBe('cpu');
    expect(print.mock.calls).toEqual([
      [
        'Running on backend cpu, which is slow: Backend "onnx": @lamella/onnxruntime-linux-x64 is not installed. Fix: use cpu().',
      ],
    ]);
  });

  it('is described in one line: what runs here, or why that is cpu', async () => {
    expect(await describeBackend()).toMatch(/^onnx: ONNX Runtime /);
    const missing = backendUnavailable('onnx', 'onnxruntime-web is not installed', 'use cpu()');
    const describe = async (): Promise<string> => Promise.reject(missing);
    expect(await describeBackend({ ...onnx(), describe })).toBe(
      'cpu: tfjs-backend-cpu, which is slow. Backend "onnx": onnxruntime-web is not installed. Fix: use cpu().',
    );
  });

  it('passes on what the chosen backend says of a Program', async () => {
    const broken = { ...named('fast'), compile: async () => Promise.reject(new Error('no such kernel')) };
    const backend = defaultBackend({ preferred: broken, load: async () => undefined });
    await expect(backend.compile(program)).rejects.toThrow('no such kernel');
  });
});
