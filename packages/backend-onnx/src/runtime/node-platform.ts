// Node, and whatever else is no browser.
import { developmentPackage, findNativePackage, nativeBuild } from './native-package.js';
import { startNativeRuntime } from './native-runtime.js';
import type { Platform } from './platform.js';
import type { Runtime } from './runtime.js';
import { ortOf, ScriptRuntime } from './script-runtime.js';

export const platform: Platform = {
  name: 'node',
  nativeBuild,
  async loadNative() {
    // From version 1.29 on ONNX Runtime reports its use to its maker over the network, unless this is set before it loads.
    process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
    const [found, threads] = [await findNativePackage(), await cores()];
    return found === undefined ? loadDevelopmentRuntime(threads) : startNativeRuntime(found, threads);
  },
  importWasm: () => import('onnxruntime-web'),
  cores,
  async base() {
    const { pathToFileURL } = await import('node:url');
    return pathToFileURL(`${process.cwd()}/`).href;
  },
};

/** Of onnxruntime-node, which keeps its library in the process to its end. Throws where it is not installed. */
async function loadDevelopmentRuntime(threads: number): Promise<Runtime> {
  const ort = await import('onnxruntime-node');
  return developmentPackage().then(
    (found) => startNativeRuntime(found, threads),
    () => new ScriptRuntime('native', threads, ortOf(ort)),
  );
}

async function cores(): Promise<number> {
  const { availableParallelism } = await import('node:os');
  return availableParallelism();
}
