// What differs between Node and browsers. `#platform` in package.json picks the one that a bundler or Node asks for.
import type { NativeBuild } from '../errors.js';
import type { Runtime } from './runtime.js';

export interface Platform {
  readonly name: 'node' | 'browser';
  /** What the native build is here. */
  readonly nativeBuild: () => NativeBuild;
  /** Loads the native build. Missing where there is nothing to load, so that no bundle for browsers contains it. */
  readonly loadNative?: () => Promise<Runtime>;
  /** Imports onnxruntime-web. Missing in browsers: a bundle holds it where the application imports it, and nowhere else. */
  readonly importWasm?: () => Promise<unknown>;
  /** How many threads may compute at a time; in a page without cross-origin isolation, one. */
  readonly cores: () => Promise<number>;
  /** What relative URLs of files are relative to. */
  readonly base: () => Promise<string>;
}
