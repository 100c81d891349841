// Models of the layers that prepare data, for onnx-exports.mjs: those of images, and those of numbers and categories. Lookups and hashes are
// computed on the host, before what is compiled begins, and an ONNX file holds what stands behind them.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { clearNames, fromConfig, input } from '@lamella/core';
import { HostTensor } from '@lamella/program';
import { batchOf, composition, optionsOf } from './onnx-models.mjs';

/** @typedef {import('./onnx-models.mjs').ExportCase} ExportCase */

const fixtures = fileURLToPath(new URL('../../fixtures/keras', import.meta.url));
const casesOf = (/** @type {string} */ file) =>
  JSON.parse(readFileSync(`${fixtures}/${file}.json`, 'utf8')).cases;

/** @param {{ shape: number[], data: number[] }} stored */
const tensorOf = ({ shape, data }) => new HostTensor(Float32Array.from(data), shape);

/**
 * One model for each layer of images that draws, and one for each case of those that change images when a model predicts.
 * @returns {Iterable<ExportCase>}
 */
export function* imageCases() {
  const seen = new Set();
  for (const { layer, name, config, input: stored } of casesOf('images')) {
    const made = makeLayer(layer, config);
    if (seen.has(layer) && !made.isAlwaysApplied) continue;
    seen.add(layer);
    yield caseOf(`${layer}, ${name}`, made, [stored]);
  }
}

const compiled = ['Normalization', 'Discretization', 'CategoryEncoding'];

/**
 * One model for each case of the layers of numbers.
 * @returns {AsyncIterable<ExportCase>}
 */
export async function* preprocessingCases() {
  for (const { layer, name, config, adapt, batches, inputs } of casesOf('preprocessing')) {
    if (!compiled.includes(layer)) continue;
    const made = makeLayer(layer, config);
    const parts = batches ?? (adapt ? [adapt] : []);
    if (parts.length > 0) await made.adapt(parts.map(tensorOf));
    yield caseOf(`${layer}, ${name}`, made, inputs);
  }
}

/** @param {string} name @param {object} config @returns {any} */
function makeLayer(name, config) {
  clearNames();
  return fromConfig(composition.catalog.get('layers', name), /** @type {any} */ (optionsOf(config)));
}

/**
 * @param {string} name
 * @param {any} layer
 * @param {readonly any[]} stored
 * @returns {ExportCase}
 */
function caseOf(name, layer, stored) {
  const inputs = stored.map(({ shape, dtype }, i) =>
    input({ shape: shape.slice(1), dtype, name: `input_${i}` }),
  );
  const outputs = layer.apply(inputs.length === 1 ? inputs[0] : inputs);
  return {
    name,
    model: composition.model({ inputs, outputs, name: name.replaceAll(/\W+/g, '_') }),
    inputs: (batch) =>
      stored.map(({ shape, dtype, data }, i) => batchOf([batch, ...shape.slice(1)], dtype, i, data)),
  };
}
