// What differs between Node and browsers. `#platform` in package.json picks the one that a bundler or Node asks for.
import type { Runtime } from './runtime.js';

export interface Platform {
  readonly name: 'node' | 'browser';
  /** Loads onnxruntime-node. Missing where there is nothing to load, so that no bundle for browsers contains it. */
  readonly loadNative?: () => Promise<Runtime>;
  /** Imports the build of onnxruntime-web that is made for this platform. */
  readonly importWasm: () => Promise<unknown>;
  /** How many threads may compute at a time; in a page without cross-origin isolation, one. */
  readonly cores: () => Promise<number>;
  /** What relative URLs of files are relative to. */
  readonly base: () => Promise<string>;
}
