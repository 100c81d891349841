// The options of layers that make their cell themselves, and the cell made of them.
import { option, optionInvalid, type Layer, type LayerOptions } from '@lamella/core';
import { regularizerOption } from '../options/declarations.js';
import { recurrentOptions } from './recurrent.js';

/** The options of the loop around the cell. */
export const loopOptions = {
  ...recurrentOptions,
  /** What the output adds to the loss. Default null, nothing. */
  activityRegularizer: regularizerOption(),
} as const;

/** Whether Keras is to use cuDNN, for files: nothing here does. Default `auto`. */
export const cudnnOption = {
  useCudnn: option<'auto' | boolean>({
    check: (subject, name, given) => {
      if (given === 'auto' || typeof given === 'boolean') return given;
      throw optionInvalid(subject, name, '"auto", true or false', given);
    },
    default: 'auto',
    write: (kept) => (kept === 'auto' ? undefined : kept),
  }),
} as const;

interface CellClass<C> {
  new (given: never): C;
  readonly options: object;
}

/** The cell of a layer, under Keras' name for it. */
export function cellOf<C>(Cell: CellClass<C>, layer: Layer, given: LayerOptions, name: string): C {
  const options = given as Readonly<Record<string, unknown>>;
  const own = Object.keys(Cell.options).map((key) => [key, options[key]]);
  const { dtypePolicy: dtype, trainable } = layer;
  return new Cell({ ...Object.fromEntries(own), name, dtype, trainable } as never);
}
