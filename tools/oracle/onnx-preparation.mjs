// Models of the layers that prepare data, for onnx-exports.mjs: those of images, and those of numbers and categories. Lookups and hashes are
// computed on the host, before what is compiled begins, and an ONNX file holds what stands behind them.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { clearNames, fromConfig, input } from '@lamella/core';
import { flatten, HostTensor, mapTree } from '@lamella/program';
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
    yield caseOf(`${layer}, ${name}`, made, stored);
  }
}

/**
 * One model for each case of the layers that change records of images, labels, boxes and masks when a model predicts.
 * @returns {Iterable<ExportCase>}
 */
export function* recordCases() {
  for (const { layer, name, config, format, data } of JSON.parse(
    readFileSync(`${fixtures}/image_records.json`, 'utf8'),
  ).records) {
    const made = makeLayer(layer, { ...config, bounding_box_format: format });
    if (!made.isAlwaysApplied && layer !== 'MaxNumBoundingBoxes') continue;
    const { images, labels, segmentation_masks: segmentationMasks } = data;
    const record = { images, labels, segmentationMasks, boundingBoxes: data.bounding_boxes };
    yield caseOf(`${layer}, ${name}, with boxes in ${format}`, made, record);
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
    yield caseOf(`${layer}, ${name}`, made, inputs.length === 1 ? inputs[0] : inputs);
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
 * @param {any} stored a tensor, or a tree of them
 * @returns {ExportCase}
 */
function caseOf(name, layer, stored) {
  const isStored = (/** @type {any} */ node) => Array.isArray(node.data);
  const tensors = /** @type {any[]} */ (flatten(stored, isStored));
  let next = 0;
  const inputs = /** @type {any} */ (
    mapTree(
      stored,
      ({ shape, dtype }) => input({ shape: shape.slice(1), dtype, name: `input_${next++}` }),
      isStored,
    )
  );
  return {
    name,
    model: composition.model({
      inputs: flatten(inputs),
      outputs: layer.apply(inputs),
      name: name.replaceAll(/\W+/g, '_'),
    }),
    inputs: (batch) =>
      tensors.map(({ shape, dtype, data }, i) => batchOf([batch, ...shape.slice(1)], dtype, i, data)),
  };
}
