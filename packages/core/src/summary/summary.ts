// The summary of a graph in Keras' form: a table of layers, then the totals.
import { bytesPerElement, type SymbolicShape } from '@lamella/program';
import type { Functional } from '../functional.js';
import type { Layer } from '../layer.js';
import type { Weight } from '../weight.js';
import { drawTable, type Column } from './table.js';

export interface SummaryOptions {
  /** Units: characters. By default what Keras takes, or what the terminal holds. */
  readonly lineLength?: number;
  /** Whether to list the layers of nested models, indented. */
  readonly expandNested?: boolean;
  /** Whether to show a column that tells which layers train. */
  readonly showTrainable?: boolean;
  /** Takes the whole text once; console.log by default. */
  readonly print?: (text: string) => void;
  /** The state of an optimizer, counted in the totals. */
  readonly optimizerWeights?: readonly Weight[];
}

interface Nested extends Layer {
  readonly layers: readonly Layer[];
}

/** The summary as text. */
export function summarize(model: Functional, options: SummaryOptions = {}): string {
  const isChain = isSequentialLike(model);
  const columns = columnsOf(isChain, options.showTrainable === true);
  const lineLength = options.lineLength ?? defaultLineLength(isChain, options.showTrainable === true);
  const rows = rowsOf(model, model, isChain, options, 0);
  return [
    `Model: "${model.name}"`,
    ...drawTable(columns, rows, lineLength),
    ...totals(model, options.optimizerWeights ?? []),
    '',
  ].join('\n');
}

function columnsOf(isChain: boolean, showTrainable: boolean): Column[] {
  const ends = isChain ? [0.45, 0.8, 1] : [0.3, 0.56, 0.74, 1];
  const titles = ['Layer (type)', 'Output Shape', 'Param #', ...(isChain ? [] : ['Connected to'])];
  const columns = titles.map((title, i): Column => ({
    title,
    end: ends[i]! * (showTrainable ? 0.9 : 1),
    align: title === 'Param #' ? 'right' : 'left',
  }));
  return showTrainable ? [...columns, { title: 'Trainable', end: 1, align: 'center' }] : columns;
}

function defaultLineLength(isChain: boolean, showTrainable: boolean): number {
  const wished = (isChain ? 88 : 108) + (showTrainable ? 12 : 0);
  const columns = (globalThis as { process?: { stdout?: { columns?: number } } }).process?.stdout?.columns;
  return columns === undefined || columns < 24 ? wished : Math.min(wished, columns - 4);
}

/** One node at each depth, each layer called once on one tensor. */
function isSequentialLike(model: Functional): boolean {
  const depths = [...model.graph.depths.values()];
  if (new Set(depths).size < depths.length) return false;
  return model.graph.nodes.every((node) => node.inputs.length <= 1) && model.inputs.length === 1;
}

function rowsOf(
  model: Functional,
  layersOf: { readonly layers: readonly Layer[] },
  isChain: boolean,
  options: SummaryOptions,
  level: number,
): string[][] {
  return layersOf.layers.flatMap((layer) => {
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
        ? rowsOf(model, layer, isChain, options, level + 1)
        : [];
    return [row, ...inner];
  });
}

function isNested(layer: Layer): layer is Nested {
  return Array.isArray((layer as Partial<Nested>).layers);
}

function displayClass(layer: Layer): string {
  return layer.className.replace(/^.*>/, '');
}

function outputShapes(layer: Layer): string {
  const shapes =
    layer.inboundNodes[0]?.outputs.map((tensor) => pythonShape(tensor.shape)) ?? nestedShapes(layer);
  if (shapes.length === 0) return '?';
  return shapes.length === 1 ? shapes[0]! : `[${shapes.join(', ')}]`;
}

function nestedShapes(layer: Layer): string[] {
  return ((layer as Partial<Functional>).outputs ?? []).map((tensor) => pythonShape(tensor.shape));
}

/** A shape as Python prints a tuple: `(None, 8)`, `(None,)`. */
function pythonShape(shape: SymbolicShape): string {
  const sizes = shape.map((size) => (size === null ? 'None' : String(size)));
  return sizes.length === 1 ? `(${sizes[0]},)` : `(${sizes.join(', ')})`;
}

function parameterText(layer: Layer): string {
  return layer.isBuilt ? layer.parameterCount.toLocaleString('en-US') : '0 (unbuilt)';
}

function connections(model: Functional, layer: Layer): string {
  const nodes = layer.inboundNodes.filter((node) => model.graph.depths.has(node));
  const parents = nodes.flatMap((node) =>
    node.inputs.map((tensor) => `${tensor.node.layer.name}[${tensor.node.index}][${tensor.index}]`),
  );
  return parents.length === 0 ? '-' : parents.join(', ');
}

function totals(model: Functional, optimizerWeights: readonly Weight[]): string[] {
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
  return weights.reduce((sum, weight) => sum + weight.value.size, 0);
}

function readableBytes(weights: readonly Weight[]): string {
  let size = weights.reduce((sum, weight) => sum + weight.value.size * bytesPerElement(weight.dtype), 0);
  for (const unit of ['B', 'KB', 'MB', 'GB', 'TB']) {
    if (size < 1024) return `${size.toFixed(2)} ${unit}`;
    size /= 1024;
  }
  return `${size.toFixed(2)} PB`;
}
