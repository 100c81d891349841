// The readable form of an open Program, in the manner of program.ts. Values between the nodes have no types here: they follow from
// the sizes. Not a format: nothing parses it.
import { printable } from '../printable.js';
import type { ValueId } from '../program.js';
import { isSplat, type OpenAttribute, type OpenConstant, type OpenProgramGraph } from './graph.js';
import { isPolynomial, type Size } from './size.js';

/** The most nodes that are printed. */
const mostLines = 200;

/** A listing, one line a node, e.g. `%3 = Add(a: %1, b: %2)`; sizes in the unknowns, e.g. `float32[batch, 10]`. */
export function printOpenProgram(graph: OpenProgramGraph, unknowns: readonly string[]): string {
  const size = (value: Size): string => (isPolynomial(value) ? value.print(unknowns) : String(value));
  const typed = (value: { readonly id: ValueId; readonly dtype: string; readonly shape: readonly Size[] }) =>
    `%${value.id}: ${value.dtype}[${value.shape.map(size).join(', ')}]`;
  const lines = [
    `program(${graph.inputs.map((input) => `${typed(input)} ${input.kind} "${printable(input.name)}"`).join(', ')})`,
    ...graph.constants.map((constant) => `  ${typed(constant)} = constant {${printData(constant, size)}}`),
  ];
  let scope = '';
  for (const node of graph.nodes.slice(0, mostLines)) {
    if (node.scope !== scope) lines.push(`  # ${printable((scope = node.scope))}`);
    const inputs = Object.entries(node.inputs).map(([name, id]) => `${name}: %${id}`);
    const attrs = Object.entries(node.attrs).map(([name, value]) => `${name}=${printAttribute(value, size)}`);
    const outputs = node.outputs.map((id) => `%${id}`).join(', ');
    lines.push(`  ${outputs} = ${node.kernel}(${[...inputs, ...attrs].join(', ')})`);
    for (const [name, inner] of Object.entries(node.programs ?? {}))
      lines.push(`    ${name} = ${printOpenProgram(inner, unknowns).replaceAll('\n', '\n    ')}`);
  }
  const more = graph.nodes.length - mostLines;
  if (more > 0) lines.push(`  … ${more} more`);
  lines.push(`  return ${graph.outputs.map(({ id, name }) => `%${id} "${printable(name)}"`).join(', ')}`);
  return lines.join('\n');
}

function printData({ data }: OpenConstant, size: (value: Size) => string): string {
  if (isSplat(data)) return size(data.splat);
  const shown = [...data.slice(0, 6)].map((v) => (typeof v === 'string' ? JSON.stringify(v) : String(v)));
  return `${shown.join(', ')}${data.length > 6 ? `, … ${data.length} in all` : ''}`;
}

function printAttribute(value: OpenAttribute, size: (value: Size) => string): string {
  if (isPolynomial(value)) return size(value);
  if (Array.isArray(value))
    return `[${value.map((item) => printAttribute(item as OpenAttribute, size)).join(', ')}]`;
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? JSON.stringify(value) : String(value);
  const entries = Object.entries(value as Readonly<Record<string, OpenAttribute>>);
  return `{${entries.map(([key, item]) => `${key}: ${printAttribute(item, size)}`).join(', ')}}`;
}
