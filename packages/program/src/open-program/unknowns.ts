// Which unknown dimensions of a function's arguments are one: first dimensions are the batch; of the others as many are kept
// apart as the function allows, which trying tells.
import { isLamellaError, notPolymorphic } from '../errors.js';
import type { Shape, SymbolicShape } from '../shape.js';
import { batchName, trialPoints } from './trial-sizes.js';

/** The unknown dimensions of a function's arguments. */
export interface Unknowns {
  readonly names: readonly string[];
  /** For each argument and axis the unknown that stands there, or -1. */
  readonly places: readonly (readonly number[])[];
}

/** An argument some of whose dimensions are not known. */
interface Argument {
  readonly name: string;
  readonly shape: SymbolicShape;
}

export interface UnknownsOptions<T> {
  /** Names the user's object in errors. */
  readonly subject: string;
  /** Throws where the function does not take arguments of these shapes. */
  readonly probe: (shapes: readonly Shape[]) => void;
  /** What is wanted of the function once its unknowns are known. */
  readonly derive: (unknowns: Unknowns) => T;
  /** The name of an unknown that stands in one place. */
  readonly nameOf?: (argument: string, axis: number) => string;
}

/** Beyond this the number of trials would grow out of hand. */
const mostUnknowns = 6;
/** So many unknown places are tried in all ways of being equal to one another. */
const mostPlaces = 5;

/**
 * What `derive` gives for the freest unknowns with which the function works.
 * Throws: NOT_BATCH_POLYMORPHIC; what `derive` throws for those; what `probe` throws where it works with none.
 */
export function withUnknowns<T>(args: readonly Argument[], options: UnknownsOptions<T>): T {
  const { subject, probe, derive } = options;
  const candidates = candidatesFor(args, options.nameOf ?? ((name, axis) => `${name}.${axis}`));
  let failure: unknown;
  for (const unknowns of candidates) {
    try {
      if (candidates.length > 1) probe(shapesAt(args, unknowns, trialPoints(unknowns.names)[0]!));
    } catch (error) {
      if (isLamellaError(error, 'NOT_CAPTURABLE')) throw error;
      failure = error;
      continue;
    }
    // It works with these apart: fewer would hold only where sizes are equal by chance.
    if (unknowns.names.length > mostUnknowns) throw tooMany(subject, unknowns.names.length);
    return derive(unknowns);
  }
  throw failure;
}

/** The arguments' shapes where the unknowns have these sizes. */
export function shapesAt(
  args: readonly Argument[],
  { places }: Unknowns,
  sizes: readonly number[],
): number[][] {
  return args.map(({ shape }, i) => shape.map((size, axis) => size ?? sizes[places[i]![axis]!]!));
}

function tooMany(subject: string, count: number): Error {
  return notPolymorphic(
    subject,
    `it has ${count} unknown dimensions, at most ${mostUnknowns} are supported`,
    'give inputs of known sizes',
  );
}

interface Place {
  readonly argument: number;
  readonly axis: number;
}

/** From all places apart to all of them equal. */
function candidatesFor(
  args: readonly Argument[],
  nameOf: (argument: string, axis: number) => string,
): Unknowns[] {
  const open = args.flatMap(({ shape }, argument) =>
    shape.flatMap((size, axis): Place[] => (size === null && axis > 0 ? [{ argument, axis }] : [])),
  );
  const byAxis = inOrder(open.map(({ axis }) => axis));
  const partitions =
    open.length <= mostPlaces
      ? [...partitionsOf(open.length)]
      : [open.map((_, i) => i), byAxis, open.map(() => 0)];
  const blocks = (partition: readonly number[]): number => new Set(partition).size;
  const isByAxis = (partition: readonly number[]): number => Number(partition.join() === byAxis.join());
  // Where as many are kept apart, equal axes are more likely to be one.
  partitions.sort((a, b) => blocks(b) - blocks(a) || isByAxis(b) - isByAxis(a));
  return partitions.map((partition) => unknownsOf(args, open, partition, nameOf));
}

/** All ways to make some of `count` things equal: for each the number of its block. */
function* partitionsOf(count: number): Generator<number[]> {
  if (count === 0) {
    yield [];
    return;
  }
  for (const rest of partitionsOf(count - 1)) {
    const blocks = new Set(rest).size;
    for (let block = 0; block <= blocks; block++) yield [...rest, block];
  }
}

/** The blocks numbered in the order in which they come. */
function inOrder(keys: readonly number[]): number[] {
  const known = [...new Set(keys)];
  return keys.map((key) => known.indexOf(key));
}

function unknownsOf(
  args: readonly Argument[],
  open: readonly Place[],
  partition: readonly number[],
  nameOf: (argument: string, axis: number) => string,
): Unknowns {
  const hasBatch = args.some(({ shape }) => shape[0] === null);
  const offset = Number(hasBatch);
  const names = hasBatch ? [batchName] : [];
  for (const block of new Set(partition)) {
    const members = open.filter((_, i) => partition[i] === block);
    const [{ argument, axis }] = members as [Place];
    const own = nameOf(args[argument]!.name, axis);
    const common = members.every((place) => place.axis === axis) ? `axis_${axis}` : own;
    names.push(members.length > 1 && !names.includes(common) ? common : own);
  }
  const places = args.map(({ shape }, argument) =>
    shape.map((size, axis) => {
      if (size !== null) return -1;
      if (axis === 0) return 0;
      return (
        offset + partition[open.findIndex((place) => place.argument === argument && place.axis === axis)]!
      );
    }),
  );
  return { names, places };
}
