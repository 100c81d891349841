// The canonical form: only what the outputs need, each node straight before its first reader, values numbered in that
// order. Equal Programs print equally then, whatever order they were written in. Not here: simplifying.
import { Program, type ProgramNode, type ValueId, type ValueType } from '../program.js';
import { mapPrograms } from '../subprograms.js';
import { attributeKey, constantHash, isSwapped, textHash } from './merge-common.js';

/** The same Program in canonical form. Inputs, outputs and updates keep their places. */
export function canonicalise(program: Program): Program {
  const numbers = new Map<ValueId, ValueId>();
  const values: ValueType[] = [];
  const number = (id: ValueId): void => {
    if (numbers.has(id)) return;
    numbers.set(id, values.length);
    values.push(program.type(id));
  };
  const order = nodesByNeed(program.with({ nodes: orderInputs(program) }));
  const constants = new Map(program.constants.map((constant) => [constant.id, constant]));
  const used = new Set<ValueId>();
  const use = (id: ValueId): void => {
    if (constants.has(id)) used.add(id);
  };
  for (const node of order) Object.values(node.inputs).forEach(use);
  program.outputs.forEach((output) => use(output.id));

  program.inputs.forEach((input) => number(input.id));
  used.forEach(number);
  const current = (id: ValueId): ValueId => numbers.get(id)!;
  const nodes = order.map((node) => {
    node.outputs.forEach(number);
    return renumbered(node, current);
  });
  return new Program({
    values,
    inputs: program.inputs.map((input) => ({ ...input, id: current(input.id) })),
    constants: [...used].map((id) => ({ ...constants.get(id)!, id: current(id) })),
    nodes,
    outputs: program.outputs.map((output) => ({ ...output, id: current(output.id) })),
    updates: program.updates,
  });
}

function renumbered(node: ProgramNode, current: (id: ValueId) => ValueId): ProgramNode {
  return {
    ...mapPrograms(node, canonicalise),
    inputs: Object.fromEntries(Object.entries(node.inputs).map(([name, id]) => [name, current(id)])),
    attrs: Object.fromEntries(Object.entries(node.attrs).sort(([p], [q]) => (p < q ? -1 : 1))),
    outputs: node.outputs.map(current),
  };
}

/** The nodes, each with inputs that may change places in the order of what they hold, not of when they were written. */
function orderInputs(program: Program): ProgramNode[] {
  const contents = new Map<ValueId, number>();
  program.inputs.forEach((input, i) => contents.set(input.id, textHash(`input ${i}`)));
  for (const { id, data } of program.constants)
    contents.set(id, textHash(constantHash(data, program.type(id))));
  const content = (id: ValueId): number => contents.get(id)!;
  return program.nodes.map((node) => {
    const { a, b } = node.inputs;
    const ordered = isSwapped(node, content) ? { ...node, inputs: { a: b!, b: a! } } : node;
    const inputs = Object.entries(ordered.inputs).map(([name, id]) => `${name}:${content(id)}`);
    const key = `${node.kernel}(${inputs.join()})${attributeKey(node.attrs)}`;
    node.outputs.forEach((id, i) => contents.set(id, textHash(`${key}${i}`)));
    return ordered;
  });
}

/** The nodes that the outputs need, each after all it reads: depth first from the outputs, without recursion. */
function nodesByNeed(program: Program): ProgramNode[] {
  const producers = new Map<ValueId, ProgramNode>();
  for (const node of program.nodes) for (const id of node.outputs) producers.set(id, node);
  const order: ProgramNode[] = [];
  const entered = new Set<ProgramNode>();
  const left = new Set<ProgramNode>();
  const stack: ProgramNode[] = [];
  const push = (id: ValueId): void => {
    const node = producers.get(id);
    if (node !== undefined && !entered.has(node)) stack.push(node);
  };
  for (const output of program.outputs) {
    push(output.id);
    for (let node = stack[stack.length - 1]; node !== undefined; node = stack[stack.length - 1]) {
      if (entered.has(node)) {
        stack.pop();
        if (!left.has(node)) order.push(node);
        left.add(node);
        continue;
      }
      entered.add(node);
      for (const id of Object.values(node.inputs).reverse()) push(id);
    }
  }
  return order;
}
