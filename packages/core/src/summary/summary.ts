// The summary of a graph in Keras' form: a table of layers, then the totals.
import { checkOptionNames, type OptionNames } from '../known-options.js';
import { bytesPerElement, flatten, isShape, mapTree, printable, type SymbolicShape } from '@lamella/program';
import { optionInvalid } from '../errors.js';
import { isFunctional } from '../functional.js';
import type { Layer } from '../layer.js';
import { isTensorSpec, type TensorSpec } from '../tensor-spec.js';
import type { Weight } from '../weight.js';
import { drawTable, type Column } from './table.js';

export interface SummaryOptions {
  /** Units: characters. By default what Keras takes, or what the terminal holds. */
  readonly lineLength?: number;
  /** Where each column ends, as fractions of the line. */
  readonly positions?: readonly number[];
  /** The first and the last layer to list, by names or by the beginnings of names as regular expressions. */
  readonly layerRange?: readonly [string, string];
  /** Whether to list the layers of nested models, indented. */
  readonly expandNested?: boolean;
  /** Whether to show a column that tells which layers train. */
  readonly showTrainable?: boolean;
  /** Takes the whole text once; console.log by default. */
  readonly printFn?: (text: string) => void;
  /** The state of an optimizer, counted in the totals. */
  readonly optimizerWeights?: readonly Weight[];
}

const names: OptionNames<SummaryOptions> = {
  lineLength: true,
  positions: true,
  layerRange: true,
  expandNested: true,
  showTrainable: true,
  printFn: true,
  optimizerWeights: true,
};

/** What is summarized: a layer that lists what it is made of. */
export interface LayerOfLayers extends Layer {
  readonly layers: readonly Layer[];
}

/** The summary as text, each line ended. Throws: OPTION_INVALID. */
export function summarize(model: LayerOfLayers, options: SummaryOptions = {}): string {
  checkOptionNames(`${model.label}, summary()`, options, names);
  const isChain = isSequentialLike(model);
  const columns = columnsOf(isChain, options);
  const lineLength = options.lineLength ?? defaultLineLength(isChain, options.showTrainable === true);
  let start = 0;
  for (const { end } of columns) {
    const width = Math.trunc(end * lineLength) - start;
    if (!(width >= 4)) throw optionInvalid(model.label, 'lineLength', 'room for the columns', lineLength);
    start += width;
  }
  const rows = rowsOf(model, layersInRange(model, options.layerRange), isChain, options, 0);
  return [
    `Model: "${printable(model.name)}"`,
    ...drawTable(columns, rows, lineLength),
    ...totals(model, options.optimizerWeights ?? []),
    '',
  ].join('\n');
}

function columnsOf(isChain: boolean, options: SummaryOptions): Column[] {
  const { showTrainable = false } = options;
  const ends = options.positions ?? (isChain ? [0.45, 0.8, 1] : [0.3, 0.56, 0.74, 1]);
  const titles = ['Layer (type)', 'Output Shape', 'Param #', ...(isChain ? [] : ['Connected to'])];
  const columns = titles.map((title, i): Column => ({
    title,
    end: ends[i]! * (showTrainable ? 0.9 : 1),
    align: title === 'Param #' ? 'right' : 'left',
  }));
  return showTrainable ? [...columns, { title: 'Trainable', end: 1, align: 'center' }] : columns;
}

interface Terminal {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdout?: { readonly columns?: number };
}

/** As Keras: at most what the terminal holds, which COLUMNS may say and which is 80 where there is none. */
function defaultLineLength(isChain: boolean, showTrainable: boolean): number {
  const wished = (isChain ? 88 : 108) + (showTrainable ? 12 : 0);
  const { process } = globalThis as { process?: Terminal };
  const columns = Number(process?.env?.COLUMNS) || process?.stdout?.columns || 80;
  return Math.min(wished, columns - 4);
}

function layersInRange(model: LayerOfLayers, range: readonly [string, string] | undefined): readonly Layer[] {
  if (range === undefined) return model.layers;
  const [lower, upper] = range.map((pattern) => {
    const expression = new RegExp(`^(?:${pattern})`);
    return model.layers.flatMap((layer, i) => (expression.test(layer.name) ? [i] : []));
  });
  if (lower === undefined || upper === undefined || lower.length === 0 || upper.length === 0)
    throw optionInvalid(model.label, 'layerRange', 'two names that layers of it have', range);
  const [first, last] = [lower[0]!, upper[upper.length - 1]!];
  return first <= last
    ? model.layers.slice(first, last + 1)
    : model.layers.slice(upper[0], lower[lower.length - 1]! + 1);
}

/** No graph, a Sequential, or one node at each depth, each layer called once on one tensor. */
function isSequentialLike(model: Layer): boolean {
  if (!isFunctional(model) || model.className === 'Sequential') return true;
  const { nodes, depths, layers } = model.graph;
  const isOneEach = new Set(depths.values()).size === nodes.length && layers.length === nodes.length;
  return isOneEach && nodes.every((node) => node.parents.length <= 1);
}

function rowsOf(
  model: Layer,
  layers: readonly Layer[],
  isChain: boolean,
  options: SummaryOptions,
  level: number,
): string[][] {
  return layers.flatMap((layer) => {
    const prefix = level === 0 ? '' : `${'   '.repeat(level)}└ `;
    const row = [
      `${prefix}${layer.name} (${displayClass(layer)})`,
      outputShapes(layer),
      parameterText(layer),
    ];
    if (!isChain) row.push(connections(model, layer));
    if (options.showTrainable === true)
      row.push(layer.weights.length === 0 ? '-' : layer.trainable ? 'Y' : 'N');
    const inner =
      options.expandNested === true && isNested(layer)
        ? rowsOf(model, layer.layers, isChain, options, level + 1)
        : [];
    return [row.map(printable), ...inner];
  });
}

function isNested(layer: Layer): layer is LayerOfLayers {
  return Array.isArray((layer as Partial<LayerOfLayers>).layers);
}

function displayClass(layer: Layer): string {
  return layer.className.replace(/^.*>/, '');
}

/** Those of the last call, as in Keras. */
function outputShapes(layer: Layer): string {
  const outputs =
    layer.inboundNodes.at(-1)?.outputs ?? (isFunctional(layer) ? layer.outputs : outputsAsBuilt(layer));
  const shapes = outputs.map(
    ({ shape }) => `(${shape.map((size) => (size === null ? 'None' : String(size))).join(', ')})`,
  );
  if (shapes.length === 0) return '?';
  return shapes.length === 1 ? shapes[0]! : `[${shapes.join(', ')}]`;
}

/** Of a layer inside another one: those for the shapes that it was built for, where these say enough. */
function outputsAsBuilt(layer: Layer): readonly TensorSpec[] {
  const { buildShape } = layer;
  if (buildShape === undefined) return [];
  const specOf = (shape: SymbolicShape): TensorSpec => ({ shape, dtype: 'float32' });
  try {
    return flatten(layer.computeOutputs(mapTree(buildShape, specOf, isShape), {}), isTensorSpec);
  } catch {
    return [];
  }
}

function parameterText(layer: Layer): string {
  return layer.isBuilt ? layer.parameterCount.toLocaleString('en-US') : '0 (unbuilt)';
}

function connections(model: Layer, layer: Layer): string {
  const nodes = layer.inboundNodes.filter((node) => isFunctional(model) && model.graph.depths.has(node));
  const parents = nodes.flatMap((node) =>
    node.parents.map((tensor) => `${tensor.node.layer.name}[${tensor.node.index}][${tensor.index}]`),
  );
  return parents.length === 0 ? '-' : parents.join(', ');
}

function totals(model: Layer, optimizerWeights: readonly Weight[]): string[] {
  const trainable = model.trainableWeights;
  const other = model.nonTrainableWeights;
  const line = (label: string, weights: readonly Weight[]): string =>
    ` ${label}: ${countOf(weights).toLocaleString('en-US')} (${readableBytes(weights)})`;
  return [
    line('Total params', [...trainable, ...other, ...optimizerWeights]),
    line('Trainable params', trainable),
    line('Non-trainable params', other),
    ...(optimizerWeights.length === 0 ? [] : [line('Optimizer params', optimizerWeights)]),
  ];
}

function countOf(weights: readonly Weight[]): number {
  return weights.reduce((sum, weight) => sum + weight.size, 0);
}

function readableBytes(weights: readonly Weight[]): string {
  let size = weights.reduce((sum, weight) => sum + weight.size * bytesPerElement(weight.dtype), 0);
  for (const unit of ['B', 'KB', 'MB', 'GB', 'TB']) {
    if (size < 1024) return `${size.toFixed(2)} ${unit}`;
    size /= 1024;
  }
  return `${size.toFixed(2)} PB`;
}
