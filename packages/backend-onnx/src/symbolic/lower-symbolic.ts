// One ONNX graph for every size of the unknown dimensions, the batch above all: a Program is lowered at several sizes, the
// graphs are merged, and other sizes must agree. Training steps are not lowered like this: their sizes are known.
import {
  isLamellaError,
  largeTrialPoints,
  smallBatchPoints,
  withMoreTrials,
  type Program,
} from '@lamella/program';
import { notPolymorphic } from '../errors.js';
import {
  lowerToModel,
  type LoweredModel,
  type LoweredProgram,
  type LoweredValue,
  type LoweringOptions,
} from '../lower-program.js';
import { encodeModel } from '../model/onnx-model.js';
import { fuseBias } from '../passes/fuse-bias.js';
import { prepareProgram } from '../passes/prepare-program.js';
import { agreementWith } from './agrees-at-size.js';
import { mergeModels } from './merge-models.js';

export interface SymbolicOptions extends Pick<LoweringOptions, 'lowerings'> {
  /** What the unknown dimensions are called in the graph. Default: one, `batch`. */
  readonly unknowns?: readonly string[];
  /** Names the user's object in errors. */
  readonly subject?: string;
  /** What becomes of the graph for each size before they are merged; it must make them alike. Default: nothing. */
  readonly transform?: (lowered: LoweredModel, program: Program) => LoweredModel;
}

/**
 * The ONNX model of a Program for all sizes of its unknown dimensions, like {@link lowerProgram} for one. `programAt` gives
 * the Program as captured at given sizes, one for each unknown; passes are run here.
 *
 * Sizes are computed in the graph, from the shapes of its inputs. Three sizes (for one unknown) determine how everything
 * follows them, a fourth must agree, and so must two and one; more of them are tried for sizes that are rounded down.
 * Throws: NOT_BATCH_POLYMORPHIC naming the operation and its layer; KERNEL_UNSUPPORTED; what `programAt` throws.
 *
 * @example
 * import * as tf from '@tensorflow/tfjs-core';
 * import { capture } from '@lamella/program';
 * import { lowerSymbolic } from '@lamella/backend-onnx';
 *
 * const programAt = ([batch]: readonly number[]) =>
 *   capture((x) => tf.reshape(x!, [-1]), [{ name: 'x', shape: [batch!, 4], dtype: 'float32' }]).program;
 * lowerSymbolic(programAt).inputs.length; // 1
 */
export function lowerSymbolic(
  programAt: (sizes: readonly number[]) => Program,
  options: SymbolicOptions = {},
): LoweredProgram {
  const { model, inputs, outputs } = lowerSymbolicToModel(programAt, options);
  return { bytes: encodeModel(model), operators: model.nodes.map((node) => node.type), inputs, outputs };
}

/** What {@link lowerSymbolic} encodes. Throws: as that. */
export function lowerSymbolicToModel(
  programAt: (sizes: readonly number[]) => Program,
  options: SymbolicOptions = {},
): LoweredModel {
  return withMoreTrials(1, (spare) => openModel(programAt, options, spare).lowered);
}

/** One graph for all sizes. */
export interface OpenModel {
  readonly lowered: LoweredModel;
  /** Whether the graph computes what `program` does, which was captured at `point`. */
  agrees(program: Program, point: readonly number[]): boolean;
}

/** {@link lowerSymbolicToModel}, and how to tell whether it holds for a size that was not looked at. Throws: as that. */
export function openModel(
  programAt: (sizes: readonly number[]) => Program,
  {
    unknowns = ['batch'],
    subject = 'Program',
    transform = (lowered) => lowered,
    lowerings,
  }: SymbolicOptions = {},
  spareTrials = 1,
): OpenModel {
  const lowerAlike = (program: Program): LoweredModel =>
    transform(lowerForSizes(program, lowerings), program);
  const points = largeTrialPoints(unknowns, spareTrials);
  const programs = points.map(programAt);
  const lowered = programs.map(lowerAlike);
  const merged = mergeModels(lowered, { points, unknowns, subject });
  const agreesAsProgram = agreementWith({ programs, points });
  for (const point of smallBatchPoints(unknowns)) {
    const program = programAt(point);
    if (agrees(program, point)) continue;
    const sizes = unknowns.map((unknown, i) => `${unknown} ${point[i]}`).join(', ');
    throw notPolymorphic(subject, `it computes something else for ${sizes}`);
  }
  return { lowered: merged, agrees };

  function agrees(program: Program, point: readonly number[]): boolean {
    return agreesAsProgram(program, point) || agreesAsGraph(program, point);
  }

  function agreesAsGraph(program: Program, point: readonly number[]): boolean {
    try {
      const other = lowerAlike(program);
      mergeModels([...lowered, other], { points: [...points, point], unknowns, subject });
      return samePlaces(other.inputs, merged.inputs) && samePlaces(other.outputs, merged.outputs);
    } catch (error) {
      if (isLamellaError(error)) return false;
      throw error;
    }
  }
}

const samePlaces = (a: readonly LoweredValue[], b: readonly LoweredValue[]): boolean =>
  a.length === b.length && a.every(({ index }, i) => index === b[i]!.index);

/** A Program in its form for ONNX Runtime, lowered so that no choice depends on how large a tensor is. */
function lowerForSizes(program: Program, lowerings: LoweringOptions['lowerings']): LoweredModel {
  return lowerToModel(fuseBias(prepareProgram(program)), { bySize: false, keepArguments: true, lowerings });
}
