// Inputs for a model that has seen no data yet: like the first data in all but the batch.
import {
  input,
  isDataset,
  isTensorLike,
  layerNotBuilt,
  type BatchStream,
  type Dataset,
  type Example,
  type ExampleValue,
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
import { isExampleSource, toNumbers, type Tensors, type TrainingData } from './adapt-data.js';

/** The shape of an input, the batch first, and how its data lie in memory. */
export interface InputLike {
  readonly shape: SymbolicShape;
  readonly dtype: DType;
}

/** Whether a value is an {@link InputLike}: a leaf among trees of them. */
export function isInputLike(value: unknown): value is InputLike {
  return isHostTensor(value) || Array.isArray((value as Partial<InputLike> | null)?.shape);
}

/** What goes into a model for these data. Throws: LAYER_NOT_BUILT for a stream that can be read once only. */
export async function inputsLike(subject: string, data: TrainingData): Promise<Tree<InputLike>> {
  return (await dataLike(subject, data, undefined)).x;
}

/** What data look like, and their targets where there are any. Throws: as {@link inputsLike}. */
export async function dataLike(
  subject: string,
  data: TrainingData,
  targets: Tensors | undefined,
): Promise<{ readonly x: Tree<InputLike>; readonly y: Tree<InputLike> | undefined }> {
  if (!isExampleSource(data)) {
    const y = targets === undefined ? undefined : await tensorsLike(subject, targets);
    return { x: await tensorsLike(subject, data), y };
  }
  const { example, begin } = await firstExample(subject, data);
  const like = (tree: ExampleValue): Tree<InputLike> =>
    mapTree(tree, ({ shape, dtype }) => ({ shape: [null, ...shape.slice(begin)], dtype }));
  return { x: like(example.x), y: example.y === undefined ? undefined : like(example.y) };
}

async function tensorsLike(subject: string, data: Tensors): Promise<Tree<InputLike>> {
  const leaves = flatten<TensorLike>(data, isTensorLike);
  const tensors = await Promise.all(leaves.map((leaf) => toNumbers(leaf, subject)));
  // A list of numbers is a column.
  const rows = ({ shape }: HostTensor): readonly number[] => (shape.length === 1 ? [1] : shape.slice(1));
  const likes = tensors.map((tensor) => ({ shape: [null, ...rows(tensor)], dtype: tensor.dtype }));
  return unflatten<InputLike>(structureOf(data, isTensorLike), likes);
}

/** The first example or batch, and on which axis one sample begins. */
async function firstExample(
  subject: string,
  data: Dataset | BatchStream,
): Promise<{ readonly example: Example; readonly begin: 0 | 1 }> {
  if (isDataset(data)) return { example: await data.get(0), begin: 0 };
  if (typeof (data as { next?: unknown }).next === 'function')
    throw layerNotBuilt(subject, 'its first data come from a stream that can be read once only');
  for await (const example of data) return { example, begin: 1 };
  throw layerNotBuilt(subject, 'its first data are none');
}

/** Inputs of a graph, named by their keys. */
export function symbolicInputs(like: Tree<InputLike>, prefix = 'input'): SymbolicTree {
  return mapTree(
    like,
    ({ shape, dtype }, path): SymbolicTensor =>
      input({
        batchShape: shape,
        dtype,
        name: `${prefix}${path.replace(/\W+/g, '_')}`,
      }),
    isInputLike,
  );
}
