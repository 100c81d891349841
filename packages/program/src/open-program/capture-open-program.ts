// Captures a function at several sizes of its unknown dimensions and finds out how everything follows them.
// Where something follows them in no way that a size says, the error names the operation.
import type * as tf from '@tensorflow/tfjs-core';
import { capture, type CaptureOptions, type CaptureResult } from '../capture.js';
import type { DType } from '../dtype.js';
import { notPolymorphic } from '../errors.js';
import { removeDeadCode } from '../passes/remove-dead-code.js';
import type { Program } from '../program.js';
import type { Shape, SymbolicShape } from '../shape.js';
import { OpenProgram } from './open-program.js';
import { trialPoints, withMoreTrials } from './trial-sizes.js';
import { shapesAt, withUnknowns, type Unknowns } from './unknowns.js';

/** An argument some of whose dimensions are known only when it is called. */
export interface OpenArgument {
  readonly name: string;
  readonly shape: SymbolicShape;
  readonly dtype: DType;
}

/**
 * The Program of `fn` for all sizes of the unknown dimensions.
 *
 * Unknown first dimensions are one, the batch. Of the other unknown ones as many are free as the function allows.
 * Throws: NOT_BATCH_POLYMORPHIC naming the operation; what {@link capture} throws.
 *
 * @example
 * import * as tf from '@tensorflow/tfjs-core';
 * import { openProgram } from '@lamella/program';
 *
 * const flat = openProgram((x: tf.Tensor) => tf.reshape(x, [-1]), [{ name: 'x', shape: [null, 4], dtype: 'float32' }]);
 * flat.at(3).type(flat.at(3).outputs[0].id).shape; // [12]
 */
export function openProgram(
  fn: (...inputs: tf.Tensor[]) => CaptureResult,
  args: readonly OpenArgument[],
  options: CaptureOptions = {},
): OpenProgram {
  const subject = options.subject ?? 'Function';
  const programAt = (shapes: readonly Shape[]): Program => {
    const { program, slots } = capture(
      fn,
      args.map((arg, i) => ({ ...arg, shape: shapes[i]! })),
      options,
    );
    const [state] = slots;
    if (state === undefined) return removeDeadCode(program);
    throw notPolymorphic(
      subject,
      `it uses the weight "${state.name}"`,
      'write a Layer subclass that owns the weight',
    );
  };
  return withUnknowns(args, {
    subject,
    probe: programAt,
    derive: (unknowns) => derive(args, unknowns, programAt, subject),
    nameOf: (name, axis) => (args.length === 1 ? `axis_${axis}` : `${name}.${axis}`),
  });
}

function derive(
  args: readonly OpenArgument[],
  unknowns: Unknowns,
  programAt: (shapes: readonly Shape[]) => Program,
  subject: string,
): OpenProgram {
  const known = new Map<string, Program>();
  return withMoreTrials(0, (spare) => {
    const points = trialPoints(unknowns.names, spare);
    const programs = points.map((sizes) => {
      const shapes = shapesAt(args, unknowns, sizes);
      const found = known.get(JSON.stringify(shapes)) ?? programAt(shapes);
      known.set(JSON.stringify(shapes), found);
      return found;
    });
    return OpenProgram.merge(programs, { points, names: unknowns.names, subject });
  });
}
