// What differs between Node and browsers. `#platform` in package.json picks the one that a bundler or Node asks for.
import type { Ort } from './runtime.js';

export interface Platform {
  readonly name: 'node' | 'browser';
  /** Imports onnxruntime-node. Missing where there is nothing to import, so that no bundle for browsers contains it. */
  readonly importNative?: () => Promise<unknown>;
  /** Imports the build of onnxruntime-web that is made for this platform. */
  readonly importWasm: () => Promise<unknown>;
  /** How many threads may compute at a time; in a page without cross-origin isolation, one. */
  readonly cores: () => Promise<number>;
  /** What relative URLs of files are relative to. */
  readonly base: () => Promise<string>;
}

/** What a module of ONNX Runtime exports, be it CommonJS or an ES module. */
export function ortOf(module: unknown): Ort {
  const given = module as Ort & { readonly default?: Ort };
  return given.default?.InferenceSession === undefined ? given : given.default;
}
