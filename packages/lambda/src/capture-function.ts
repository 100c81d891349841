// Captures a Lambda's function for files, and compares a live function with a captured one. Runs nothing on real data.
import type * as tf from '@tensorflow/tfjs-core';
import {
  captureTemplate,
  diffPrograms,
  formatShape,
  notCapturable,
  sizeOf,
  type DType,
  type ProgramTemplate,
  type SymbolicShape,
} from '@lamella/program';
import { callFunction } from './call-function.js';
import { constantsTooLarge } from './errors.js';
import type { LambdaArguments, LambdaContext, LambdaFunction } from './named-function.js';
import { refuseWeights } from './refuse-weights.js';
import type { SavedFunction } from './saved-function.js';

/** Captured constants that one function may carry into a file. Units: bytes. */
const mostConstantBytes = 2 ** 20;

/** A function and how its Lambda calls it. */
export interface FunctionCall {
  /** Names the Lambda in errors. */
  readonly subject: string;
  readonly function: LambdaFunction;
  readonly functionName?: string | undefined;
  readonly arguments: LambdaArguments;
  readonly structure: 'single' | 'list';
  readonly inputs: readonly { readonly shape: SymbolicShape; readonly dtype: DType }[];
}

/**
 * The function as data.
 * Throws: NOT_CAPTURABLE, NOT_BATCH_POLYMORPHIC, CONSTANTS_TOO_LARGE.
 */
export function captureFunction(call: FunctionCall): SavedFunction {
  const [inference, training] = [captureCall(call, false), captureCall(call, true)];
  const isSame = JSON.stringify(inference) === JSON.stringify(training);
  const { functionName, structure } = call;
  return { functionName, structure, inference, training: isSame ? inference : training };
}

/** What the function computes now against what was saved, as lines of `-` and `+`, or null where nothing has changed. */
export function functionDrift(
  call: Omit<FunctionCall, 'inputs' | 'structure'>,
  saved: SavedFunction,
): string | null {
  const inputs = saved.inference.arguments.map(({ dtype }, i) => ({
    dtype,
    shape: saved.inference.argumentShapes[i]!,
  }));
  let live: SavedFunction;
  try {
    live = captureFunction({ ...call, structure: saved.structure, inputs });
  } catch (error) {
    return `+ ${(error as Error).message}`;
  }
  for (const form of ['inference', 'training'] as const) {
    for (const batch of [2, 5]) {
      const shapes = inputs.map(({ shape }) => shape.map((size) => size ?? batch));
      const difference = diffPrograms(saved[form].at(shapes), live[form].at(shapes));
      if (difference !== null) return difference;
    }
  }
  return null;
}

function captureCall(call: FunctionCall, training: boolean): ProgramTemplate {
  const context: LambdaContext = {
    training,
    get mask(): never {
      throw notCapturable(
        call.subject,
        'it reads its mask, which a saved Program does not carry',
        'name the function with namedFunction(), and register it wherever the file is loaded',
      );
    },
  };
  const template = captureTemplate(
    (...tensors: tf.Tensor[]) =>
      refuseWeights(call.subject, () =>
        callFunction(
          call.function,
          call.structure === 'single' ? tensors[0]! : tensors,
          call.arguments,
          context,
        ),
      ),
    call.inputs.map(({ shape, dtype }, i) => ({ name: `input_${i}`, shape, dtype })),
    { subject: call.subject },
  );
  checkConstants(call.subject, template);
  return template;
}

function checkConstants(subject: string, template: ProgramTemplate): void {
  const large = template.graph.constants.map(({ shape, data }) => ({
    shape,
    bytes: 'splat' in data ? 0 : 4 * sizeOf(shape as readonly number[]),
  }));
  const total = large.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= mostConstantBytes) return;
  const shapes = large
    .filter(({ bytes }) => bytes > 0)
    .map(({ shape }) => formatShape(shape as readonly number[]));
  throw constantsTooLarge(subject, shapes, total, mostConstantBytes);
}
