import { beforeEach, describe, expect, it, jest } from '@jest/globals';

const program = async () => {
  const { Program } = await import('@lamella/program');
  return new Program({
    values: [{ shape: [1], dtype: 'float32' }],
    inputs: [{ id: 0, name: 'x', kind: 'argument' }],
    constants: [],
    nodes: [],
    outputs: [{ id: 0, name: 'y' }],
  });
};

async function failing(cause: Error & { code?: string }): Promise<typeof import('./onnx.js')> {
  jest.unstable_mockModule('onnxruntime-node', () => {
    throw cause;
  });
  return import('./onnx.js');
}

describe('onnx() where ONNX Runtime does not load', () => {
  beforeEach(() => {
    jest.resetModules();
    // tfjs-core, loaded again, notes that its platform is set already.
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  });

  it('says that the package is missing, and what to do', async () => {
    const { onnx, loadOnnx } = await failing(
      Object.assign(new Error(`Cannot find package 'onnxruntime-node'`), { code: 'ERR_MODULE_NOT_FOUND' }),
    );
    expect(await onnx().isAvailable()).toBe(false);
    await expect(loadOnnx()).rejects.toThrow(
      /\[BACKEND_UNAVAILABLE\] Backend "onnx": onnxruntime-node is not installed\.\nFix: npm install onnxruntime-node/,
    );
    await expect(onnx().compile(await program())).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
  });

  it('passes on why its native library does not load', async () => {
    const { loadOnnx } = await failing(
      new Error('libonnxruntime.so.1: cannot open shared object file\nmore'),
    );
    await expect(loadOnnx()).rejects.toThrow(
      'onnxruntime-node does not load (libonnxruntime.so.1: cannot open shared object file)',
    );
  });
});
