// The picture of a graph in a page; in its place a line of text, where there would be too much of it to draw or to read.
import { dotToSvg } from '../dot-to-svg.js';
import { graphToDot } from '../graph-to-dot.js';
import type { ModelGraph } from '../model-graph.js';
import { plotOptions } from '../plot-options.js';

/** What Graphviz lays out in seconds. */
const most = { layers: 1500, edges: 1500 };

export async function pageGraph(graph: ModelGraph): Promise<string> {
  const { layers, edges } = sizeOf(graph);
  if (layers > most.layers || edges > most.edges)
    return `<p class="faint">It is not drawn: it has ${layers} layers and ${edges} tensors between them, and pictures are of at most ${most.layers} and ${most.edges}.</p>`;
  const options = plotOptions('inspectionPage()', {
    showShapes: true,
    showLayerNames: true,
    showLayerActivations: true,
    expandNested: true,
    dpi: 72,
  });
  const svg = await dotToSvg(graphToDot(graph, options));
  // The head of a file of its own has no place in a page.
  return `<div class="wide graph">${svg.slice(svg.indexOf('<svg')).replaceAll(/<!--[^]*?-->/g, '')}</div>`;
}

function sizeOf({ layers, edges }: ModelGraph): { layers: number; edges: number } {
  return layers.reduce(
    (sum, { graph }) => {
      const inner = graph === undefined ? { layers: 0, edges: 0 } : sizeOf(graph);
      return { layers: sum.layers + inner.layers, edges: sum.edges + inner.edges };
    },
    { layers: layers.length, edges: edges.length },
  );
}
