// keras.ops.nn: attention by dot products, in plain tensor operations.
import * as tf from '@tensorflow/tfjs-core';
import { type OperationDefinition } from './operation-definition.js';

/** Where attention is masked. */
const least = -0.7 * 3.4028234663852886e38;

/** Shapes: query [batch, to, heads, depth], key and value [batch, from, groups, depth], bias and mask [batch, heads, to, from]. */
export const DotProductAttention: OperationDefinition = {
  parameters: ['query', 'key', 'value', 'bias', 'mask', 'scale'],
  options: ['is_causal', 'flash_attention', 'attn_logits_soft_cap'],
  run: (call) => {
    const query = call.float('query');
    if (query.rank !== 4) throw call.fail(`the query has rank ${query.rank}, expected 4`);
    const [, , heads, depth] = query.shape as [number, number, number, number];
    // A group of heads shares one key and one value.
    const ofHeads = (name: string): tf.Tensor => {
      const x = call.float(name);
      const [batch, from, groups, size] = x.shape as [number, number, number, number];
      if (groups === heads) return x;
      if (groups < 1 || heads % groups !== 0) throw call.fail(`${heads} heads are no multiple of ${groups}`);
      const each = tf.tile(tf.expandDims(x, 3), [1, 1, 1, heads / groups, 1]);
      return tf.reshape(each, [batch, from, heads, size]);
    };
    const byHead = (x: tf.Tensor): tf.Tensor => tf.transpose(x, [0, 2, 1, 3]);
    const [key, value] = [byHead(ofHeads('key')), byHead(ofHeads('value'))];
    const scale = call.has('scale') ? call.float('scale') : tf.scalar(1 / Math.sqrt(depth));
    const products = tf.mul(tf.matMul(byHead(query), key, false, true), scale);
    const withBias = call.has('bias') ? tf.add(products, call.float('bias')) : products;
    const [to, from] = products.shape.slice(-2) as [number, number];
    if (call.option('attn_logits_soft_cap') !== null)
      throw call.fail(
        'a soft cap of the logits is not supported, which Keras itself applies on some devices alone',
      );
    const masks = [
      ...(call.has('mask') ? [tf.cast(call.tensor('mask'), 'bool')] : []),
      ...(call.flag('is_causal')
        ? [tf.lessEqual(tf.range(0, from, 1, 'int32'), tf.reshape(tf.range(0, to, 1, 'int32'), [to, 1]))]
        : []),
    ];
    const masked = masks.reduce((x, mask) => tf.where(mask, x, tf.scalar(least)), withBias);
    return byHead(tf.matMul(tf.softmax(masked), value));
  },
};
