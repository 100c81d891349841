// StackedRNNCells: several cells as one; each takes what the one before it puts out.
import { isLayer, Layer, option, optionInvalid, withOptions, type CallContext } from '@lamella/core';
import type { Shape, SymbolicShape, Tree } from '@lamella/program';
import type * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { listedSublayers } from '../options/listed-sublayers.js';
import { singleShape, singleTensor } from '../options/single-input.js';
import { asList, initialStatesOf, isCell, outputSizeOf, type RecurrentCell, type StateSize } from './cell.js';

const options = {
  /** From the first to the last. */
  cells: option<readonly RecurrentCell[]>({
    check: (subject, name, given) => {
      const cells: unknown[] = Array.isArray(given) ? given : [];
      if (cells.length > 0 && cells.every((cell) => isLayer(cell) && isCell(cell)))
        return [...cells] as RecurrentCell[];
      throw optionInvalid(subject, name, 'a list of cells, which are layers with a stateSize', given);
    },
  }),
} as const;

/** The options of {@link StackedRNNCells}. */
export type StackedRNNCellsOptions = OptionsFor<typeof options>;

/**
 * Cells one on top of the other, as one cell. Source: keras.layers.StackedRNNCells.
 * Shapes: those of the first cell to those of the last; the states are a list for each cell.
 * Throws: OPTION_INVALID.
 *
 * @example
 * const cell = stackedRNNCells({ cells: [gruCell({ units: 8 }), gruCell({ units: 4 })] });
 * rnn({ cell }).apply(input({ shape: [10, 3] })).shape; // [null, 4]
 */
export class StackedRNNCells extends withOptions(Layer, options) {
  static readonly className = 'StackedRNNCells';
  static readonly callArguments: readonly string[] = ['states'];

  get stateSize(): readonly StateSize[] {
    return this.cells.map(({ stateSize }) => stateSize);
  }

  get outputSize(): number {
    return outputSizeOf(this.cells.at(-1)!);
  }

  get givesState(): boolean {
    return this.cells.at(-1)!.givesState === true;
  }

  override get sublayers(): readonly Layer[] {
    return this.cells;
  }

  override get namedSublayers(): ReadonlyMap<string, Layer> {
    return listedSublayers('cells', this.cells);
  }

  getInitialState(batchSize: number): Tree<tf.Tensor>[] {
    return this.cells.map((cell) => initialStatesOf(cell, batchSize));
  }

  override build(inputShape: Tree<SymbolicShape>): void {
    let shape = singleShape(this.label, inputShape);
    for (const cell of this.cells) {
      cell.ensureBuilt(shape);
      shape = [shape[0]!, outputSizeOf(cell)];
    }
  }

  override call(inputs: tf.Tensor | tf.Tensor[], { args }: CallContext): [tf.Tensor, Tree<tf.Tensor>[]] {
    let x = singleTensor(this.label, inputs);
    const before = args['states'] as readonly Tree<tf.Tensor>[];
    const states = this.cells.map((cell, i) => {
      const [output, next] = cell.apply(x, { states: before[i]! });
      x = output;
      return asList(next);
    });
    return [x, states];
  }

  forAllSteps<T>(inputShape: Shape, isTraining: boolean, run: () => T): T {
    const from = (i: number, shape: Shape): T => {
      const cell = this.cells[i];
      if (cell === undefined) return run();
      const next = (): T => from(i + 1, [shape[0]!, outputSizeOf(cell)]);
      return cell.forAllSteps?.(shape, isTraining, next) ?? next();
    };
    return from(0, inputShape);
  }
}

/** Makes a {@link StackedRNNCells}. */
export function stackedRNNCells(given: StackedRNNCellsOptions): StackedRNNCells {
  return new StackedRNNCells(given);
}
