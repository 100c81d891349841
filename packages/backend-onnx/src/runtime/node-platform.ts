// Node, and whatever else is no browser.
import { loadNativeRuntime } from './native-runtime.js';
import type { Platform } from './platform.js';
import { ortOf, ScriptRuntime } from './script-runtime.js';

export const platform: Platform = {
  name: 'node',
  async loadNative() {
    // From version 1.29 on ONNX Runtime reports its use to its maker over the network, unless this is set before it loads.
    process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
    const [ort, threads] = [ortOf(await import('onnxruntime-node')), await cores()];
    return loadNativeRuntime(threads).catch(() => new ScriptRuntime('native', threads, ort));
  },
  importWasm: () => import('onnxruntime-web'),
  cores,
  async base() {
    const { pathToFileURL } = await import('node:url');
    return pathToFileURL(`${process.cwd()}/`).href;
  },
};

async function cores(): Promise<number> {
  const { availableParallelism } = await import('node:os');
  return availableParallelism();
}
