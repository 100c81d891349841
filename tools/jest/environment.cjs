// The environment of every test. Jest's node environment gives tests typed arrays of another realm, which native addons refuse:
// this one shares them. It also seeds whatever draws at random, Lamella's own first seed included: a test file that passes today
// passes tomorrow. LAMELLA_TEST_SEED=2 gives other numbers, to see what depends on them.
const { AsyncLocalStorage } = require('node:async_hooks');
const { TestEnvironment } = require('jest-environment-node');
const { seededGenerator } = require('./seeded-generator.cjs');

const { ArrayBuffer, SharedArrayBuffer, DataView } = globalThis;
const { Float32Array, Float64Array, BigInt64Array, BigUint64Array } = globalThis;
const { Int8Array, Int16Array, Int32Array, Uint8Array, Uint8ClampedArray, Uint16Array, Uint32Array } =
  globalThis;
const shared = {
  ...{ ArrayBuffer, SharedArrayBuffer, DataView },
  ...{ Float32Array, Float64Array, BigInt64Array, BigUint64Array },
  ...{ Int8Array, Int16Array, Int32Array, Uint8Array, Uint8ClampedArray, Uint16Array, Uint32Array },
};

// Jest makes an AsyncLocalStorage for each test file and never disables it. Node then copies the stores of all of them for each
// promise that is made: after sixty files, a promise costs a hundred times as much. Those of a file end with it.
/** @type {Set<AsyncLocalStorage<unknown>>} */
const storages = new Set();
const { run } = AsyncLocalStorage.prototype;
/**
 * @this {AsyncLocalStorage<unknown>}
 * @param {unknown} store
 * @param {(...given: unknown[]) => unknown} callback
 * @param {unknown[]} given
 */
function recordedRun(store, callback, ...given) {
  storages.add(this);
  return run.call(this, store, callback, ...given);
}
AsyncLocalStorage.prototype.run = /** @type {typeof run} */ (recordedRun);

module.exports = class extends TestEnvironment {
  /** @param {ConstructorParameters<typeof TestEnvironment>} input */
  constructor(...input) {
    super(...input);
    Object.assign(this.global, shared);
    const draw = seededGenerator(Number(process.env['LAMELLA_TEST_SEED'] ?? 1));
    this.global.Math.random = draw;
    Object.defineProperty(this.global, 'crypto', { value: seededCrypto(draw), configurable: true });
  }

  /** @override */
  async teardown() {
    for (const storage of storages) storage.disable();
    storages.clear();
    await super.teardown();
  }
};

/**
 * Web Crypto whose random bytes come from `draw`.
 * @param {() => number} draw
 */
function seededCrypto(draw) {
  const { crypto } = globalThis;
  /** @type {Record<string | symbol, unknown>} */
  const seeded = {
    /** @param {Uint8Array} array */
    getRandomValues(array) {
      const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      bytes.forEach((_, i) => (bytes[i] = draw() * 256));
      return array;
    },
    subtle: crypto.subtle,
    randomUUID: () => crypto.randomUUID(),
  };
  return Object.create(seeded);
}
