// What every backend checks before it runs: that the buffers fit the Program's inputs and outputs, belong to the backend,
// and that no output is an input or another output.
import { isNumberDType, type NumberDType, type Program, type ValueType } from '@lamella/program';
import type { Backend } from './backend.js';
import type { Buffer } from './buffer.js';
import { checkFits } from './check-fits.js';
import { bufferForeign, executableInvalid, outputAliased } from './errors.js';

/** The dtype of a value in host memory. Throws: EXECUTABLE_INVALID for complex numbers and strings, which have none. */
export function hostDType(type: ValueType, subject: string): NumberDType {
  const { dtype } = type;
  if (dtype === 'complex64' || !isNumberDType(dtype))
    throw executableInvalid(subject, `it is ${dtype}, which runs neither take nor give`);
  return dtype;
}

/** Where the buffers of a run belong in a Program: indices into its inputs and outputs, those that a run is not given left out. */
export interface RunPlaces {
  /** The arguments and the state. */
  readonly inputs: readonly number[];
  /** The outputs that update nothing. */
  readonly outputs: readonly number[];
}

/** See {@link RunPlaces}. */
export function runPlaces({ inputs, outputs, updates }: Program): RunPlaces {
  const updating = new Set(updates.map(({ output }) => output));
  return {
    inputs: inputs.flatMap(({ kind }, i) => (kind === 'random' ? [] : [i])),
    outputs: outputs.flatMap((_, i) => (updating.has(i) ? [] : [i])),
  };
}

/**
 * See `run` of {@link Executable}.
 * Throws: EXECUTABLE_INVALID (too few or many), SHAPE_MISMATCH, DTYPE_MISMATCH, BUFFER_FOREIGN, OUTPUT_ALIASED.
 */
export function checkRun(
  backend: Backend,
  program: Program,
  inputs: readonly Buffer[],
  outputs: readonly Buffer[],
  places: RunPlaces = runPlaces(program),
): void {
  if (inputs.length !== places.inputs.length || outputs.length !== places.outputs.length) {
    throw executableInvalid(
      'Executable',
      `expected ${places.inputs.length} inputs and ${places.outputs.length} outputs, got ${inputs.length} and ${outputs.length}`,
    );
  }
  const updated = new Set(program.updates.map(({ input }) => input));
  const written = new Map<Buffer, string>();
  const claim = (buffer: Buffer, subject: string): void => {
    const other = written.get(buffer);
    if (other !== undefined) throw outputAliased(subject, other);
    written.set(buffer, lowerFirst(subject));
  };
  places.inputs.forEach((place, i) => {
    const { id, name, storage } = program.inputs[place]!;
    const subject = `Input "${name}"`;
    const type = program.type(id);
    check(subject, inputs[i], type, storage ?? hostDType(type, subject), backend, updated.has(place));
    if (updated.has(place)) claim(inputs[i]!, subject);
  });
  places.outputs.forEach((place, i) => {
    const { id, name } = program.outputs[place]!;
    const subject = `Output "${name}"`;
    const type = program.type(id);
    check(subject, outputs[i], type, hostDType(type, subject), backend, true);
    claim(outputs[i]!, subject);
  });
  places.inputs.forEach((place, i) => {
    const { name } = program.inputs[place]!;
    const other = written.get(inputs[i]!);
    if (other !== undefined && !updated.has(place)) throw outputAliased(upperFirst(other), `input "${name}"`);
  });
}

function check(
  subject: string,
  buffer: Buffer | undefined,
  type: ValueType,
  dtype: NumberDType,
  backend: Backend,
  isWritten: boolean,
): void {
  if (typeof buffer?.read !== 'function') throw executableInvalid(subject, 'expected a buffer, got none');
  checkFits(subject, buffer, type, dtype);
  if (buffer.backend === backend || (buffer.backend === null && !isWritten)) return;
  throw bufferForeign(subject, backend.name, buffer.backend?.name);
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
