// A described model in Graphviz' language, drawn as Keras draws it. Ids are ours; names stand in labels alone, escaped.
import { escapeText, shorten } from './escape-text.js';
import type { GraphEdge, GraphEnd, GraphLayer, ModelGraph } from './model-graph.js';
import type { PlotOptions } from './plot-options.js';

/** The longest name, and the longest shape, that is drawn whole. Units: characters. */
const longestText = 100;

/** The most operations of a Lambda that are drawn. */
const mostOperations = 8;

/** Beyond so many arrows Graphviz runs out of memory where it is to lay them at right angles. */
const mostAtRightAngles = 200;

type Options = Required<PlotOptions>;

/** The text of a graph in the DOT language. */
export function graphToDot(graph: ModelGraph, options: Options): string {
  const drawn: Drawn = { layers: new Map(), clusters: 0 };
  const boxes = boxesOf(graph, options, drawn, '  ');
  const edges = edgesOf(graph, options, drawn);
  const isTooMuch = options.splines === 'ortho' && edges.length > mostAtRightAngles;
  const splines = isTooMuch ? 'polyline' : options.splines;
  return [
    'digraph model {',
    `  graph [rankdir=${options.rankdir}, concentrate=true, dpi=${options.dpi}, splines=${splines}];`,
    '  node [shape=plain, fontname="Helvetica"];',
    '  edge [penwidth=2];',
    ...boxes,
    ...edges,
    '}',
    '',
  ].join('\n');
}

interface Drawn {
  /** What a layer is called in the text; models that are drawn as what they are made of have no box. */
  readonly layers: Map<string, GraphLayer>;
  clusters: number;
}

function boxesOf(graph: ModelGraph, options: Options, drawn: Drawn, indent: string): string[] {
  return graph.layers.flatMap((layer) => {
    // One that several models share stands in the first.
    if (drawn.layers.has(layer.id)) return [];
    drawn.layers.set(layer.id, layer);
    if (!options.expandNested || layer.graph === undefined)
      return [`${indent}${layer.id} [label=<${labelOf(layer, options)}>];`];
    const inner = boxesOf(layer.graph, options, drawn, `${indent}  `);
    return [
      `${indent}subgraph cluster_${drawn.clusters++} {`,
      `${indent}  graph [style=dashed, labeljust=l, fontname="Helvetica", label=<${text(layer.name)}>];`,
      ...inner,
      `${indent}}`,
    ];
  });
}

/** What goes from box to box, each pair once. */
function edgesOf(graph: ModelGraph, { expandNested }: Options, drawn: Drawn): string[] {
  const lines = new Set<string>();
  const visited = new Set<string>();
  const inside = (end: GraphEnd, side: 'inputs' | 'outputs'): GraphEnd => {
    let place = end;
    for (;;) {
      const inner = expandNested ? drawn.layers.get(place.layer)?.graph : undefined;
      if (inner === undefined) return place;
      // Tensors among the arguments have no input of their own inside.
      place = inner[side][place.index] ?? inner[side][0]!;
    }
  };
  const add = ({ from, to }: GraphEdge): void => {
    lines.add(`  ${inside(from, 'outputs').layer} -> ${inside(to, 'inputs').layer};`);
  };
  const visit = (current: ModelGraph): void => {
    current.edges.forEach(add);
    if (!expandNested) return;
    for (const { id, graph: inner } of current.layers) {
      if (inner === undefined || visited.has(id)) continue;
      visited.add(id);
      visit(inner);
    }
  };
  visit(graph);
  return [...lines];
}

/** Source: keras.src.utils.model_visualization.make_layer_label. */
function labelOf(layer: GraphLayer, options: Options): string {
  const { showShapes, showDtype, showLayerNames, showLayerActivations, showTrainable } = options;
  const className = text(layer.className.replace(/^.*>/, ''));
  const cells = [
    ...(showShapes && layer.className !== 'InputLayer' ? [fact('Input shape', layer.inputShape)] : []),
    ...(showShapes ? [fact('Output shape', layer.outputShape)] : []),
    ...(showDtype ? [fact('Output dtype', layer.outputDType)] : []),
    ...(showTrainable && layer.trainable !== undefined ? [trainableCell(layer.trainable)] : []),
  ];
  const wide = `colspan="${Math.max(1, cells.length)}"`;
  const activation = activationOf(layer);
  const title = showLayerNames ? `<b>${text(layer.name)}</b> (${className})` : `<b>${className}</b>`;
  const rows = [
    `<td ${wide} bgcolor="black"><font point-size="16" color="white">${title}</font></td>`,
    ...(showLayerActivations && activation !== undefined
      ? [`<td ${wide} bgcolor="white">${small(`Activation: <b>${text(activation)}</b>`)}</td>`]
      : []),
    ...(layer.operations === undefined
      ? []
      : [`<td ${wide} bgcolor="white">${small(operationList(layer.operations))}</td>`]),
    ...(cells.length > 0 ? [cells.join('')] : []),
  ];
  const table = rows.map((row) => `<tr>${row}</tr>`).join('');
  return `<table border="0" cellborder="1" cellspacing="2" bgcolor="black" cellpadding="10">${table}</table>`;
}

function fact(name: string, value: string | undefined): string {
  return `<td bgcolor="white">${small(`${name}: <b>${text(value ?? '?')}</b>`)}</td>`;
}

function trainableCell(isTrainable: boolean): string {
  const [color, says] = isTrainable ? ['forestgreen', 'Trainable'] : ['firebrick', 'Non-trainable'];
  return `<td bgcolor="${color}"><font point-size="14" color="white"><b>${says}</b></font></td>`;
}

/** What a Lambda computes; one that gives its input back calls nothing. */
function operationList(operations: readonly string[]): string {
  const shown = operations.slice(0, mostOperations).map(text);
  const more = operations.length - shown.length;
  return operations.length === 0
    ? 'no operations'
    : [...shown, ...(more > 0 ? [`${more} more`] : [])].join(' → ');
}

function activationOf({ options }: GraphLayer): string | undefined {
  const activation = options['activation'] ?? null;
  if (activation === null) return undefined;
  if (typeof activation !== 'object') return String(activation);
  const { className } = activation as { className?: unknown };
  return typeof className === 'string' ? className : 'activation';
}

function small(content: string): string {
  return `<font point-size="14">${content}</font>`;
}

/** Graphviz replaces what follows a backslash in labels, `\\N` by the node's name; two of them are one. */
function text(given: string): string {
  return escapeText(shorten(given, longestText).replaceAll('\\', '\\\\'));
}
