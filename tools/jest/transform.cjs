// Compiles sources for jest by swc. See globals.cjs for the constants on each module's first line.
const { createTransformer } = require('@swc/jest');
const { globals } = require('./globals.cjs');

const constants = `const { ${globals.join(', ')} } = globalThis;`;
/** @type {Required<import('@jest/transform').SyncTransformer & import('@jest/transform').AsyncTransformer>} */
const swc = /** @type {any} */ (
  createTransformer({
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'es6' },
    sourceMaps: 'inline',
  })
);

/** @param {import('@jest/transform').TransformedSource} compiled */
const withConstants = (compiled) => ({ ...compiled, code: constants + compiled.code });

/** @type {import('@jest/transform').SyncTransformer & import('@jest/transform').AsyncTransformer} */
module.exports = {
  canInstrument: false,
  process: (source, path, options) => withConstants(swc.process(source, path, options)),
  processAsync: async (source, path, options) => withConstants(await swc.processAsync(source, path, options)),
  getCacheKey: (source, path, options) => `${swc.getCacheKey(source, path, options)}${constants.length}`,
};
