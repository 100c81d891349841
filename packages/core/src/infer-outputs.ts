// Shape inference for any layer: its `call` is captured at several sizes of the unknown dimensions, and what differs is
// unknown in the output too. Nothing is computed and no weight changes.
import {
  capture,
  formatShape,
  isConcrete,
  notCapturable,
  type ArgumentSpec,
  type Shape,
  type SymbolicShape,
  type ValueType,
} from '@lamella/program';
import { callContext } from './call-context.js';
import { hideSizes } from './hide-sizes.js';
import type { Layer } from './layer.js';
import type { Structure } from './node.js';
import type { TensorSpec } from './symbolic-tensor.js';

/** A size for the unknown dimension at an axis, at one of the trials of a scheme. */
type Scheme = readonly ((axis: number) => number)[];

const byAxis = (sizes: readonly number[]): ((axis: number) => number) => {
  return (axis) => sizes[Math.min(axis, sizes.length - 1)]!;
};

/**
 * What is tried in turn until the layer takes it. Sizes are large enough for networks that halve them several times, far
 * enough apart to survive a division, odd and even, and few layers have them as a number of units.
 */
const schemes: readonly Scheme[] = [
  // Each axis differs from the others.
  [
    [101, 131, 139, 151, 163],
    [211, 223, 227, 229, 233],
    [322, 358, 362, 374, 382],
  ].map(byAxis),
  // Layers that need two unknown dimensions to be equal.
  [
    [101, 131],
    [211, 223],
    [322, 358],
  ].map(byAxis),
  [[131], [223], [358]].map(byAxis),
  // Layers that need an unknown dimension to be divisible by something.
  [
    [240, 360, 480, 600],
    [480, 720, 960, 1200],
    [840, 1080, 1320, 1680],
  ].map(byAxis),
  [[240], [480], [840]].map(byAxis),
];

let trialSizes: ReadonlySet<number> = new Set();

/** A shape met while shapes are being inferred, with the sizes that are only tried turned back into `null`. */
export function withoutTrialSizes(shape: Shape): SymbolicShape {
  return trialSizes.size === 0 ? shape : shape.map((size) => (trialSizes.has(size) ? null : size));
}

/**
 * The outputs' shapes and dtypes of `layer` for these inputs.
 * Throws what the layer throws, in terms of the given shapes; NOT_CAPTURABLE when rank or dtype follow an unknown size.
 */
export function inferOutputs(
  layer: Layer,
  inputs: readonly TensorSpec[],
  structure: Structure,
): TensorSpec[] {
  if (inputs.every((input) => isConcrete(input.shape))) return outputsAt(layer, inputs, structure);
  const tried = new Set<string>();
  let failure: unknown;
  for (const scheme of schemes) {
    const trials = scheme.map((sizeAt) => fill(inputs, sizeAt));
    const key = JSON.stringify(trials);
    if (tried.has(key)) continue;
    tried.add(key);
    const results = trials.map((trial) => attempt(() => outputsAt(layer, trial, structure, inputs)));
    const failures = results.filter((result) => 'error' in result);
    if (failures.length === 0)
      return merge(
        layer,
        inputs,
        results.map((result) => ('value' in result ? result.value : [])),
      );
    failure ??= describe(
      failures,
      trials.map((trial) => sizesOf(trial, inputs)),
    );
  }
  throw (failure as { error: unknown }).error;
}

/** An output at one trial. */
interface Result extends ValueType {
  readonly mask: Shape | null;
}

type Attempt = { readonly value: Result[] } | { readonly error: unknown };

function attempt(fn: () => Result[]): Attempt {
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

function outputsAt(
  layer: Layer,
  inputs: readonly TensorSpec[],
  structure: Structure,
  declared: readonly TensorSpec[] = inputs,
): Result[] {
  const masked = inputs.filter((input) => (input.mask ?? null) !== null);
  const args = [
    ...inputs.map(({ shape, dtype }, i) => ({ name: `input_${i}`, shape, dtype })),
    ...masked.map(({ mask }, i) => ({ name: `mask_${i}`, shape: mask, dtype: 'bool' })),
  ] as ArgumentSpec[];
  const outer = trialSizes;
  // An inference inside another one, of a layer that builds its parts as it runs, knows the outer sizes already.
  trialSizes = new Set([...outer, ...sizesOf(inputs, declared)]);
  try {
    let count = 0;
    let hasMask: boolean[] = [];
    const { program } = capture(
      (...tensors) => {
        const given = tensors.splice(inputs.length);
        const masks = inputs.map((input) => (masked.includes(input) ? given[masked.indexOf(input)]! : null));
        const result = layer.invoke(tensors, structure, callContext({ masks }));
        count = result.outputs.length;
        hasMask = result.masks.map((mask) => mask !== null);
        return [...result.outputs, ...result.masks.filter((mask) => mask !== null)];
      },
      args,
      { subject: layer.label },
    );
    const types = program.outputs.map((output) => program.type(output.id));
    const masks = types.slice(count);
    return types
      .slice(0, count)
      .map((type, i) => ({ ...type, mask: hasMask[i] === true ? masks.shift()!.shape : null }));
  } finally {
    trialSizes = outer;
  }
}

/** Fills unknown dimensions with trial sizes that none of the known dimensions has. */
function fill(inputs: readonly TensorSpec[], sizeAt: (axis: number) => number): TensorSpec[] {
  const known = new Set(inputs.flatMap((input) => input.shape));
  const filled = (shape: SymbolicShape): Shape =>
    shape.map((size, axis) => {
      if (size !== null) return size;
      let chosen = sizeAt(axis);
      while (known.has(chosen)) chosen += sizeAt(axis);
      return chosen;
    });
  return inputs.map(({ shape, dtype, mask = null }) => ({
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

function merge(layer: Layer, inputs: readonly TensorSpec[], trials: readonly Result[][]): TensorSpec[] {
  const [first, ...rest] = trials as [Result[], ...Result[][]];
  const form = (types: readonly ValueType[]): string =>
    types.map((type) => `${type.dtype} of rank ${type.shape.length}`).join(' and ') || 'nothing';
  const other = rest.find((types) => form(types) !== form(first));
  if (other !== undefined) {
    throw notCapturable(
      layer.label,
      `its output depends on the size of an unknown dimension of ${inputs.map((input) => formatShape(input.shape)).join(', ')}: it gives ${form(first)} at one size and ${form(other)} at another`,
      'give outputs of the same number, rank and dtype at every size, or give input() the size',
    );
  }
  return first.map((type, i) => ({
    dtype: type.dtype,
    shape: common([type, ...rest.map((types) => types[i]!)].map(({ shape }) => shape))!,
    mask: common([type, ...rest.map((types) => types[i]!)].map(({ mask }) => mask)),
  }));
}

/** What shapes at all trials have in common; null where there is none at one of them, or not of one rank. */
function common(shapes: readonly (Shape | null)[]): SymbolicShape | null {
  const [first, ...rest] = shapes;
  if (!first || rest.some((shape) => shape?.length !== first.length)) return null;
  return first.map((size, axis) => (rest.every((shape) => shape![axis] === size) ? size : null));
}
