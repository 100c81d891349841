// Shape inference for any layer: its `call` is captured at several sizes of the unknown dimensions, and what differs is
// unknown in the output too. Nothing is computed and no weight changes.
import type * as tf from '@tensorflow/tfjs-core';
import {
  capture,
  describeStructure,
  flatten,
  formatShape,
  inferenceTrials,
  isConcrete,
  mapTree,
  notCapturable,
  requireRoom,
  requireRoomForOne,
  sameStructure,
  structureOf,
  unflatten,
  withSeveralCaptures,
  type ArgumentSpec,
  type Program,
  type Shape,
  type SymbolicShape,
  type Tree,
  type TreeStructure,
  type ValueType,
  sharedState,
} from '@lamella/program';
import { argumentMasks, argumentTensors, mapArguments, type CallArguments } from './call-arguments.js';
import { callContext, type Mask } from './call-context.js';
import { hideSizes } from './error-sizes.js';
import type { Invocable } from './invoke-part.js';
import { isTensorSpec, type TensorSpec } from './tensor-spec.js';

/** A size for the unknown dimension at an axis, at one trial. */
const byAxis = (sizes: readonly number[]): ((axis: number) => number) => {
  return (axis) => sizes[Math.min(axis, sizes.length - 1)]!;
};

const trials = sharedState('trial sizes', () => ({ sizes: new Set() as ReadonlySet<number> }));

/** A shape met while shapes are being inferred, with the sizes that are only tried turned back into `null`. */
export function withoutTrialSizes(shape: Shape): SymbolicShape {
  const { sizes } = trials();
  return sizes.size === 0 ? shape : shape.map((size) => (sizes.has(size) ? null : size));
}

/** What a layer is called on. `specs` are the leaves of the inputs, then the tensors among the arguments. */
interface Call {
  readonly inputs: Tree<TensorSpec>;
  readonly args: CallArguments<TensorSpec>;
  readonly specs: readonly TensorSpec[];
}

/**
 * The outputs' shapes and dtypes of `layer` for these inputs.
 * Throws what the layer throws, in terms of the given shapes; NOT_CAPTURABLE when rank or dtype follow an unknown size;
 * SIZES_EXCEEDED when no memory would hold what it computes.
 */
export function inferOutputs(
  layer: Invocable,
  inputs: Tree<TensorSpec>,
  args: CallArguments<TensorSpec> = {},
): Tree<TensorSpec> {
  const specs = [...flatten(inputs, isTensorSpec), ...argumentTensors(args)];
  const call: Call = { inputs, args, specs };
  if (specs.every(({ shape }) => isConcrete(shape))) {
    const { structure, results, program } = outputsAt(layer, call, specs);
    requireRoom(program);
    return unflatten<TensorSpec>(structure, results);
  }
  const tried = new Set<string>();
  let failure: unknown;
  for (const sizes of inferenceTrials) {
    const trials = sizes.map((list) => fill(specs, byAxis(list)));
    const key = JSON.stringify(trials);
    if (tried.has(key)) continue;
    tried.add(key);
    const attempts = withSeveralCaptures(() =>
      trials.map((trial) => attempt(() => outputsAt(layer, call, trial))),
    );
    const failures = attempts.filter((result) => 'error' in result);
    if (failures.length === 0) {
      const found = attempts.flatMap((result) => ('value' in result ? [result.value] : []));
      requireRoomForOne(found.map(({ program }) => program));
      return merge(layer, specs, found);
    }
    failure ??= describe(
      failures,
      trials.map((trial) => sizesOf(trial, specs)),
    );
  }
  throw (failure as { error: unknown }).error;
}

/** An output at one trial. */
interface Result extends ValueType {
  readonly mask: Shape | null;
}

/** All outputs at one trial. */
interface Results {
  readonly structure: TreeStructure;
  readonly results: readonly Result[];
  readonly program: Program;
}

type Attempt = { readonly value: Results } | { readonly error: unknown };

function attempt(fn: () => Results): Attempt {
  try {
    return { value: fn() };
  } catch (error) {
    return { error };
  }
}

function describe(failures: readonly Attempt[], sizes: readonly ReadonlySet<number>[]): { error: unknown } {
  const [first, second] = failures.map((failure) => ('error' in failure ? failure.error : undefined));
  hideSizes(first, second, new Set(sizes.flatMap((set) => [...set])));
  return { error: first };
}

/** Captures `call` once, with the sizes of `trial` in place of those of its specs. */
function outputsAt(layer: Invocable, call: Call, trial: readonly TensorSpec[]): Results {
  const masked = trial.filter((spec) => (spec.mask ?? null) !== null);
  const argumentSpecs = [
    ...trial.map(({ shape, dtype }, i) => ({ name: `input_${i}`, shape, dtype })),
    ...masked.map(({ mask }, i) => ({ name: `mask_${i}`, shape: mask, dtype: 'bool' })),
  ] as ArgumentSpec[];
  const cell = trials();
  const outer = cell.sizes;
  // An inference inside another one, of a layer that builds its parts as it runs, knows the outer sizes already.
  cell.sizes = new Set([...outer, ...sizesOf(trial, call.specs)]);
  try {
    let structure: TreeStructure = '*';
    let hasMask: boolean[] = [];
    const { program } = capture(
      (...tensors) => {
        const given = tensors.splice(trial.length);
        const masks = new Map<tf.Tensor, Mask>();
        trial.forEach((spec, i) =>
          masks.set(tensors[i]!, (spec.mask ?? null) === null ? null : given.shift()!),
        );
        const maskOf = (tensor: tf.Tensor): Mask => masks.get(tensor) ?? null;
        let next = 0;
        const inputs = mapTree(call.inputs, (): tf.Tensor => tensors[next++]!, isTensorSpec);
        const args = mapArguments(call.args, (): tf.Tensor => tensors[next++]!);
        const context = callContext({
          masks: flatten<tf.Tensor>(inputs).map(maskOf),
          args,
          argMasks: argumentMasks(args, maskOf),
        });
        const result = layer.invoke(inputs, context);
        structure = structureOf(result.outputs);
        hasMask = result.masks.map((mask) => mask !== null);
        return [
          ...flatten<tf.Tensor>(result.outputs),
          ...result.masks.filter((mask): mask is tf.Tensor => mask !== null),
        ];
      },
      argumentSpecs,
      { subject: layer.label },
    );
    const types = program.outputs.map((output) => program.type(output.id));
    const count = flatten(structure).length;
    const masks = types.slice(count);
    const results = types
      .slice(0, count)
      .map((type, i) => ({ ...type, mask: hasMask[i] === true ? masks.shift()!.shape : null }));
    return { structure, results, program };
  } finally {
    cell.sizes = outer;
  }
}

/** Fills unknown dimensions with trial sizes that none of the known dimensions has. */
function fill(specs: readonly TensorSpec[], sizeAt: (axis: number) => number): TensorSpec[] {
  const known = new Set(specs.flatMap((input) => input.shape));
  const filled = (shape: SymbolicShape): Shape =>
    shape.map((size, axis) => {
      if (size !== null) return size;
      let chosen = sizeAt(axis);
      while (known.has(chosen)) chosen += sizeAt(axis);
      return chosen;
    });
  return specs.map(({ shape, dtype, mask = null }) => ({
    dtype,
    shape: filled(shape),
    mask: mask && filled(mask),
  }));
}

function sizesOf(trial: readonly TensorSpec[], declared: readonly TensorSpec[]): Set<number> {
  return new Set(
    trial.flatMap(({ shape }, i) => shape.filter((_, axis) => declared[i]!.shape[axis] === null) as number[]),
  );
}

function merge(layer: Invocable, specs: readonly TensorSpec[], trials: readonly Results[]): Tree<TensorSpec> {
  const [first, ...rest] = trials as [Results, ...Results[]];
  const form = ({ structure, results }: Results): string =>
    `${structure === '*' || Array.isArray(structure) ? '' : `${describeStructure(structure)} of `}${
      results.map(({ dtype, shape }) => `${dtype} of rank ${shape.length}`).join(' and ') || 'nothing'
    }`;
  const other = rest.find(
    (one) => !sameStructure(one.structure, first.structure) || form(one) !== form(first),
  );
  if (other !== undefined) {
    throw notCapturable(
      layer.label,
      `its output depends on the size of an unknown dimension of ${specs.map((spec) => formatShape(spec.shape)).join(', ')}: it gives ${form(first)} at one size and ${form(other)} at another`,
      'give outputs of the same number, rank and dtype at every size, or give input() the size',
    );
  }
  const merged = first.results.map((type, i): TensorSpec => {
    const all = trials.map(({ results }) => results[i]!);
    return {
      dtype: type.dtype,
      shape: common(all.map(({ shape }) => shape))!,
      mask: common(all.map(({ mask }) => mask)),
    };
  });
  return unflatten(first.structure, merged);
}

/** What shapes at all trials have in common; null where there is none at one of them, or not of one rank. */
function common(shapes: readonly (Shape | null)[]): SymbolicShape | null {
  const [first, ...rest] = shapes;
  if (!first || rest.some((shape) => shape?.length !== first.length)) return null;
  return first.map((size, axis) => (rest.every((shape) => shape![axis] === size) ? size : null));
}
