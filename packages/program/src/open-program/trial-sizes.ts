// The sizes at which functions of unknown sizes are tried: all of them stand here, and nobody chooses others.
// What is found at them: unknowns.ts, capture-open-program.ts, and whoever asks for points.
import { isLamellaError } from '../errors.js';
import { monomials } from './size.js';

/** Small batches cost little, and among three in a row are odd and even ones. */
const smallBatches = [3, 6, 4, 5, 8, 7, 9, 10, 12, 11, 14];
/** Sizes of which few layers have a multiple as a number of units, for where numbers are told apart by their value. */
const largeBatches = [101, 106, 113, 104, 103, 127, 107, 122, 109, 116, 134];
/** Numbers that no attribute has by chance. Those in a row leave every remainder by 2 to 4, all of them every one up to 8. */
const others = [131, 134, 141, 148, 139, 146, 149, 164, 151, 158, 153, 168, 163, 166, 177, 180];

/** What is added when a list has come to its end, so that further sizes differ. */
const further = 97;

/** The size of unknown number `index` at a point. No two unknowns have the same one at any point. */
function otherAt(point: number, index: number): number {
  const size = others[(point * (2 * index + 1) + index) % others.length]!;
  return size + further * Math.floor(point / others.length);
}

function pointAt(unknowns: readonly string[], point: number, batches: readonly number[]): number[] {
  const batch = batches[point % batches.length]! + further * Math.floor(point / batches.length);
  return unknowns.map((name, i) => (name === batchName ? batch : otherAt(point, i)));
}

/** What the unknown first dimension is called. */
export const batchName = 'batch';

/**
 * Sizes of the unknowns that determine how a number follows them, `spare` further ones, and three at which the batch alone
 * differs, among them the batch of one.
 */
export function trialPoints(unknowns: readonly string[], spare = 0): number[][] {
  if (unknowns.length === 0) return [[]];
  const count = monomials(unknowns.length).length + spare;
  const points = Array.from({ length: count }, (_, p) => pointAt(unknowns, p, smallBatches));
  const last = pointAt(unknowns, count, smallBatches);
  const unseen = [13, 2, 1].map((batch) => last.map((size, i) => (unknowns[i] === batchName ? batch : size)));
  return [...points, ...unseen];
}

/** As many as determine how a number follows the unknowns, and `spare` more, none of them small. */
export function largeTrialPoints(unknowns: readonly string[], spare: number): number[][] {
  if (unknowns.length === 0) return [[]];
  const count = monomials(unknowns.length).length + spare;
  return Array.from({ length: count }, (_, p) => pointAt(unknowns, p, largeBatches));
}

/** A batch of two and one of one; other unknowns at sizes that {@link largeTrialPoints} have not. */
export function smallBatchPoints(unknowns: readonly string[]): number[][] {
  return [2, 1].map((batch, p) =>
    unknowns.map((name, i) => (name === batchName ? batch : others.at(-1 - p)! + 80 + 2 * i)),
  );
}

/** For the axes in order; the last one stands for all that follow. */
type AxisSizes = readonly number[];

/**
 * What shape inference tries in turn until a layer takes it, three sizes at a time. They are large enough for networks that
 * halve them several times, far enough apart to survive a division, odd and even.
 */
export const inferenceTrials: readonly (readonly AxisSizes[])[] = [
  // Each axis differs from the others.
  [
    [101, 131, 139, 151, 163],
    [211, 223, 227, 229, 233],
    [322, 358, 362, 374, 382],
  ],
  // Layers that need two unknown dimensions to be equal.
  [
    [101, 131],
    [211, 223],
    [322, 358],
  ],
  [[131], [223], [358]],
  // Layers that need an unknown dimension to be divisible by something.
  [
    [240, 360, 480, 600],
    [480, 720, 960, 1200],
    [840, 1080, 1320, 1680],
  ],
  [[240], [480], [840]],
  // Layers whose windows reach over thousands of places, such as those of audio: of signals in batches, and of one alone.
  [
    [17, 20011, 19],
    [29, 30323, 31],
    [38, 40322, 46],
  ],
  [
    [20011, 17, 19],
    [30323, 29, 31],
    [40322, 38, 46],
  ],
];

/** So many more have every remainder of the usual divisions, for sizes that are rounded down. */
const furtherTrials = 14;

/** What `derive` finds with `spare` further trials, or else with many. Throws what it threw first. */
export function withMoreTrials<T>(spare: number, derive: (spare: number) => T): T {
  try {
    return derive(spare);
  } catch (error) {
    if (!isLamellaError(error, 'NOT_BATCH_POLYMORPHIC')) throw error;
    try {
      return derive(furtherTrials);
    } catch {
      throw error;
    }
  }
}
