// When each instruction of a loop runs: within how many of the loops, and before or after the folded ones. What does not
// change along the inner axes thereby runs outside of them. Shared by both ways to run a loop.
import type { Lane } from '../loop/lane.js';
import type { FoldKind, Instruction, Loop } from '../loop/loop.js';
import type { OperationName } from '../loop/operations.js';

/** The instructions of a loop by where they run. */
export interface Schedule {
  /** How many loops are around the folded ones; stores happen within that many. */
  readonly foldDepth: number;
  /** Numbers of the instructions that run within so many loops, in order, before any loop further in. */
  readonly before: readonly (readonly number[])[];
  /** Those that need the result of a fold; they run within `foldDepth` loops. */
  readonly after: readonly number[];
  readonly folds: readonly number[];
}

/** Finds where each instruction runs. */
export function schedule({ sizes, folded, instructions }: Loop): Schedule {
  const foldDepth = sizes.length - folded;
  const before: number[][] = Array.from({ length: sizes.length + 1 }, () => []);
  const after: number[] = [];
  const folds: number[] = [];
  const isAfter: boolean[] = [];
  const depths: number[] = [];
  instructions.forEach((instruction, id) => {
    const args = argumentsOf(instruction);
    isAfter[id] = instruction.kind === 'fold' || args.some((arg) => isAfter[arg]!);
    const own = strideDepth(instruction);
    depths[id] =
      instruction.kind === 'fold' ? foldDepth : Math.max(own, 0, ...args.map((arg) => depths[arg]!));
    if (instruction.kind === 'fold') folds.push(id);
    else if (isAfter[id]) after.push(id);
    else before[depths[id]]!.push(id);
  });
  return { foldDepth, before, after, folds };
}

/** How many loops must be entered before the element an instruction reads is known. */
function strideDepth(instruction: Instruction): number {
  const strides =
    instruction.kind === 'index'
      ? instruction.strides
      : instruction.kind === 'load' || instruction.kind === 'gather'
        ? instruction.access.strides
        : [];
  return strides.findLastIndex((stride) => stride !== 0) + 1;
}

function argumentsOf(instruction: Instruction): readonly number[] {
  if (instruction.kind === 'operation') return instruction.arguments;
  if (instruction.kind === 'fold') return [instruction.argument];
  return instruction.kind === 'gather' ? [instruction.index] : [];
}

/** The operation that joins two values of a fold. */
export function foldOperation(fold: FoldKind, lane: Lane): OperationName {
  const name = { sum: 'add', product: 'mul', max: 'max', min: 'min', any: 'or', all: 'and' }[fold];
  return `${lane}.${name}` as OperationName;
}

/** The value that a fold starts from. */
export function foldStart(fold: FoldKind, lane: Lane): number {
  switch (fold) {
    case 'sum':
    case 'any':
      return 0;
    case 'product':
      return 1;
    case 'all':
      return -1;
    case 'max':
      return lane === 'i32' ? -(2 ** 31) : -Infinity;
    case 'min':
      return lane === 'i32' ? 2 ** 31 - 1 : Infinity;
  }
}
