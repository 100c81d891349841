// keras.ops.nn: activations and normalisations.
import * as tf from '@tensorflow/tfjs-core';
import { alongAxes } from './along-axes.js';
import {
  castTo,
  floatUnary,
  toFloat,
  unary,
  withOptions,
  type OperationDefinition,
} from './operation-definition.js';

const withNumbers = (
  options: Readonly<Record<string, number | undefined>>,
  fn: (x: tf.Tensor, ...values: number[]) => tf.Tensor,
): OperationDefinition => {
  const entries = Object.entries(options);
  return withOptions(Object.keys(options), (x, call) =>
    fn(toFloat(x), ...entries.map(([name, value]) => call.number(name, value))),
  );
};

const sigmoid6 = (x: tf.Tensor): tf.Tensor => tf.div(tf.clipByValue(tf.add(x, 3), 0, 6), 6);

export const Relu = unary((x) => tf.relu(x));
export const Relu6 = unary((x) => tf.relu6(x));
export const Sigmoid = floatUnary((x) => tf.sigmoid(x));
export const Softplus = floatUnary((x) => tf.softplus(x));
export const Softsign = floatUnary((x) => tf.div(x, tf.add(tf.abs(x), 1)));
export const Silu = floatUnary((x) => tf.mul(x, tf.sigmoid(x)));
export const LogSigmoid = floatUnary((x) => tf.neg(tf.softplus(tf.neg(x))));
export const HardSigmoid = floatUnary(sigmoid6);
export const HardSilu = floatUnary((x) => tf.mul(x, sigmoid6(x)));
export const HardTanh = floatUnary((x) => tf.clipByValue(x, -1, 1));
export const TanhShrink = floatUnary((x) => tf.sub(x, tf.tanh(x)));
export const Selu = floatUnary((x) => tf.selu(x));
export const Mish = floatUnary((x) => tf.mul(x, tf.tanh(tf.softplus(x))));
export const SparsePlus = floatUnary((x) =>
  tf.where(
    tf.lessEqual(x, -1),
    tf.zerosLike(x),
    tf.where(tf.less(x, 1), tf.mul(0.25, tf.square(tf.add(x, 1))), x),
  ),
);
export const SparseSigmoid = floatUnary((x) => tf.clipByValue(tf.mul(0.5, tf.add(x, 1)), 0, 1));
export const LeakyRelu = withNumbers({ negative_slope: 0.2 }, (x, slope) => tf.leakyRelu(x, slope));
export const Elu = withNumbers({ alpha: 1 }, (x, alpha) =>
  tf.where(tf.greater(x, 0), x, tf.mul(alpha!, tf.expm1(tf.minimum(x, 0)))),
);
export const Celu = withNumbers({ alpha: 1 }, (x, alpha) =>
  tf.add(tf.relu(x), tf.mul(alpha!, tf.expm1(tf.minimum(tf.div(x, alpha!), 0)))),
);
export const Squareplus = withNumbers({ b: 4 }, (x, b) =>
  tf.div(tf.add(x, tf.sqrt(tf.add(tf.square(x), b!))), 2),
);
export const SoftShrink = withNumbers({ threshold: 0.5 }, (x, by) =>
  tf.mul(tf.sign(x), tf.relu(tf.sub(tf.abs(x), by!))),
);
export const HardShrink = withNumbers({ threshold: 0.5 }, (x, by) =>
  tf.where(tf.greater(tf.abs(x), by!), x, tf.zerosLike(x)),
);
export const Threshold = withNumbers({ threshold: undefined, default_value: undefined }, (x, by, otherwise) =>
  tf.where(tf.greater(x, by!), x, tf.fill(x.shape, otherwise!)),
);

export const Gelu = withOptions(['approximate'], (x, call) => {
  if (call.option('approximate') === false)
    return tf.mul(tf.mul(0.5, x), tf.add(1, tf.erf(tf.div(x, Math.SQRT2))));
  const inner = tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, tf.mul(x, tf.square(x)))));
  return tf.mul(tf.mul(0.5, x), tf.add(1, tf.tanh(inner)));
});

export const Glu = withOptions(['axis'], (x, call) => {
  const [a, b] = tf.split(x, 2, call.axis(x.rank, -1)) as [tf.Tensor, tf.Tensor];
  return tf.mul(a, tf.sigmoid(b));
});

export const Softmax = withOptions(['axis'], (x, call) =>
  alongAxes(toFloat(x), call.axes(x), (y) => tf.softmax(y)),
);
export const LogSoftmax = withOptions(['axis'], (x, call) =>
  alongAxes(toFloat(x), call.axes(x), (y) => tf.logSoftmax(y)),
);

/** As Keras computes it, which sums cumulative sums. */
export const Sparsemax = withOptions(['axis'], (x, call) =>
  alongAxes(toFloat(x), [call.axis(x.rank, -1)], (rows) => {
    const size = rows.shape[rows.rank - 1]!;
    const sorted = tf.topk(rows, size).values;
    const sums = tf.cumsum(sorted, rows.rank - 1);
    const isKept = tf.cast(
      tf.greater(tf.sub(sorted, tf.div(tf.sub(sums, 1), tf.range(1, size + 1))), 0),
      'float32',
    );
    const excess = tf.sub(tf.sum(tf.mul(isKept, sums), -1, true), 1);
    return tf.relu(tf.sub(rows, tf.div(excess, tf.sum(isKept, -1, true))));
  }),
);

/** The activation of that name as an operation, which Keras has beside the one of keras.ops.nn. */
export const ReLU = withOptions(['negative_slope', 'max_value', 'threshold'], (x, call) => {
  const [slope, threshold] = [call.number('negative_slope', 0), call.number('threshold', 0)];
  const above = tf.where(tf.greater(x, threshold), x, tf.zerosLike(x));
  const capped =
    call.option('max_value') === null ? above : tf.clipByValue(above, 0, call.number('max_value'));
  return slope === 0 ? capped : tf.sub(capped, tf.mul(slope, tf.relu(tf.sub(threshold, x))));
});

export const OneHot = withOptions(['num_classes', 'axis', 'dtype', 'sparse'], (x, call) => {
  if (call.flag('sparse')) throw call.fail('sparse tensors are not supported');
  const axis = call.axis(x.rank + 1, -1);
  const ones = tf.oneHot(tf.cast(x, 'int32'), call.integer('num_classes'));
  const order = x.shape.map((_, i) => i);
  order.splice(axis, 0, x.rank);
  return castTo(axis === x.rank ? ones : tf.transpose(ones, order), call.dtype() ?? 'float32');
});

/** Which classes occur in a row of them. */
export const MultiHot: OperationDefinition = {
  ...OneHot,
  parameters: ['inputs'],
  run: (call) => {
    if (call.flag('sparse')) throw call.fail('sparse tensors are not supported');
    const x = tf.cast(call.tensor('inputs'), 'int32');
    const hot = tf.max(tf.oneHot(x, call.integer('num_classes')), x.rank > 1 ? 1 : 0);
    if (call.axis(hot.rank, -1) !== hot.rank - 1)
      throw call.fail('classes along another axis than the last are not supported');
    return castTo(hot, call.dtype() ?? 'float32');
  },
};
