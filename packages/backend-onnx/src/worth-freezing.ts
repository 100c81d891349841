// Which weights to build in while nobody trains them. ONNX Runtime reorders the filters of convolutions that it knows beforehand, and
// computes at once what depends on nothing else; products of matrices are no faster, and weights are large to have twice.
import { traitsOf, type Program, type ValueId } from '@lamella/program';
import type { FrozenInputs } from './frozen-inputs.js';

/** Kernels that read a matrix in its order, or some of a table. */
const readers: ReadonlySet<string> = new Set(['BatchMatMul', 'GatherV2']);

/**
 * The states that last while a Program runs again and again: all of one that updates nothing; of a step that trains, the
 * weights that it does not train. Single numbers do not: a learning rate changes from epoch to epoch.
 */
export function lastingStates(program: Program): number[] {
  const states = program.inputs.flatMap(({ kind }, index) => (kind === 'state' ? [index] : []));
  if (program.updates.length === 0) return states;
  if (!trains(program)) return [];
  const updated = new Set(program.updates.map(({ input }) => input));
  return states.filter(
    (index) => !updated.has(index) && program.type(program.inputs[index]!.id).shape.length > 0,
  );
}

/** Whether a step updates weights of layers, not only what metrics add up, between which others train. */
function trains(program: Program): boolean {
  const updated = new Set(program.updates.map(({ input }) => program.inputs[input]!.id));
  return program.nodes.some(({ kernel, inputs, outputs }) => {
    const isLayer = readers.has(kernel) || traitsOf(kernel).slides !== undefined;
    const read = Object.values(inputs);
    const isUpdated = read.some((id) => updated.has(id));
    if (isUpdated && traitsOf(kernel).moves === 'shape') updated.add(outputs[0]!);
    return isLayer && isUpdated;
  });
}

/** Whether a Program would run faster if it knew these states beforehand. */
export function isWorthFreezing(program: Program, states = lastingStates(program)): boolean {
  return neededBeforehand(program, states).length > 0;
}

/** Of inputs whose values are known, those that are to be built in. */
export function worthFreezing(program: Program, known: FrozenInputs = new Map()): FrozenInputs {
  return new Map(neededBeforehand(program, [...known.keys()]).map((index) => [index, known.get(index)!]));
}

/** The inputs at these indices but those that are only read as they are; none where nothing gains by them. */
function neededBeforehand(program: Program, indices: readonly number[]): number[] {
  const ids = indices.map((index) => program.inputs[index]!.id);
  const known = new Set([...ids, ...program.constants.map(({ id }) => id)]);
  /** Of what is known, what depends on the inputs. */
  const dependent = new Set(ids);
  /** By the value, the input that it is, perhaps in another shape. */
  const inputOf = new Map(ids.map((id) => [id, id]));
  const needed = new Set<ValueId>();
  let gains = false;
  for (const { kernel, inputs, outputs } of program.nodes) {
    const read = Object.values(inputs);
    const isKnown = read.length > 0 && read.every((id) => known.has(id));
    const isDependent = isKnown && read.some((id) => dependent.has(id));
    for (const id of outputs) {
      if (isKnown) known.add(id);
      if (isDependent) dependent.add(id);
    }
    const input = inputOf.get(read[0]!);
    const { moves, slides } = traitsOf(kernel);
    // It takes no time, whatever it is given.
    if (moves === 'shape' && input !== undefined) {
      inputOf.set(outputs[0]!, input);
      continue;
    }
    const isConvolution = slides !== undefined && slides !== 'pooling';
    gains ||= isDependent || (isConvolution && known.has(inputs['filter']!));
    if (isDependent || !readers.has(kernel)) for (const id of read) needed.add(inputOf.get(id) ?? id);
  }
  return gains ? indices.filter((_, i) => needed.has(ids[i]!)) : [];
}
