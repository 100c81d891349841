// The order of test files: those that take longest first, so that no worker is left alone with one of them at the end. Jest knows
// only how long they took on the same machine, and a fresh clone has no such memory.
const { default: Sequencer } = require('@jest/test-sequencer');

/** Parts of paths, the longest first. */
const longest = [
  'tools/repository/src/examples.spec.ts',
  'packages/io/src/fuzz.spec.ts',
  'packages/applications/src/applications.spec.ts',
  'packages/testing/src/step-coverage.spec.ts',
  'packages/backend-onnx/src/lifetime.spec.ts',
  'packages/backend-onnx/src/export/export-onnx.spec.ts',
  'tools/repository/src/operations/operations.spec.ts',
  'tutorial.spec.ts',
  'packages/backend-onnx/src/onnx.spec.ts',
];

/** @param {string} path */
function rank(path) {
  const found = longest.findIndex((part) => path.replaceAll('\\', '/').endsWith(part));
  return found < 0 ? longest.length : found;
}

module.exports = class extends Sequencer {
  /**
   * @override
   * @param {import('@jest/test-result').Test[]} tests
   */
  async sort(tests) {
    const sorted = await super.sort(tests);
    return sorted.sort((a, b) => rank(a.path) - rank(b.path));
  }
};
