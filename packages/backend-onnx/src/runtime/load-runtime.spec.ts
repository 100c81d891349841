import { readFile } from 'node:fs/promises';
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
    expect(await onnx().describe()).toMatch(/^onnx: ONNX Runtime \d+\.\d+\.\S+, wasm, 1 thread$/);
    const executable = await onnx({ smallWork: false }).compile(await program());
    executable.dispose();
    expect(await onnx({ runtime: 'native' }).isAvailable()).toBe(false);
    await expect(onnx({ runtime: 'native' }).runtime()).rejects.toThrow(
      `[BACKEND_UNAVAILABLE] Backend "onnx": ${here} is not installed.\nFix: npm install ${here}, or use cpu()`,
    );
  });

  it('names no package where there is none: on a platform that is not known, on Linux without glibc', async () => {
    const { nativeBuild, nativePlatforms } = await import('./native-package.js');
    const made = new URL('../../../../tools/release/native-packages.mjs', import.meta.url).href;
    const { nativePackages } = (await import(made)) as { nativePackages: readonly { name: string }[] };
    expect(nativePlatforms.map((name) => `@lamella/onnxruntime-${name}`)).toEqual(
      nativePackages.map(({ name }) => name),
    );
    const { platform } = process;
    const report = jest.spyOn(process.report, 'getReport');
    try {
      Object.defineProperty(process, 'platform', { value: 'linux' });
      report.mockReturnValue({ header: {} } as never);
      expect(nativeBuild()).toEqual({ platform: `linux-${process.arch} without glibc`, package: undefined });
      Object.defineProperty(process, 'platform', { value: 'sunos' });
      const { onnx, loadOnnx } = await failing({ 'onnxruntime-node': missing('onnxruntime-node') });
      await expect(loadOnnx({ runtime: 'native' })).rejects.toThrow(
        `[BACKEND_UNAVAILABLE] Backend "onnx": ONNX Runtime comes in no native build for sunos-${process.arch}.\nFix: use onnx({ runtime: 'wasm' }) with onnxruntime-web, or use cpu()`,
      );
      expect(await onnx().runtime()).toBe('wasm');
    } finally {
      Object.defineProperty(process, 'platform', { value: platform });
      report.mockRestore();
    }
  });

  it('is released with the ONNX Runtime that it is tested with, out of a wheel for each platform', async () => {
    const { nativePlatforms } = await import('./native-package.js');
    const json = async <T>(path: string): Promise<T> =>
      JSON.parse(await readFile(new URL(`../../../../${path}`, import.meta.url), 'utf8')) as T;
    const { version, wheels } = await json<{
      readonly version: string;
      readonly wheels: Readonly<Record<string, { readonly sha256: string }>>;
    }>('tools/release/native/wheels.json');
    const { packages } = await json<{ readonly packages: Record<string, { readonly version: string }> }>(
      'package-lock.json',
    );
    expect(version).toBe(packages['node_modules/onnxruntime-node']!.version);
    expect(Object.keys(wheels)).toEqual(nativePlatforms);
    for (const { sha256 } of Object.values(wheels)) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
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
