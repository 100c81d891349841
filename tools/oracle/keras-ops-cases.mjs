// The Lambdas that keras-ops-models.mjs exports: some for each family of kernels, with the inputs they take. Only data.
import * as tf from '@tensorflow/tfjs-core';

/** @typedef {{ shape: (number | null)[], dtype?: 'float32' | 'int32', low?: number, high?: number }} Spec */
/** @typedef {(...tensors: tf.Tensor[]) => tf.Tensor | tf.Tensor[]} Fn */

export const row = (/** @type {number} */ size, low = -2, high = 2) => [{ shape: [size], low, high }];
const two = [{ shape: [3, 4] }, { shape: [3, 4] }];
const integers = (/** @type {number[]} */ shape, low = 0, high = 4) => ({
  shape,
  dtype: /** @type {'int32'} */ ('int32'),
  low,
  high,
});

export const straightThrough = tf.customGrad(
  /** @type {any} */ (
    (/** @type {tf.Tensor} */ x) => ({ value: tf.round(x), gradFunc: (/** @type {tf.Tensor} */ dy) => dy })
  ),
);
const reversed = tf.customGrad(
  /** @type {any} */ (
    (/** @type {tf.Tensor} */ x) => ({
      value: tf.clone(x),
      gradFunc: (/** @type {tf.Tensor} */ dy) => tf.mul(dy, -0.5),
    })
  ),
);
const stopped = tf.customGrad(
  /** @type {any} */ (
    (/** @type {tf.Tensor} */ x) => ({
      value: tf.clone(x),
      gradFunc: (/** @type {tf.Tensor} */ dy) => tf.zerosLike(dy),
    })
  ),
);

/** By name: the inputs without their batch, and the Lambda's function of them. @type {Record<string, [Spec[], Fn]>} */
export const cases = {
  arithmetic: [two, (a, b) => tf.add(tf.mul(a, 2), tf.sub(tf.div(b, 3), 0.5))],
  broadcasting: [[{ shape: [3, 4] }, { shape: [1, 4] }], (a, b) => tf.mul(a, tf.add(b, [1, 2, 3, 4]))],
  powers: [[{ shape: [4], low: 0.5, high: 2 }, { shape: [4] }], (a, b) => tf.pow(a, b)],
  modulo: [two, (a, b) => tf.mod(tf.mul(a, 3), tf.add(tf.abs(b), 1))],
  'integer-division': [[integers([4], -9, 9), integers([4], 1, 4)], (a, b) => tf.floorDiv(a, b)],
  extremes: [two, (a, b) => tf.sub(tf.maximum(a, b), tf.minimum(a, 0.25))],
  'squared-difference': [two, (a, b) => tf.squaredDifference(a, b)],
  atan2: [two, (a, b) => tf.atan2(a, b)],
  'add-n': [two, (a, b) => tf.addN([a, b, a])],
  comparisons: [
    two,
    (a, b) =>
      tf.addN(
        [tf.greater(a, b), tf.lessEqual(a, 0), tf.equal(b, b), tf.notEqual(a, b)].map((x) =>
          tf.cast(x, 'float32'),
        ),
      ),
  ],
  logic: [
    two,
    (a, b) =>
      tf.cast(
        tf.logicalOr(tf.logicalAnd(tf.greater(a, 0), tf.less(b, 0)), tf.logicalNot(tf.greaterEqual(b, 1))),
        'int32',
      ),
  ],
  'boolean-output': [two, (a, b) => tf.logicalXor(tf.greater(a, 0), tf.greater(b, 0))],
  where: [two, (a, b) => tf.where(tf.greater(a, b), a, tf.mul(b, 10))],
  'where-of-constants': [row(4), (x) => tf.where(tf.greater(x, 0), tf.onesLike(x), tf.fill(x.shape, -3))],
  trigonometry: [
    row(4, -0.9, 0.9),
    (x) => tf.addN([tf.sin(x), tf.cos(x), tf.tan(x), tf.asin(x), tf.acos(x), tf.atan(x)]),
  ],
  hyperbolic: [
    row(4, -0.9, 0.9),
    (x) => tf.addN([tf.sinh(x), tf.cosh(x), tf.tanh(x), tf.asinh(x), tf.atanh(x), tf.acosh(tf.add(x, 2))]),
  ],
  exponentials: [
    row(4, 0.1, 2),
    (x) => tf.addN([tf.exp(x), tf.expm1(x), tf.log(x), tf.log1p(x), tf.sqrt(x), tf.rsqrt(x)]),
  ],
  rounding: [
    row(6, -4, 4),
    (x) => tf.addN([tf.round(x), tf.floor(x), tf.ceil(x), tf.sign(x), tf.abs(x), tf.neg(x)]),
  ],
  'square-reciprocal-erf': [row(4, 0.2, 2), (x) => tf.addN([tf.square(x), tf.reciprocal(x), tf.erf(x)])],
  'not-numbers': [
    row(4),
    (x) => {
      const odd = tf.log(x);
      return tf.where(
        tf.isNaN(odd),
        tf.zerosLike(x),
        tf.where(tf.isFinite(odd), odd, tf.cast(tf.isInf(odd), 'float32')),
      );
    },
  ],
  infinities: [
    row(3),
    (x) => tf.where(tf.greater(x, 0), tf.fill(x.shape, Infinity), tf.fill(x.shape, -Infinity)),
  ],
  clip: [row(6), (x) => tf.clipByValue(x, -0.5, 1)],
  'clip-integers': [[integers([6], -5, 5)], (x) => tf.clipByValue(x, -2, 3)],
  step: [row(6), (x) => tf.step(x, 0.25)],
  activations: [
    row(6),
    (x) =>
      tf.addN([tf.relu(x), tf.relu6(tf.mul(x, 5)), tf.elu(x), tf.selu(x), tf.sigmoid(x), tf.softplus(x)]),
  ],
  'leaky-relu': [row(6), (x) => tf.leakyRelu(x, 0.3)],
  prelu: [row(6), (x) => tf.prelu(x, tf.scalar(0.1))],
  softmax: [row(6), (x) => tf.softmax(x)],
  'log-softmax': [row(6), (x) => tf.logSoftmax(x)],
  'sum-mean': [[{ shape: [3, 4] }], (x) => tf.add(tf.sum(x, 1), tf.mean(x, [1], false))],
  'sum-keep': [[{ shape: [3, 4] }], (x) => tf.div(x, tf.sum(tf.abs(x), [1, 2], true))],
  'max-min-prod': [[{ shape: [3, 4] }], (x) => tf.addN([tf.max(x, -1), tf.min(x, -1), tf.prod(x, -1)])],
  'any-all': [
    [{ shape: [3, 4] }],
    (x) => tf.stack([tf.any(tf.greater(x, 1), 2), tf.all(tf.greater(x, -1), 2)], 1),
  ],
  'log-sum-exp': [[{ shape: [3, 4] }], (x) => tf.logSumExp(x, 1)],
  moments: [
    [{ shape: [3, 4] }],
    (x) => {
      const { mean, variance } = tf.moments(x, [1], true);
      return tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-3)));
    },
  ],
  'l2-normalisation': [row(6), (x) => tf.div(x, tf.norm(x, 'euclidean', 1, true))],
  'over-the-batch': [row(4), (x) => tf.sub(x, tf.mean(x, 0, true))],
  'batch-size-as-number': [row(4), (x) => tf.sub(x, tf.div(tf.sum(x, 0, true), x.shape[0]))],
  'arg-max': [[{ shape: [3, 4] }], (x) => tf.argMax(x, 2)],
  'arg-min': [[{ shape: [3, 4] }], (x) => tf.argMin(x, 1)],
  'cumulative-sum': [[{ shape: [3, 4] }], (x) => tf.add(tf.cumsum(x, 1), tf.cumsum(x, 2, true, true))],
  'cumulative-product': [[{ shape: [3, 4] }], (x) => tf.cumprod(x, -1, true)],
  reshape: [[{ shape: [3, 4] }], (x) => tf.reshape(x, [x.shape[0], 2, 6])],
  'reshape-the-batch': [[{ shape: [3, 4] }], (x) => tf.reshape(x, [-1, 4])],
  'expand-squeeze': [[{ shape: [3, 1] }], (x) => tf.expandDims(tf.squeeze(x, [2]), 1)],
  transpose: [[{ shape: [3, 4] }], (x) => tf.transpose(x, [0, 2, 1])],
  tile: [[{ shape: [1, 3] }], (x) => tf.tile(x, [1, 2, 3])],
  'tile-over-the-batch': [row(3), (x) => tf.add(x, tf.tile(tf.tensor2d([[1, 2, 3]]), [x.shape[0], 1]))],
  'broadcast-to': [[{ shape: [1, 3] }], (x) => tf.broadcastTo(x, [x.shape[0], 4, 3])],
  reverse: [[{ shape: [3, 4] }], (x) => tf.reverse(x, [1, 2])],
  pad: [
    [{ shape: [3, 4] }],
    (x) =>
      tf.pad(
        x,
        [
          [0, 0],
          [1, 2],
          [0, 1],
        ],
        7,
      ),
  ],
  'mirror-pad': [
    [{ shape: [3, 4] }],
    (x) =>
      tf.mirrorPad(
        x,
        [
          [0, 0],
          [1, 1],
          [2, 0],
        ],
        'reflect',
      ),
  ],
  'concatenate-stack': [
    two,
    (a, b) => tf.concat([tf.concat([a, b], 2), tf.reshape(tf.stack([a, b], 2), [-1, 3, 8])], 1),
  ],
  'concatenate-constant': [row(3), (x) => tf.concat([x, tf.ones([x.shape[0], 2])], 1)],
  'split-unstack': [
    [{ shape: [3, 4] }],
    (x) => {
      const [left, right] = tf.split(x, [1, 3], 2);
      return tf.concat([tf.mul(right, 2), left, tf.expandDims(tf.unstack(x, 2)[3], 2)], 2);
    },
  ],
  slice: [[{ shape: [3, 4] }], (x) => tf.slice(x, [0, 1, 0], [-1, 2, 3])],
  'strided-slice': [[{ shape: [5, 4] }], (x) => tf.stridedSlice(x, [0, 4, 0], [0, 0, 4], [1, -2, 3], 1, 1)],
  'matrix-product': [[{ shape: [3, 4] }, { shape: [2, 4] }], (a, b) => tf.matMul(a, b, false, true)],
  'product-with-constant': [
    row(3),
    (x) =>
      tf.matMul(
        x,
        tf.tensor2d([
          [1, 2],
          [3, 4],
          [5, -6],
        ]),
      ),
  ],
  einsum: [[{ shape: [3, 4] }, { shape: [4, 2] }], (a, b) => tf.einsum('bij,bjk->bik', a, b)],
  attention: [[{ shape: [3, 4] }], (x) => tf.matMul(tf.softmax(tf.div(tf.matMul(x, x, false, true), 2)), x)],
  cast: [row(4), (x) => tf.cast(tf.mul(x, 3), 'int32')],
  'integers-in': [[integers([4])], (x) => tf.add(tf.mul(x, tf.scalar(3, 'int32')), tf.scalar(1, 'int32'))],
  'one-hot': [[integers([3])], (x) => tf.oneHot(/** @type {tf.Tensor1D} */ (x), 4, 2, -1)],
  gather: [[{ shape: [4, 3] }], (x) => tf.gather(x, tf.tensor1d([2, 0, 0, 3], 'int32'), 1)],
  'lookup-table': [
    [integers([3])],
    (x) =>
      tf.gather(
        tf.tensor2d([
          [1, 2],
          [3, 4],
          [5, 6],
          [7, 8],
        ]),
        /** @type {tf.Tensor1D} */ (x),
      ),
  ],
  'top-k': [row(6), (x) => tf.topk(x, 3).values],
  'two-outputs': [row(6), (x) => [tf.topk(x, 2).values, tf.topk(x, 2).indices]],
  'positions-added': [[{ shape: [4, 2] }], (x) => tf.add(x, tf.reshape(tf.range(0, 4), [1, 4, 1]))],
  'line-space': [row(5), (x) => tf.mul(x, tf.linspace(0, 1, 5))],
  'constant-output': [row(3), (x) => tf.fill([x.shape[0], 2, 3], 4)],
  identity: [row(3), (x) => x],
  'batch-normalisation': [
    row(3),
    (x) =>
      tf.batchNorm(
        tf.reshape(x, [-1, 1, 1, 3]),
        tf.tensor1d([0, 1, 2]),
        tf.tensor1d([1, 2, 3]),
        tf.tensor1d([1, 1, 2]),
        tf.tensor1d([2, 1, 1]),
      ),
  ],
  'unknown-length': [
    [{ shape: [null, 3] }],
    (x) => tf.div(tf.sum(x, 1, true), tf.add(tf.sum(tf.onesLike(x), 1, true), 1)),
  ],
  'unknown-length-constant': [
    [{ shape: [null, 3] }],
    (x) => tf.concat([x, tf.expandDims(tf.ones([x.shape[0], x.shape[1]]), 2)], 2),
  ],
  'straight-through': [row(4), (x) => straightThrough(tf.mul(x, 3))],
  'gradient-reversal': [row(4), (x) => reversed(x)],
  'gradient-stop': [row(4), (x) => tf.mul(stopped(x), x)],
  'max-pooling': [[{ shape: [6, 6, 2] }], (x) => tf.maxPool(/** @type {any} */ (x), 3, 2, 'same')],
  'max-pooling-padded': [[{ shape: [6, 6, 2] }], (x) => tf.maxPool(/** @type {any} */ (x), 3, 2, 1, 'floor')],
  'average-pooling': [[{ shape: [6, 6, 2] }], (x) => tf.avgPool(/** @type {any} */ (x), 3, 2, 'same')],
  'pooling-in-space': [
    [{ shape: [4, 4, 4, 1] }],
    (x) =>
      tf.add(
        tf.maxPool3d(/** @type {any} */ (x), 2, 2, 'valid'),
        tf.avgPool3d(/** @type {any} */ (x), 2, 2, 'valid'),
      ),
  ],
  'blur-by-constants': [
    [{ shape: [6, 6, 2] }],
    (x) => tf.depthwiseConv2d(/** @type {any} */ (x), tf.fill([3, 3, 2, 1], 1 / 9), 1, 'same'),
  ],
  convolution: [
    [{ shape: [6, 6, 2] }],
    (x) =>
      tf.conv2d(/** @type {any} */ (x), tf.tensor4d([1, -1, 2, 0.5, 0.25, 3, -2, 1], [2, 2, 2, 1]), 2, 1),
  ],
  'dilated-convolution': [
    [{ shape: [7, 7, 1] }],
    (x) =>
      tf.conv2d(/** @type {any} */ (x), tf.tensor4d([1, -1, 2, 0.5], [2, 2, 1, 1]), 1, 'same', 'NHWC', 2),
  ],
  'convolution-along-a-line': [
    [{ shape: [8, 2] }],
    (x) => tf.conv1d(/** @type {any} */ (x), tf.tensor3d([1, 2, 3, 4, 5, 6], [3, 2, 1]), 1, 'same'),
  ],
  'convolution-in-space': [
    [{ shape: [4, 4, 4, 1] }],
    (x) => tf.conv3d(/** @type {any} */ (x), tf.fill([2, 2, 2, 1, 2], 0.5), 1, 'valid'),
  ],
  'transposed-convolution': [
    [{ shape: [3, 3, 1] }],
    (x) =>
      tf.conv2dTranspose(
        /** @type {any} */ (x),
        tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [3, 3, 1, 1]),
        [x.shape[0], 6, 6, 1],
        2,
        'same',
      ),
  ],
  'transposed-convolution-valid': [
    [{ shape: [3, 3, 1] }],
    (x) =>
      tf.conv2dTranspose(
        /** @type {any} */ (x),
        tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [3, 3, 1, 1]),
        [x.shape[0], 7, 7, 1],
        2,
        'valid',
      ),
  ],
  'resize-bilinear': [[{ shape: [4, 5, 2] }], (x) => tf.image.resizeBilinear(/** @type {any} */ (x), [7, 3])],
  'resize-bilinear-by-centres': [
    [{ shape: [4, 5, 2] }],
    (x) => tf.image.resizeBilinear(/** @type {any} */ (x), [7, 3], false, true),
  ],
  'resize-nearest': [
    [{ shape: [4, 5, 2] }],
    (x) => tf.image.resizeNearestNeighbor(/** @type {any} */ (x), [7, 3]),
  ],
  'depth-to-space': [[{ shape: [2, 2, 8] }], (x) => tf.depthToSpace(/** @type {any} */ (x), 2)],
  'flip-left-right': [[{ shape: [3, 4, 2] }], (x) => tf.image.flipLeftRight(/** @type {any} */ (x))],
  'response-normalisation': [
    [{ shape: [2, 2, 6] }],
    (x) => tf.localResponseNormalization(/** @type {any} */ (x), 2, 1, 0.5, 0.75),
  ],
  'gather-each': [[{ shape: [4, 3] }, integers([2])], (x, i) => tf.gather(x, /** @type {any} */ (i), 1, 1)],
  'gather-by-place': [
    [integers([2, 2], 0, 3)],
    (places) =>
      tf.gatherND(
        tf.tensor3d(
          Array.from({ length: 18 }, (_, i) => i),
          [3, 3, 2],
        ),
        places,
      ),
  ],
  diagonal: [row(3), (x) => tf.matMul(x, tf.diag(tf.tensor1d([1, 2, 3])))],
  'softmax-cross-entropy': [
    [{ shape: [4], low: 0, high: 1 }, { shape: [4] }],
    (y, x) => tf.losses.softmaxCrossEntropy(y, x, undefined, 0, tf.Reduction.NONE),
  ],
  'mish-by-hand': [row(4), (x) => tf.mul(x, tf.tanh(tf.softplus(x)))],
  'gelu-by-hand': [row(4), (x) => tf.mul(tf.mul(0.5, x), tf.add(1, tf.erf(tf.div(x, Math.SQRT2))))],
  'focal-weight': [
    row(4, 0.05, 0.95),
    (p) => tf.mul(tf.pow(tf.sub(1, p), 2), tf.neg(tf.log(tf.clipByValue(p, 1e-7, 1)))),
  ],
  'vae-sampling-with-noise-given': [
    [{ shape: [4] }, { shape: [4] }, { shape: [4] }],
    (mean, logVariance, noise) => tf.add(mean, tf.mul(tf.exp(tf.mul(0.5, logVariance)), noise)),
  ],
  'vae-divergence': [
    [{ shape: [4] }, { shape: [4] }],
    (mean, logVariance) =>
      tf.mul(
        -0.5,
        tf.sum(tf.sub(tf.add(1, logVariance), tf.add(tf.square(mean), tf.exp(logVariance))), 1, true),
      ),
  ],
  'cosine-similarity': [
    [{ shape: [4] }, { shape: [4] }],
    (a, b) => tf.div(tf.sum(tf.mul(a, b), 1, true), tf.mul(tf.norm(a, 2, 1, true), tf.norm(b, 2, 1, true))),
  ],
};

/** What the gradient of the sum of an output must be in Keras, where tf.customGrad says so. @type {Record<string, (x: number) => number>} */
export const gradients = {
  'straight-through': () => 3,
  'gradient-reversal': () => -0.5,
  'gradient-stop': (x) => x,
};
