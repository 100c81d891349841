// What every backend checks before it runs: that the host tensors fit the Program's inputs and outputs, and that no
// output shares memory with an input or another output. Not here: converting anything; a backend takes what fits.
import {
  dtypeMismatch,
  formatShape,
  sameShape,
  shapeMismatch,
  type HostTensor,
  type Program,
  type ProgramUpdate,
  type StorageDType,
  type ValueType,
} from '@lamella/program';
import { executableInvalid, outputAliased } from './errors.js';

/** Targets for the outputs; where one is missing the backend makes its own. */
export type OutputBuffers = readonly (HostTensor | undefined)[];

/** The dtype of a value in host memory. Throws: EXECUTABLE_INVALID for complex numbers and strings, which have none. */
export function hostDType(type: ValueType, subject: string): StorageDType {
  if (type.dtype === 'complex64' || type.dtype === 'string')
    throw executableInvalid(subject, `it is ${type.dtype}, which host tensors cannot hold`);
  return type.dtype;
}

/**
 * Pairs in `inPlace` may be one tensor.
 * Throws: SHAPE_MISMATCH, DTYPE_MISMATCH, EXECUTABLE_INVALID (too few or many), OUTPUT_ALIASED; nothing has run then.
 */
export function checkRunBuffers(
  program: Program,
  inputs: readonly HostTensor[],
  outputs: OutputBuffers,
  inPlace: readonly ProgramUpdate[] = [],
): void {
  if (inputs.length !== program.inputs.length || outputs.length > program.outputs.length) {
    throw executableInvalid(
      'Executable',
      `expected ${program.inputs.length} inputs and at most ${program.outputs.length} outputs, got ${inputs.length} and ${outputs.length}`,
    );
  }
  program.inputs.forEach((input, i) => {
    const type = program.type(input.id);
    checkTensor(
      `Input "${input.name}"`,
      inputs[i],
      type,
      input.storage ?? hostDType(type, `Input "${input.name}"`),
    );
  });
  program.outputs.forEach((output, i) => {
    if (outputs[i] === undefined) return;
    const type = program.type(output.id);
    checkTensor(`Output "${output.name}"`, outputs[i], type, hostDType(type, `Output "${output.name}"`));
  });
  checkMemory(program, inputs, outputs, inPlace);
}

function checkTensor(
  subject: string,
  tensor: HostTensor | undefined,
  type: ValueType,
  dtype: StorageDType,
): void {
  if (tensor === undefined) throw executableInvalid(subject, 'expected a host tensor, got none');
  if (!sameShape(tensor.shape, type.shape))
    throw shapeMismatch(
      subject,
      `expected shape ${formatShape(type.shape)}, got ${formatShape(tensor.shape)}`,
    );
  if (tensor.dtype !== dtype) throw dtypeMismatch(subject, `expected ${dtype}, got ${tensor.dtype}`);
}

function checkMemory(
  program: Program,
  inputs: readonly HostTensor[],
  outputs: OutputBuffers,
  inPlace: readonly ProgramUpdate[],
): void {
  outputs.forEach((output, i) => {
    if (output === undefined) return;
    const mayReplace = (k: number): boolean =>
      output.data === inputs[k]!.data && inPlace.some((pair) => pair.output === i && pair.input === k);
    const input = inputs.findIndex((other, k) => overlaps(output, other) && !mayReplace(k));
    const earlier = outputs.findIndex((other, k) => k < i && other !== undefined && overlaps(output, other));
    const other =
      input >= 0
        ? `input "${program.inputs[input]!.name}"`
        : earlier >= 0
          ? `output "${program.outputs[earlier]!.name}"`
          : undefined;
    if (other !== undefined) throw outputAliased(program.outputs[i]!.name, other);
  });
}

function overlaps(a: HostTensor, b: HostTensor): boolean {
  const [x, y] = [a.data, b.data];
  return (
    x.buffer === y.buffer &&
    x.byteOffset < y.byteOffset + y.byteLength &&
    y.byteOffset < x.byteOffset + x.byteLength
  );
}
