// Small files that ask for much cost little: what they may cost is counted, so these tests measure no time.
import { describe, expect, it } from '@jest/globals';
import { input } from '@lamella/core';
import { dense } from '@lamella/layers';
import { costlyFiles } from '../scripts/costly-files.mjs';
import { costlyLayers } from '../scripts/costly-layers.mjs';
import { composed } from './keras-fixtures.spec.js';

/** What reading one says: the code of the error, or `read`. */
async function outcome(
  verb: 'loadModel' | 'loadWeights' | 'inspectFile',
  name: string,
  n: number,
): Promise<string> {
  const app = composed();
  const file = { ...costlyFiles, ...costlyLayers }[name]!(n);
  const x = input({ shape: [1] });
  const model = app.model({ inputs: x, outputs: dense({ units: 1 }).apply(x) });
  try {
    if (verb === 'loadModel') await app.loadModel(file, { warn: () => undefined });
    else if (verb === 'loadWeights') await app.loadWeights(model, file);
    else await app.inspectFile(file);
    return 'read';
  } catch (error) {
    return (error as { readonly code?: string }).code ?? String(error);
  }
}

describe('a small file that asks for much', () => {
  it.each([
    ['HDF5: texts of no width', 'loadWeights', 1_000, 'BUDGET_EXCEEDED'],
    ['HDF5: heaps in heaps', 'loadWeights', 900, 'BUDGET_EXCEEDED'],
    ['HDF5: headers that share what they go on with', 'loadWeights', 800, 'BUDGET_EXCEEDED'],
    ['HDF5: attributes in what headers share', 'loadWeights', 300, 'FILE_INVALID'],
    ['HDF5: names that are tails of one', 'loadWeights', 2_000, 'WEIGHTS_MISMATCH'],
    ['HDF5: one text under many attributes', 'loadWeights', 300, 'FILE_INVALID'],
    ['HDF5: one array under many names', 'loadWeights', 300, 'FILE_INVALID'],
    ['HDF5: a long name above many', 'inspectFile', 3_250, 'BUDGET_EXCEEDED'],
    ['HDF5: the same layer listed again and again', 'loadWeights', 1_000, 'BUDGET_EXCEEDED'],
    ['JSON: lists of nothing', 'loadModel', 600_000, 'BUDGET_EXCEEDED'],
    ['JSON: layers of no known class', 'inspectFile', 2_000, 'read'],
    ['Keras: a constant that is larger than its numbers', 'loadModel', 3_000, 'FILE_INVALID'],
    ['Keras: a layer of a long name, called again and again', 'loadModel', 500, 'read'],
    ['Keras: a chain of calls of one layer', 'loadModel', 14_000, 'BUDGET_EXCEEDED'],
    ['Keras: a layer called on one tensor many times over', 'loadModel', 300, 'read'],
    ['Keras: a layer called on one tensor many times over', 'loadModel', 20_000, 'BUDGET_EXCEEDED'],
    ['Keras 2: a long chain', 'loadModel', 3_000, 'BUDGET_EXCEEDED'],
    ['layers: a loop written out', 'loadModel', 3_000, 'BUDGET_EXCEEDED'],
    ['layers: cells upon cells', 'loadModel', 1_500, 'BUDGET_EXCEEDED'],
    ['layers: vocabularies', 'loadModel', 100, 'read'],
    ['layers: a long vocabulary', 'loadModel', 5_000, 'read'],
    ['layers: numbers for unknown tokens', 'loadModel', 2_000_000, 'read'],
    ['layers: a token after numbers for unknown ones', 'loadModel', 2_000_000, 'BUDGET_EXCEEDED'],
    ['layers: states of wide images', 'loadModel', 65_536, 'WEIGHTS_MISMATCH'],
    ['layers: images made larger', 'loadModel', 2 ** 31, 'BUDGET_EXCEEDED'],
    ['layers: images made much larger by many weights', 'loadModel', 1_000_000, 'BUDGET_EXCEEDED'],
    ['layers: bands of sounds', 'loadModel', 2 ** 31, 'BUDGET_EXCEEDED'],
    ['layers: texts of many tokens', 'loadModel', 2 ** 53 - 1, 'SIZES_EXCEEDED'],
    ['layers: a place for each of many bins', 'loadModel', 2 ** 31, 'SIZES_EXCEEDED'],
    ['layers: Lambdas of nobody', 'loadModel', 2_000, 'FUNCTION_UNKNOWN'],
    ['compile: losses of no output', 'loadModel', 5_000, 'read'],
    ['compile: metrics by name', 'loadModel', 2_000, 'read'],
    ['Keras: a long chain', 'loadModel', 500, 'read'],
    ['Keras: many inputs', 'loadModel', 500, 'read'],
    ['Keras: objects in a list for one', 'loadModel', 1_000, 'OPTION_INVALID'],
    ['Keras: a class of a long name', 'loadModel', 1_000_000, 'CLASS_UNKNOWN'],
    ['Keras 2: names that are alike without their slashes', 'loadModel', 200, 'read'],
    ['architecture: weights drawn anew', 'loadModel', 20_000, 'FILE_INVALID'],
    ['manifest: one file in many groups', 'loadModel', 20, 'FILE_INVALID'],
    ['manifest: one file by many names', 'loadModel', 20, 'FILE_INVALID'],
    ['manifest: weights of no values with names alike', 'loadModel', 500, 'WEIGHTS_MISMATCH'],
    ['manifest: a name of many parts', 'loadModel', 100_000, 'WEIGHTS_MISMATCH'],
    ['weights.json: many paths', 'loadWeights', 2_000, 'FILE_INVALID'],
    ['weights.json: many spellings of one path', 'loadWeights', 300, 'WEIGHTS_MISMATCH'],
    ['safetensors: tensors of nothing', 'loadWeights', 2_000, 'WEIGHTS_MISMATCH'],
  ] as const)('%s: %s ends with %s %s', async (name, verb, n, expected) => {
    expect(await outcome(verb, name, n)).toBe(expected);
  });
});
