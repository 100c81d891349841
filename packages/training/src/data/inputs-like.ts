// Inputs for a model that has seen no data yet: like the first data in all but the batch.
import {
  input,
  isDataset,
  isTensorLike,
  layerNotBuilt,
  type TensorLike,
  type SymbolicTensor,
  type SymbolicTree,
} from '@lamella/core';
import {
  flatten,
  isHostTensor,
  mapTree,
  unflatten,
  structureOf,
  type DType,
  type HostTensor,
  type SymbolicShape,
  type Tree,
} from '@lamella/program';
import { isExampleSource, toNumbers, type TrainingData } from './adapt-data.js';

/** The shape of an input, the batch first, and how its data lie in memory. */
export interface InputLike {
  readonly shape: SymbolicShape;
  readonly dtype: DType;
}

/** What goes into a model for these data. Throws: LAYER_NOT_BUILT for a stream that can be read once only. */
export async function inputsLike(subject: string, data: TrainingData): Promise<Tree<InputLike>> {
  if (!isExampleSource(data)) {
    const leaves = flatten<TensorLike>(data, isTensorLike);
    const tensors = await Promise.all(leaves.map((leaf) => toNumbers(leaf, subject)));
    // A list of numbers is a column.
    const rows = ({ shape }: HostTensor): readonly number[] => (shape.length === 1 ? [1] : shape.slice(1));
    const likes = tensors.map((tensor) => ({ shape: [null, ...rows(tensor)], dtype: tensor.dtype }));
    return unflatten<InputLike>(structureOf(data, isTensorLike), likes);
  }
  if (isDataset(data)) {
    const { x } = await data.get(0);
    return mapTree(x, ({ shape, dtype }) => ({ shape: [null, ...shape], dtype }));
  }
  if (typeof (data as { next?: unknown }).next === 'function')
    throw layerNotBuilt(subject, 'its first data come from a stream that can be read once only');
  for await (const { x } of data)
    return mapTree(x, ({ shape, dtype }) => ({ shape: [null, ...shape.slice(1)], dtype }));
  throw layerNotBuilt(subject, 'its first data are none');
}

/** Inputs of a graph, named by their keys. */
export function symbolicInputs(like: Tree<InputLike>): SymbolicTree {
  const isLeaf = (value: unknown): boolean =>
    isHostTensor(value) || Array.isArray((value as Partial<InputLike> | null)?.shape);
  return mapTree(
    like,
    ({ shape, dtype }, path): SymbolicTensor =>
      input({
        batchShape: shape,
        dtype,
        name: `input${path.replace(/\W+/g, '_')}`,
      }),
    isLeaf,
  );
}
