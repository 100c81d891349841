// RoundTo on tfjs tensors: by the host, since no backend of tfjs knows narrower floats than float32.
import * as tf from '@tensorflow/tfjs-core';
import { narrowFloats, widenFloats, type NarrowFloat } from './narrow-floats.js';

/** The numbers of `dtype` nearest to those of `x`, as float32. */
export function roundTensor(x: tf.Tensor, dtype: NarrowFloat): tf.Tensor {
  const values = x.dataSync() as Float32Array;
  return tf.tensor(widenFloats(narrowFloats(values, dtype), dtype), x.shape, 'float32');
}
