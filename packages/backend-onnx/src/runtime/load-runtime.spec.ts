import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

/** The package of ONNX Runtime's library for this machine. */
const here = `@lamella/onnxruntime-${process.platform}-${process.arch}`;

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

const missing = (name: string): Error =>
  Object.assign(new Error(`Cannot find package '${name}'`), { code: 'ERR_MODULE_NOT_FOUND' });

async function failing(causes: Record<string, Error>): Promise<typeof import('../onnx.js')> {
  for (const [name, cause] of Object.entries(causes))
    jest.unstable_mockModule(name, () => {
      throw cause;
    });
  return import('../onnx.js');
}

describe('onnx() where ONNX Runtime does not load', () => {
  beforeEach(() => {
    jest.resetModules();
    // tfjs-core, loaded again, notes that its platform is set already.
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  });

  afterEach(() => {
    jest.unstable_unmockModule('onnxruntime-node');
    jest.unstable_unmockModule('onnxruntime-web');
  });

  it('runs on WebAssembly where the native package is missing, unless native was asked for', async () => {
    const { onnx, loadOnnx } = await failing({ 'onnxruntime-node': missing('onnxruntime-node') });
    await loadOnnx();
    expect(await onnx().runtime()).toBe('wasm');
    const executable = await onnx({ smallWork: false }).compile(await program());
    executable.dispose();
    expect(await onnx({ runtime: 'native' }).isAvailable()).toBe(false);
    await expect(onnx({ runtime: 'native' }).runtime()).rejects.toThrow(
      `[BACKEND_UNAVAILABLE] Backend "onnx": ${here} is not installed.\nFix: npm install ${here}, or use cpu()`,
    );
  });

  it('keeps ONNX Runtime from reporting its use', async () => {
    delete process.env['ORT_DISABLE_TELEMETRY'];
    const { loadOnnx } = await failing({ 'onnxruntime-node': missing('onnxruntime-node') });
    await loadOnnx();
    expect(process.env['ORT_DISABLE_TELEMETRY']).toBe('1');
  });

  it('says why neither loads, and what to do', async () => {
    const { onnx, loadOnnx } = await failing({
      'onnxruntime-node': new Error('libonnxruntime.so.1: cannot open shared object file\nmore'),
      'onnxruntime-web': missing('onnxruntime-web'),
    });
    expect(await onnx().isAvailable()).toBe(false);
    await expect(loadOnnx()).rejects.toThrow(
      `${here} does not load (libonnxruntime.so.1: cannot open shared object file); onnxruntime-web is not installed`,
    );
    await expect(loadOnnx()).rejects.toThrow(
      `Fix: npm install ${here}, or npm install onnxruntime-web, or use cpu()`,
    );
    await expect(onnx({ smallWork: false }).compile(await program())).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
    });
  });
});
