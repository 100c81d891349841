// Browsers: pages and their workers. Bundlers for browsers take this file for `#platform`.
import type { Platform } from './platform.js';

export const platform: Platform = {
  name: 'browser',
  nativeBuild: () => ({ platform: 'browsers', package: undefined }),
  async cores() {
    return globalThis.crossOriginIsolated === true ? globalThis.navigator.hardwareConcurrency : 1;
  },
  async base() {
    return globalThis.location.href;
  },
};
