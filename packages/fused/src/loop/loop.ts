// What a loop is: axes, some of them folded away, and a straight line of instructions over lanes in between.
// The one form from which both WebAssembly (loop-function.ts) and the plain path (plain-loop.ts) are made; not how.
import type { Lane } from './lane.js';
import type { OperationName } from './operations.js';

/** How an element lies in memory. */
export type Element = 'float32' | 'int32' | 'uint16' | 'int16' | 'uint8' | 'int8' | 'bool';

/** A buffer of the compiled Program: its number in the table of addresses. */
export type BufferId = number;

/**
 * Where an element lies for each position on the axes of a loop.
 * Units: elements; one stride for each axis.
 */
export interface Access {
  readonly buffer: BufferId;
  readonly element: Element;
  readonly offset: number;
  readonly strides: readonly number[];
}

/** How the values along folded axes become one. All are associative and commutative. */
export type FoldKind = 'sum' | 'product' | 'max' | 'min' | 'any' | 'all';

/** One instruction. Arguments are numbers of earlier instructions of the same loop. */
export type Instruction =
  | { readonly kind: 'constant'; readonly lane: Lane; readonly value: number }
  /** The integer that grows by `strides` along the axes, from `offset`. */
  | {
      readonly kind: 'index';
      readonly lane: 'i32';
      readonly offset: number;
      readonly strides: readonly number[];
    }
  | { readonly kind: 'load'; readonly lane: Lane; readonly access: Access }
  /** An element `stride` times the int32 `index` further on than `access`. The index must be within bounds. */
  | {
      readonly kind: 'gather';
      readonly lane: Lane;
      readonly access: Access;
      readonly index: number;
      readonly stride: number;
    }
  | { readonly kind: 'fold'; readonly lane: Lane; readonly fold: FoldKind; readonly argument: number }
  | {
      readonly kind: 'operation';
      readonly lane: Lane;
      readonly operation: OperationName;
      readonly arguments: readonly number[];
      /** The number of bits of a shift. */
      readonly amount: number;
    };

/** A value written for each position on the axes that are not folded. */
export interface Store {
  readonly access: Access;
  readonly value: number;
}

/**
 * A nest of loops over `sizes`, outermost first; the last `folded` axes are folded. Four positions along the `vector` axis
 * are computed at once; it is the innermost of either the folded or the other axes.
 *
 * Order: at each position on the axes that are not folded, instructions run in the order written, then all stores. Along
 * folded axes values are taken one after the other, but for a folded vector axis of n positions, where four partial results
 * take every fourth position below n - n % 4, the first of them also the rest, and are joined as (0, 2), (1, 3).
 */
export interface Loop {
  readonly sizes: readonly number[];
  readonly folded: number;
  readonly vector: number;
  readonly instructions: readonly Instruction[];
  readonly stores: readonly Store[];
}
