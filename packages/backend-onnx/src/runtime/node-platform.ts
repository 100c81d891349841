// Node, and whatever else is no browser.
import type { Platform } from './platform.js';

export const platform: Platform = {
  name: 'node',
  importNative: () => import('onnxruntime-node'),
  importWasm: () => import('onnxruntime-web'),
  async cores() {
    const { availableParallelism } = await import('node:os');
    return availableParallelism();
  },
  async base() {
    const { pathToFileURL } = await import('node:url');
    return pathToFileURL(`${process.cwd()}/`).href;
  },
};
