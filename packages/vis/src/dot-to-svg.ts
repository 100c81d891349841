// From Graphviz' language to SVG: by Graphviz itself, compiled to WebAssembly and loaded when first asked for.

/** Draws a graph in the DOT language as SVG. */
export async function dotToSvg(dot: string): Promise<string> {
  const { Graphviz } = await import('@hpcc-js/wasm-graphviz');
  const graphviz = await Graphviz.load();
  return graphviz.layout(dot, 'svg', 'dot');
}
