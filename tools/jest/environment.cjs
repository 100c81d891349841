// Jest's node environment gives tests typed arrays of another realm, which native addons refuse: this one shares them.
const { TestEnvironment } = require('jest-environment-node');

const { ArrayBuffer, SharedArrayBuffer, DataView } = globalThis;
const { Float32Array, Float64Array, BigInt64Array, BigUint64Array } = globalThis;
const { Int8Array, Int16Array, Int32Array, Uint8Array, Uint8ClampedArray, Uint16Array, Uint32Array } =
  globalThis;
const shared = {
  ...{ ArrayBuffer, SharedArrayBuffer, DataView },
  ...{ Float32Array, Float64Array, BigInt64Array, BigUint64Array },
  ...{ Int8Array, Int16Array, Int32Array, Uint8Array, Uint8ClampedArray, Uint16Array, Uint32Array },
};

module.exports = class extends TestEnvironment {
  /** @param {ConstructorParameters<typeof TestEnvironment>} input */
  constructor(...input) {
    super(...input);
    Object.assign(this.global, shared);
  }
};
