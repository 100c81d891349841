// Captures a function at several sizes of its unknown dimensions and finds out how everything follows them.
// Where something follows them in no way that an integer polynomial says, the error names the operation.
import type * as tf from '@tensorflow/tfjs-core';
import { capture, type CaptureOptions, type CaptureResult } from '../capture.js';
import type { DType } from '../dtype.js';
import { isLamellaError, notPolymorphic } from '../errors.js';
import { removeDeadCode } from '../passes/remove-dead-code.js';
import type { Program } from '../program.js';
import { formatShape, type SymbolicShape } from '../shape.js';
import { mergePrograms } from './merge-programs.js';
import { monomials } from './polynomial.js';
import { ProgramTemplate } from './program-template.js';

/** An argument some of whose dimensions are known only when it is called. */
export interface TemplateArgument {
  readonly name: string;
  readonly shape: SymbolicShape;
  readonly dtype: DType;
}

/**
 * The Program of `fn` for all sizes of the unknown dimensions.
 *
 * Unknown first dimensions are one, the batch. Other unknown ones are free, or, where the function works only then, equal
 * on equal axes.
 * Throws: NOT_BATCH_POLYMORPHIC naming the operation; what {@link capture} throws.
 *
 * @example
 * import * as tf from '@tensorflow/tfjs-core';
 * import { captureTemplate } from '@lamella/program';
 *
 * const flat = captureTemplate((x: tf.Tensor) => tf.reshape(x, [-1]), [{ name: 'x', shape: [null, 4], dtype: 'float32' }]);
 * flat.at([[3, 4]]).type(flat.at([[3, 4]]).outputs[0].id).shape; // [12]
 */
export function captureTemplate(
  fn: (...inputs: tf.Tensor[]) => CaptureResult,
  args: readonly TemplateArgument[],
  options: CaptureOptions = {},
): ProgramTemplate {
  const subject = options.subject ?? 'Function';
  const free = unknownsOf(args, (arg, axis) => (axis === 0 ? 'batch' : `${arg.name}.${axis}`));
  const tied = unknownsOf(args, (_, axis) => (axis === 0 ? 'batch' : `axis_${axis}`));
  if (free.names.length === tied.names.length || free.names.length > mostUnknowns)
    return captureAt(fn, args, tied, options, subject);
  try {
    return captureAt(fn, args, free, options, subject);
  } catch (error) {
    if (!isLamellaError(error) || error.code === 'NOT_CAPTURABLE') throw error;
    return captureAt(fn, args, tied, options, subject);
  }
}

/** Beyond this the number of captures would grow out of hand. */
const mostUnknowns = 3;

interface Unknowns {
  readonly names: readonly string[];
  /** For each argument and axis the unknown that stands there, or -1. */
  readonly places: readonly (readonly number[])[];
}

function unknownsOf(
  args: readonly TemplateArgument[],
  nameOf: (arg: TemplateArgument, axis: number) => string,
): Unknowns {
  const names: string[] = args.some((arg) => arg.shape[0] === null) ? ['batch'] : [];
  const places = args.map((arg) =>
    arg.shape.map((size, axis) => {
      if (size !== null) return -1;
      const name = nameOf(arg, axis);
      if (!names.includes(name)) names.push(name);
      return names.indexOf(name);
    }),
  );
  return { names, places };
}

function captureAt(
  fn: (...inputs: tf.Tensor[]) => CaptureResult,
  args: readonly TemplateArgument[],
  unknowns: Unknowns,
  options: CaptureOptions,
  subject: string,
): ProgramTemplate {
  const { names, places } = unknowns;
  if (names.length > mostUnknowns) {
    throw notPolymorphic(
      subject,
      `it has ${names.length} unknown dimensions, at most ${mostUnknowns} are supported`,
      'give inputs of known sizes',
    );
  }
  const at = (sizes: readonly number[]): Program => {
    const specs = args.map((arg, i) => ({
      ...arg,
      shape: arg.shape.map((size, axis) => size ?? sizes[places[i]![axis]!]!),
    }));
    const captured = capture(fn, specs, options);
    const state = captured.slots[0];
    if (state !== undefined)
      throw notPolymorphic(
        subject,
        `it uses the weight "${state.name}"`,
        'write a Layer subclass that owns the weight',
      );
    return removeDeadCode(captured.program);
  };
  const points = samplePoints(names);
  return new ProgramTemplate(
    mergePrograms(points.map(at), {
      points,
      places,
      unknowns: names,
      subject,
      print: printPoint(args, places),
    }),
    names,
  );
}

/** Sizes that determine the polynomials, then two unseen ones, and the batch of one. */
function samplePoints(names: readonly string[]): number[][] {
  if (names.length === 0) return [[]];
  const count = monomials(names.length).length;
  const batches = [3, 6, 4, 5, 8, 7, 9, 10, 12, 11, 14];
  const others = [131, 139, 137, 149, 151, 163, 157, 167, 179, 173, 181, 191, 193, 197, 199, 211];
  const point = (p: number): number[] =>
    names.map((name, i) =>
      name === 'batch' ? batches[p % batches.length]! : others[(p * (i + 1) + i) % others.length]!,
    );
  const determining = Array.from({ length: count }, (_, p) => point(p));
  const unseen = [13, 2, 1].map((batch, p) =>
    point(count + p).map((size, i) => (names[i] === 'batch' ? batch : size)),
  );
  return [...determining, ...unseen];
}

/** The argument shapes of a sample, for errors. */
function printPoint(
  args: readonly TemplateArgument[],
  places: Unknowns['places'],
): (sizes: readonly number[]) => string {
  return (sizes) =>
    args
      .map((arg, i) => formatShape(arg.shape.map((size, axis) => size ?? sizes[places[i]![axis]!]!)))
      .join(', ');
}
