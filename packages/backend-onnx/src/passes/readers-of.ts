// Who reads what in a Program, for passes that join a node to the only one that reads it.
import type { Program, ProgramNode, ValueId } from '@lamella/program';

/** Who reads each value; a Program output counts as a reader without a node. */
export function readersOf(program: Program): Map<ValueId, (ProgramNode | undefined)[]> {
  const readers = new Map<ValueId, (ProgramNode | undefined)[]>();
  const add = (id: ValueId, node: ProgramNode | undefined): void => {
    readers.set(id, [...(readers.get(id) ?? []), node]);
  };
  for (const node of program.nodes) for (const id of Object.values(node.inputs)) add(id, node);
  for (const output of program.outputs) add(output.id, undefined);
  return readers;
}
