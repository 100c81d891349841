// The ends of a step of a model's own: whatever data come, nested as they come.
import { flatten, mapTree, structureOf, type Tree } from '@lamella/program';
import type { Tensors, TrainingData } from './adapt-data.js';
import type { DataEnds } from './data-ends.js';
import { dataLike, isInputLike, symbolicInputs, type InputLike } from './inputs-like.js';

/** Ends for data of any form, like these. Throws: DATA_INVALID, LAYER_NOT_BUILT for a stream that can be read once only. */
export async function endsOfData(
  label: string,
  data: TrainingData,
  targets: Tensors | undefined,
): Promise<DataEnds> {
  const { x, y } = await dataLike(label, data, targets);
  return endsLike(label, x, y);
}

/** Ends for data like these, of any sizes. */
export function endsLike(label: string, x: Tree<InputLike>, y: Tree<InputLike> | undefined): DataEnds {
  const ofAnySize = (like: Tree<InputLike>): Tree<InputLike> =>
    mapTree(
      like,
      // A list of numbers is a column, and columns stay columns.
      ({ shape, dtype }) => ({
        shape: shape.map((size, i) => (i === 1 && shape.length === 2 && size === 1 ? 1 : null)),
        dtype,
      }),
      isInputLike,
    );
  const inputs = symbolicInputs(ofAnySize(x));
  const outputs = y === undefined ? [] : symbolicInputs(ofAnySize(y), 'target');
  return {
    label,
    inputs: flatten(inputs),
    inputStructure: structureOf(inputs),
    outputs: flatten(outputs),
    outputStructure: structureOf(outputs),
  };
}
