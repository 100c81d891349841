// Programs with some of their inputs and outputs, for passes that change what a node takes and gives.
import type { Program, ValueId } from '../program.js';

/** The inputs, by their number, that something in the Program reads. */
export function inputsRead(program: Program): Set<number> {
  const read = new Set([
    ...program.nodes.flatMap((node) => Object.values(node.inputs)),
    ...program.outputs.map(({ id }) => id),
  ]);
  return new Set(program.inputs.flatMap(({ id }, i) => (read.has(id) ? [i] : [])));
}

/** The Program that gives these of its outputs, in this order. */
export function selectOutputs(program: Program, outputs: readonly number[]): Program {
  const isSame = outputs.length === program.outputs.length && outputs.every((output, i) => output === i);
  return isSame ? program : program.with({ outputs: outputs.map((i) => program.outputs[i]!) });
}

/** The Program that takes these of its inputs, in this order. An input that is not taken is what `place` says it is. */
export function selectInputs(
  program: Program,
  inputs: readonly number[],
  place: ReadonlyMap<number, number> = new Map(),
): Program {
  const replaced = new Map<ValueId, ValueId>();
  for (const [from, to] of place)
    if (from !== to) replaced.set(program.inputs[from]!.id, program.inputs[to]!.id);
  const taken = inputs.map((i) => program.inputs[i]!);
  return (replaced.size === 0 ? program : renamed(program, replaced)).with({ inputs: taken });
}

/** The Program that reads other values in place of some. */
export function renamed(program: Program, replaced: ReadonlyMap<ValueId, ValueId>): Program {
  const current = (id: ValueId): ValueId => replaced.get(id) ?? id;
  return program.with({
    nodes: program.nodes.map((node) => ({
      ...node,
      inputs: Object.fromEntries(Object.entries(node.inputs).map(([name, id]) => [name, current(id)])),
    })),
    outputs: program.outputs.map((output) => ({ ...output, id: current(output.id) })),
  });
}
