// Whether a Program at one more size is the one that others, at other sizes, lead to expect. At sizes of one Programs take
// other forms (spreading over one is nothing), so what they compute is compared, not how it was written.
import {
  diffPrograms,
  isLamellaError,
  OpenProgram,
  removeDeadCode,
  type Program,
  type ProgramConstant,
} from '@lamella/program';
import type { ElementType, OnnxTensor } from '../model/onnx-model.js';
import { SizeExpressions } from './size-expressions.js';
import { varyingConstant } from './varying-constant.js';

/** Programs of one function, and the sizes of the unknowns that each is for. */
export interface Samples {
  readonly programs: readonly Program[];
  readonly points: readonly (readonly number[])[];
}

/** Whether a Program computes at `point` what the samples do at their sizes. */
export type Agreement = (program: Program, point: readonly number[]) => boolean;

/** Compares further Programs with these. Where the samples differ in ways that no sizes explain, none agrees. */
export function agreementWith(samples: Samples): Agreement {
  const { points } = samples;
  const programs = samples.programs.map(removeDeadCode);
  const constants = programs[0]!.constants.map((_, i) => i);
  if (programs.some((program) => program.constants.length !== constants.length)) return () => false;
  const fixed = constants.filter((i) => isFixed(programs, i));
  const varying = constants.filter((i) => !fixed.includes(i) && !isSplat(programs, i));
  const template = templateOf(
    programs.map((program) => withConstantsAsInputs(program, varying)),
    points,
  );
  return (given, point) => {
    const program = removeDeadCode(given);
    if (template === undefined || program.constants.length !== constants.length) return false;
    const all = [...programs, program];
    const allPoints = [...points, point];
    if (!fixed.every((i) => isFixed([programs[0]!, program], i) || isSplat(all, i))) return false;
    if (!varying.every((i) => followsSizes(all, i, allPoints))) return false;
    return (
      orUndefined(() => diffPrograms(template.at(...point), withConstantsAsInputs(program, varying))) === null
    );
  };
}

function templateOf(programs: readonly Program[], points: Samples['points']): OpenProgram | undefined {
  const names = points[0]!.map((_, i) => `size ${i}`);
  return orUndefined(() => OpenProgram.merge(programs, { points, names, subject: 'Program' }));
}

/** What `make` gives; undefined where it throws that something does not follow sizes. */
function orUndefined<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (isLamellaError(error)) return undefined;
    throw error;
  }
}

function isFixed(programs: readonly Program[], index: number): boolean {
  const first = tensorOf(programs[0]!, programs[0]!.constants[index]!);
  return programs.every((program) => {
    const { shape, bytes } = tensorOf(program, program.constants[index]!);
    return shape.join() === first.shape.join() && bytes.every((byte, i) => byte === first.bytes[i]);
  });
}

/** Whether the constant is one value everywhere, which {@link mergePrograms} finds out itself. */
function isSplat(programs: readonly Program[], index: number): boolean {
  return programs.every(({ constants }) => {
    const { data } = constants[index]!;
    return Array.prototype.every.call(data, (value) => Object.is(value, data[0]));
  });
}

/** Whether a graph can compute the constant from the sizes, at all these points. */
function followsSizes(programs: readonly Program[], index: number, points: Samples['points']): boolean {
  const tensors = programs.map((program) => tensorOf(program, program.constants[index]!));
  const sources = points[0]!.map((_, axis) => ({ input: '', axis }));
  return varyingConstant(tensors, points, new SizeExpressions(sources)) !== undefined;
}

function tensorOf(program: Program, { id, data }: ProgramConstant): OnnxTensor {
  const { shape, dtype } = program.type(id);
  if (!ArrayBuffer.isView(data)) return { name: '', type: 'uint8', shape, bytes: new Uint8Array() };
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name: '', type: dtype as ElementType, shape, bytes };
}

function withConstantsAsInputs(program: Program, indices: readonly number[]): Program {
  const opened = indices.map((index) => program.constants[index]!.id);
  return program.with({
    inputs: [
      ...program.inputs,
      ...opened.map((id, i) => ({ id, name: `constant_${i}`, kind: 'argument' as const })),
    ],
    constants: program.constants.filter(({ id }) => !opened.includes(id)),
  });
}
