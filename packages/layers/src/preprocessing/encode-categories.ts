// Numbers of categories as rows: one-hot, which of them there are, or how many. As Keras' encode_categorical_inputs.
import * as tf from '@tensorflow/tfjs-core';
import { option, optionInvalid, type LayerOptions, type Option } from '@lamella/core';
import { HostTensor, sizeOf, type Shape, type SymbolicShape } from '@lamella/program';

/** How categories come out: as numbers, as one row each, or as one row for all of an example. */
export type CategoryMode = 'int' | 'one_hot' | 'multi_hot' | 'count';

const aliases: Readonly<Record<string, string>> = { binary: 'multi_hot', 'tf-idf': 'tf_idf' };

/** One of a few modes; Keras' older words for them count too. */
export function categoryModeOption<const T extends string>(
  words: readonly T[],
  fallback: NoInfer<T>,
): Option<T, T, false> {
  return option<T>({
    check: (subject, name, given) => {
      const word = aliases[given as string] ?? given;
      if (words.includes(word as T)) return word as T;
      throw optionInvalid(subject, name, `one of ${words.map((one) => `"${one}"`).join(', ')}`, given);
    },
    default: fallback,
  });
}

/** The options of a layer, with an integer dtype where numbers come out, as Keras insists. */
export function withNumbersDType<O extends LayerOptions & { readonly outputMode?: unknown }>(given: O): O {
  return (given?.outputMode ?? 'int') === 'int' ? { ...given, dtype: given?.dtype ?? 'int64' } : given;
}

/** The shape that comes out for numbers of this shape. */
export function encodedShape(shape: SymbolicShape, mode: CategoryMode, depth: number): SymbolicShape {
  if (mode === 'int') return shape;
  if (mode !== 'one_hot')
    return [...shape.slice(0, 1), ...shape.slice(2), depth].slice(shape.length > 1 ? 0 : -1);
  return [...(shape.length > 1 && shape.at(-1) === 1 ? shape.slice(0, -1) : shape), depth];
}

/** Numbers as floats by `mode`; those outside of the depth count nowhere. `weights`, of a count: what each adds. */
export function encodeTensor(
  indices: tf.Tensor,
  mode: Exclude<CategoryMode, 'int'>,
  depth: number,
  weights?: tf.Tensor,
): tf.Tensor {
  const places =
    mode === 'one_hot' && indices.rank > 1 && indices.shape.at(-1) === 1
      ? tf.squeeze(indices, [-1])
      : indices;
  const hot = tf.cast(tf.equal(tf.expandDims(places, -1), tf.range(0, depth, 1, 'int32')), 'float32');
  if (mode === 'one_hot') return hot;
  const axis = Math.min(1, places.rank - 1);
  if (mode === 'multi_hot') return tf.max(hot, axis);
  return tf.sum(weights === undefined ? hot : tf.mul(hot, tf.expandDims(weights, -1)), axis);
}

/** The same in host memory. */
export function encodeOnHost(
  indices: Int32Array,
  shape: Shape,
  mode: CategoryMode,
  depth: number,
): HostTensor {
  if (mode === 'int') return new HostTensor(indices, shape, 'int32');
  const encoded = HostTensor.zeros(encodedShape(shape, mode, depth) as Shape);
  // One row for each number, or for all on the second axis.
  const [merged, inner] =
    mode === 'one_hot'
      ? [1, indices.length]
      : [shape.length > 1 ? shape[1]! : indices.length, sizeOf(shape.slice(2))];
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (index < 0 || index >= depth) continue;
    const row = mode === 'one_hot' ? i : Math.floor(i / (merged * inner)) * inner + (i % inner);
    encoded.data[row * depth + index] = mode === 'count' ? encoded.data[row * depth + index]! + 1 : 1;
  }
  return encoded;
}
