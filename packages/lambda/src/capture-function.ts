// Captures a Lambda's function for files, and compares a live function with a captured one. Runs nothing on real data.
import type * as tf from '@tensorflow/tfjs-core';
import type { Mask } from '@lamella/core';
import {
  describeStructure,
  diffPrograms,
  flatten,
  formatShape,
  isFloatDType,
  isLamellaError,
  lamellaError,
  notCapturable,
  openProgram,
  sameStructure,
  structureOf,
  unflatten,
  withComputeDType,
  writeOpenProgram,
  type DType,
  type FloatDType,
  type OpenProgram,
  type SymbolicShape,
  type TreeStructure,
} from '@lamella/program';
import { callFunction } from './call-function.js';
import { constantsTooLarge } from './errors.js';
import type { LambdaArguments, LambdaContext, LambdaFunction } from './named-function.js';
import { refuseWeights } from './refuse-weights.js';
import type { SavedFunction } from './saved-function.js';

/** What helps where a function cannot be data. */
const naming = 'name the function with namedFunction()';

/** Captured constants that one function may carry into a file. Units: bytes. */
const mostConstantBytes = 2 ** 20;

/** What is known of an input of a function. */
export interface FunctionInput {
  readonly shape: SymbolicShape;
  readonly dtype: DType;
  /** Of its mask; null or absent where none comes in. */
  readonly mask?: SymbolicShape | null;
}

/** A function and how its Lambda calls it. */
export interface FunctionCall {
  /** Names the Lambda in errors. */
  readonly subject: string;
  readonly function: LambdaFunction;
  readonly functionName?: string | undefined;
  readonly arguments: LambdaArguments;
  /** How the inputs are nested. */
  readonly structure: TreeStructure;
  /** Their leaves. */
  readonly inputs: readonly FunctionInput[];
  /** The dtype that the Lambda computes floats in. */
  readonly float: FloatDType;
}

/**
 * The function as data.
 * Throws: NOT_CAPTURABLE, NOT_BATCH_POLYMORPHIC, CONSTANTS_TOO_LARGE.
 */
export function captureFunction(call: FunctionCall): SavedFunction {
  const carried = call.inputs.flatMap(({ mask = null }, i) => (mask === null ? [] : [i]));
  const capture = (masks: readonly number[]): CapturedCall[] =>
    [false, true].map((training) => captureNaming(call, training, masks));
  let masks: readonly number[] = [];
  let [inference, training] = capture(masks) as [CapturedCall, CapturedCall];
  if (carried.length > 0 && (inference.readsMask || training.readsMask)) {
    masks = carried;
    [inference, training] = capture(masks) as [CapturedCall, CapturedCall];
  }
  if (!sameStructure(inference.outputs, training.outputs)) {
    throw notCapturable(
      call.subject,
      `it gives ${describeStructure(inference.outputs)}, and ${describeStructure(training.outputs)} in training`,
      'nest the outputs alike',
    );
  }
  const [stored, storedTraining] = [inference, training].map(({ program }) =>
    JSON.stringify(writeOpenProgram(program)),
  );
  return {
    functionName: call.functionName,
    inputs: call.structure,
    outputs: inference.outputs,
    masks,
    inference: inference.program,
    training: stored === storedTraining ? inference.program : training.program,
  };
}

/** What the function computes now against what was saved, as lines of `-` and `+`, or null where nothing has changed. */
export function functionDrift(
  call: Omit<FunctionCall, 'inputs' | 'structure'>,
  saved: SavedFunction,
): string | null {
  const { arguments: given, argumentShapes } = saved.inference;
  const count = given.length - saved.masks.length;
  const inputs = given.slice(0, count).map(({ dtype }, i) => {
    const mask = saved.masks.indexOf(i);
    return { dtype, shape: argumentShapes[i]!, mask: mask < 0 ? null : argumentShapes[count + mask]! };
  });
  let live: SavedFunction;
  try {
    live = captureFunction({ ...call, structure: saved.inputs, inputs });
  } catch (error) {
    return `+ ${(error as Error).message}`;
  }
  if (!sameStructure(live.outputs, saved.outputs))
    return `- ${describeStructure(saved.outputs)}\n+ ${describeStructure(live.outputs)}`;
  if (live.masks.length !== saved.masks.length)
    return `${saved.masks.length > 0 ? '-' : '+'} it reads the masks of its inputs`;
  for (const form of ['inference', 'training'] as const) {
    for (const batch of [2, 5]) {
      const shapes = argumentShapes.map((shape) => shape.map((size) => size ?? batch));
      const difference = diffPrograms(saved[form].atShapes(shapes), live[form].atShapes(shapes));
      if (difference !== null) return difference;
    }
  }
  return null;
}

interface CapturedCall {
  readonly program: OpenProgram;
  readonly outputs: TreeStructure;
  readonly readsMask: boolean;
}

/** As {@link captureCall}; what cannot be saved for every size could be by name. */
function captureNaming(call: FunctionCall, training: boolean, masks: readonly number[]): CapturedCall {
  try {
    return captureCall(call, training, masks);
  } catch (error) {
    if (!isLamellaError(error, 'NOT_BATCH_POLYMORPHIC') || call.functionName !== undefined) throw error;
    const { fix = '', ...parts } = error.parts;
    throw lamellaError(error.code, {
      ...parts,
      fix: `${fix}; or ${naming}: files then refer to it, and it has to be registered wherever one is loaded`,
    });
  }
}

/** `masks` are the positions of the inputs whose masks the Program takes. */
function captureCall(call: FunctionCall, training: boolean, masks: readonly number[]): CapturedCall {
  let outputs: TreeStructure = '*';
  let readsMask = false;
  const program = openProgram(
    (...tensors: tf.Tensor[]) => {
      const inputs = unflatten(call.structure, tensors.slice(0, call.inputs.length));
      const given = tensors.slice(call.inputs.length);
      const context: LambdaContext = {
        training,
        get mask(): LambdaContext['mask'] {
          readsMask = true;
          return unflatten<Mask>(
            call.structure,
            call.inputs.map((_, i) => given[masks.indexOf(i)] ?? null),
          );
        },
      };
      const results = refuseWeights(call.subject, () =>
        withComputeDType(call.float, () => callFunction(call.function, inputs, call.arguments, context)),
      );
      outputs = structureOf(results);
      return flatten(results);
    },
    [
      ...call.inputs.map(({ shape, dtype }, i) => ({
        name: `input_${i}`,
        shape,
        dtype: isFloatDType(dtype) ? call.float : dtype,
      })),
      ...masks.map((i) => ({ name: `mask_${i}`, shape: call.inputs[i]!.mask!, dtype: 'bool' as const })),
    ],
    { subject: call.subject },
  );
  checkConstants(call.subject, program);
  return { program, outputs, readsMask };
}

function checkConstants(subject: string, program: OpenProgram): void {
  const large = program.graph.constants.map(({ shape, data }) => ({
    shape,
    bytes: 'splat' in data ? 0 : 4 * data.length,
  }));
  const total = large.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= mostConstantBytes) return;
  const shapes = large
    .filter(({ bytes }) => bytes > 0)
    .map(({ shape }) => formatShape(shape as readonly number[]));
  throw constantsTooLarge(subject, shapes, total, mostConstantBytes);
}
