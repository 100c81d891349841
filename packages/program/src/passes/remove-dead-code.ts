// Drops nodes and constants that no output needs. Inputs stay, needed or not: callers feed them by position.
import type { Program, ValueId } from '../program.js';

/** The same Program without nodes and constants on which no output depends. */
export function removeDeadCode(program: Program): Program {
  const live = new Set<ValueId>(program.outputs.map((output) => output.id));
  const isLive = program.nodes.map(() => false);
  for (let i = program.nodes.length - 1; i >= 0; i--) {
    const node = program.nodes[i]!;
    if (!node.outputs.some((id) => live.has(id))) continue;
    isLive[i] = true;
    for (const id of Object.values(node.inputs)) live.add(id);
  }
  const nodes = program.nodes.filter((_, i) => isLive[i]);
  const constants = program.constants.filter((constant) => live.has(constant.id));
  if (nodes.length === program.nodes.length && constants.length === program.constants.length) return program;
  return program.with({ nodes, constants });
}
