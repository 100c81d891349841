// From Graphviz' language to SVG: by Graphviz itself, compiled to WebAssembly and loaded when first asked for.

import { pictureFailed } from './errors.js';

/** Draws a graph in the DOT language as SVG. Throws: PICTURE_FAILED. */
export async function dotToSvg(dot: string): Promise<string> {
  const { Graphviz } = await import('@hpcc-js/wasm-graphviz');
  const graphviz = await Graphviz.load();
  try {
    return graphviz.layout(dot, 'svg', 'dot');
  } catch (cause) {
    throw pictureFailed(cause);
  }
}
