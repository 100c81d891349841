// Inputs whose values are known when a Program is compiled become constants. Not here: whether that is worth it
// (worth-freezing.ts).
import type { HostTensor, Program } from '@lamella/program';
import type { Part, Partition } from './partition.js';

/** By the index of the input. */
export type FrozenInputs = ReadonlyMap<number, HostTensor>;

/** `program` with copies of the given values, by index of the input, in place of those inputs. */
export function withConstants(program: Program, frozen: FrozenInputs): Program {
  if (frozen.size === 0) return program;
  const constants = keptFrozen(program, frozen).map(([index, { data }]) => ({
    id: program.inputs[index]!.id,
    data: data.slice(),
  }));
  const ids = new Set(constants.map(({ id }) => id));
  return program.with({
    inputs: program.inputs.filter(({ id }) => !ids.has(id)),
    constants: [...program.constants, ...constants],
  });
}

/** The parts of {@link withConstants}' result, with the indices that inputs have in `program`. */
export function withInputsOf(program: Program, frozen: FrozenInputs, { graph, loops }: Partition): Partition {
  const gone = new Set(keptFrozen(program, frozen).map(([index]) => index));
  const indices = program.inputs.map((_, i) => i).filter((i) => !gone.has(i));
  const adjusted = (part: Part | undefined): Part | undefined =>
    part && { ...part, inputs: part.inputs.map((index) => (index === -1 ? -1 : indices[index]!)) };
  return { graph: adjusted(graph), loops: adjusted(loops) };
}

/** Values in narrower storage stay inputs: constants have no storage of their own. */
function keptFrozen(program: Program, frozen: FrozenInputs): (readonly [number, HostTensor])[] {
  return [...frozen].filter(([index, { dtype }]) => {
    const input = program.inputs[index]!;
    return program.type(input.id).dtype === dtype && (input.storage ?? dtype) === dtype;
  });
}
