// The operations that Lambdas of public Keras and TensorFlow.js code call, as Lambdas call them: one function each, and inputs
// for it. Not here: what is tried with them (columns.ts).
import { HostTensor, random, scan, type NumberDType } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';

/** One operation. */
export interface OperationCase {
  /** As it is called in Keras or TensorFlow, where it is called otherwise in tfjs-core. */
  readonly keras: string;
  /** As it is called in tfjs-core. */
  readonly tfjs: string;
  readonly fn: (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];
  /** Shapes without the batch. Absent: one of [4]. */
  readonly shapes?: readonly (readonly number[])[];
  readonly dtypes?: readonly NumberDType[];
  /** The values of the floats are from here to 1 more. Default -0.9, which crosses 0. */
  readonly from?: number;
  /** Whether its gradient is not that of its values, on purpose. */
  readonly hasOwnGradient?: boolean;
}

const image = [[4, 4, 3]];
const rows = [[3, 4]];

export const cases: readonly OperationCase[] = [
  { keras: 'abs', tfjs: 'abs', fn: (a, b) => tf.abs(tf.sub(a!, b!)), shapes: [[4], [4]] },
  {
    keras: 'add, subtract',
    tfjs: 'add, sub',
    fn: (a, b) => tf.sub(tf.add(a!, b!), 0.5),
    shapes: [
      [3, 4],
      [1, 4],
    ],
  },
  {
    keras: 'multiply, divide',
    tfjs: 'mul, div',
    fn: (a, b) => tf.div(tf.mul(a!, b!), 3),
    shapes: [[4], [1]],
  },
  { keras: 'square', tfjs: 'square', fn: (x) => tf.square(x!) },
  { keras: 'sqrt', tfjs: 'sqrt', fn: (x) => tf.sqrt(x!), from: 0.1 },
  { keras: 'pow', tfjs: 'pow', fn: (x) => tf.pow(x!, 3) },
  { keras: 'exp', tfjs: 'exp', fn: (x) => tf.exp(x!) },
  { keras: 'log', tfjs: 'log', fn: (x) => tf.log(x!), from: 0.1 },
  { keras: 'sin, cos', tfjs: 'sin, cos', fn: (x) => tf.concat([tf.sin(x!), tf.cos(x!)], -1) },
  { keras: 'maximum', tfjs: 'maximum', fn: (a, b) => tf.maximum(a!, b!), shapes: [[4], [4]] },
  { keras: 'minimum', tfjs: 'minimum', fn: (a, b) => tf.minimum(a!, b!), shapes: [[4], [4]] },
  { keras: 'clip', tfjs: 'clipByValue', fn: (x) => tf.clipByValue(x!, -0.5, 0.5) },
  { keras: 'round, floor', tfjs: 'round, floor', fn: (x) => tf.add(tf.round(x!), tf.floor(x!)) },
  { keras: 'sign', tfjs: 'sign', fn: (x) => tf.sign(x!) },
  { keras: 'mod', tfjs: 'mod', fn: (x) => tf.mod(x!, 1) },
  { keras: 'mean', tfjs: 'mean', fn: (x) => tf.mean(x!, 1, true), shapes: rows },
  { keras: 'sum', tfjs: 'sum', fn: (x) => tf.sum(x!, 1), shapes: rows },
  { keras: 'max', tfjs: 'max', fn: (x) => tf.max(x!, -1, true), shapes: rows },
  { keras: 'min', tfjs: 'min', fn: (x) => tf.min(x!, -1), shapes: rows },
  { keras: 'prod', tfjs: 'prod', fn: (x) => tf.prod(x!, 1), shapes: rows, from: 0.5 },
  { keras: 'all, any', tfjs: 'all, any', fn: (x) => tf.any(tf.greater(x!, 0.5), 1), shapes: rows },
  {
    keras: 'std, var',
    tfjs: 'moments',
    fn: (x) => tf.sqrt(tf.moments(x!, 1).variance),
    shapes: rows,
  },
  { keras: 'logsumexp', tfjs: 'logSumExp', fn: (x) => tf.logSumExp(x!, -1) },
  { keras: 'norm', tfjs: 'norm', fn: (x) => tf.norm(x!, 'euclidean', -1) },
  {
    keras: 'l2_normalize',
    tfjs: 'norm, div',
    fn: (x) => tf.div(x!, tf.sqrt(tf.maximum(tf.sum(tf.square(x!), -1, true), 1e-12))),
  },
  { keras: 'cumsum', tfjs: 'cumsum', fn: (x) => tf.cumsum(x!, 1), shapes: rows },
  { keras: 'argmax', tfjs: 'argMax', fn: (x) => tf.argMax(x!, -1) },
  {
    keras: 'top_k',
    tfjs: 'topk',
    fn: (x) => tf.topk(x!, 2).values,
  },
  { keras: 'sort', tfjs: 'topk', fn: (x) => tf.reverse(tf.topk(x!, 4).values, -1) },
  { keras: 'expand_dims', tfjs: 'expandDims', fn: (x) => tf.expandDims(x!, 1) },
  { keras: 'squeeze', tfjs: 'squeeze', fn: (x) => tf.squeeze(x!, [1]), shapes: [[1, 4]] },
  { keras: 'reshape', tfjs: 'reshape', fn: (x) => tf.reshape(x!, [-1, 2, 6]), shapes: rows },
  { keras: 'transpose', tfjs: 'transpose', fn: (x) => tf.transpose(x!, [0, 2, 1]), shapes: rows },
  {
    keras: 'x[:, -1, :]',
    tfjs: 'slice',
    fn: (x) => tf.squeeze(tf.slice(x!, [0, 2, 0], [-1, 1, -1]), [1]),
    shapes: rows,
  },
  {
    keras: 'x[:, ::2]',
    tfjs: 'stridedSlice',
    fn: (x) => tf.stridedSlice(x!, [0, 0], [0, 0], [1, 2], 3, 3),
    shapes: rows,
  },
  { keras: 'split', tfjs: 'split', fn: (x) => tf.split(x!, 2, -1) },
  { keras: 'concatenate', tfjs: 'concat', fn: (a, b) => tf.concat([a!, b!], -1), shapes: [[2], [3]] },
  { keras: 'stack', tfjs: 'stack', fn: (a, b) => tf.stack([a!, b!], 1), shapes: [[4], [4]] },
  { keras: 'unstack', tfjs: 'unstack', fn: (x) => tf.unstack(x!, 1), shapes: rows },
  { keras: 'tile, repeat', tfjs: 'tile', fn: (x) => tf.tile(tf.expandDims(x!, 1), [1, 3, 1]) },
  { keras: 'flip', tfjs: 'reverse', fn: (x) => tf.reverse(x!, 1), shapes: rows },
  {
    keras: 'pad',
    tfjs: 'pad',
    fn: (x) =>
      tf.pad(
        x!,
        [
          [0, 0],
          [1, 2],
        ],
        0.5,
      ),
  },
  {
    keras: 'pad(mode="reflect")',
    tfjs: 'mirrorPad',
    fn: (x) =>
      tf.mirrorPad(
        x!,
        [
          [0, 0],
          [1, 2],
        ],
        'reflect',
      ),
  },
  { keras: 'cast', tfjs: 'cast', fn: (x) => tf.cast(tf.mul(x!, 10), 'int32') },
  {
    keras: 'one_hot',
    tfjs: 'oneHot',
    fn: (i) => tf.oneHot(tf.cast(i!, 'int32'), 5),
    shapes: [[3]],
    dtypes: ['int32'],
  },
  {
    keras: 'take',
    tfjs: 'gather',
    fn: (x, i) => tf.gather(x!, tf.cast(i!, 'int32'), 1, 1),
    shapes: [[3, 4], [2]],
    dtypes: ['float32', 'int32'],
  },
  {
    keras: 'gather_nd',
    tfjs: 'gatherND',
    fn: (x, i) => tf.gatherND(x!, tf.stack([tf.zerosLike(i!), i!], -1)),
    shapes: [[3, 4], [2]],
    dtypes: ['float32', 'int32'],
  },
  { keras: 'where', tfjs: 'where', fn: (x) => tf.where(tf.greater(x!, 0), x!, tf.mul(x!, 0.1)) },
  {
    keras: 'equal, not_equal',
    tfjs: 'equal, notEqual',
    fn: (i) => tf.cast(tf.notEqual(i!, 0), 'float32'),
    dtypes: ['int32'],
  },
  {
    keras: 'logical_and, logical_or, logical_not',
    tfjs: 'logicalAnd, logicalOr, logicalNot',
    fn: (x) =>
      tf.logicalAnd(tf.logicalNot(tf.greater(x!, 0.5)), tf.logicalOr(tf.less(x!, 0), tf.less(x!, 9))),
  },
  { keras: 'zeros_like, ones_like', tfjs: 'zerosLike, onesLike', fn: (x) => tf.add(x!, tf.onesLike(x!)) },
  {
    keras: 'sequence_mask, arange',
    tfjs: 'range, less',
    fn: (n) => tf.cast(tf.less(tf.range(0, 5, 1, 'int32'), n!), 'float32'),
    shapes: [[1]],
    dtypes: ['int32'],
  },
  {
    keras: 'linalg.band_part, tril',
    tfjs: 'range, lessEqual, where',
    fn: (x) => {
      const [row, column] = [tf.range(0, 4, 1, 'int32'), tf.range(0, 4, 1, 'int32')];
      return tf.where(tf.lessEqual(column, tf.expandDims(row, 1)), x!, tf.zerosLike(x!));
    },
    shapes: [[4, 4]],
  },
  { keras: 'relu', tfjs: 'relu', fn: (x) => tf.relu(x!) },
  { keras: 'leaky_relu', tfjs: 'leakyRelu', fn: (x) => tf.leakyRelu(x!, 0.1) },
  { keras: 'elu', tfjs: 'elu', fn: (x) => tf.elu(x!) },
  { keras: 'sigmoid', tfjs: 'sigmoid', fn: (x) => tf.sigmoid(x!) },
  { keras: 'tanh', tfjs: 'tanh', fn: (x) => tf.tanh(x!) },
  { keras: 'softplus', tfjs: 'softplus', fn: (x) => tf.softplus(x!) },
  {
    keras: 'gelu, erf',
    tfjs: 'erf',
    fn: (x) => tf.mul(tf.mul(x!, 0.5), tf.add(tf.erf(tf.mul(x!, Math.SQRT1_2)), 1)),
  },
  { keras: 'softmax', tfjs: 'softmax', fn: (x) => tf.softmax(x!) },
  {
    keras: 'matmul, batch_dot',
    tfjs: 'matMul',
    fn: (a, b) => tf.matMul(a!, b!, false, true),
    shapes: [
      [2, 3],
      [4, 3],
    ],
  },
  {
    keras: 'einsum',
    tfjs: 'einsum',
    fn: (a, b) => tf.einsum('bij,bkj->bik', a!, b!),
    shapes: [
      [2, 3],
      [4, 3],
    ],
  },
  {
    keras: 'nn.conv2d',
    tfjs: 'conv2d',
    fn: (x) => tf.conv2d(x as tf.Tensor4D, tf.fill([2, 2, 3, 2], 0.25), 1, 'same'),
    shapes: image,
  },
  {
    keras: 'nn.depthwise_conv2d',
    tfjs: 'depthwiseConv2d',
    fn: (x) => tf.depthwiseConv2d(x as tf.Tensor4D, tf.fill([3, 3, 3, 1], 1 / 9), 1, 'same'),
    shapes: image,
  },
  {
    keras: 'nn.max_pool',
    tfjs: 'maxPool',
    fn: (x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'same'),
    shapes: image,
  },
  {
    keras: 'nn.avg_pool',
    tfjs: 'avgPool',
    fn: (x) => tf.avgPool(x as tf.Tensor4D, 2, 2, 'same'),
    shapes: image,
  },
  {
    keras: 'nn.local_response_normalization',
    tfjs: 'localResponseNormalization',
    fn: (x) => tf.localResponseNormalization(x as tf.Tensor4D, 2),
    shapes: image,
  },
  {
    keras: 'nn.depth_to_space',
    tfjs: 'depthToSpace',
    fn: (x) => tf.depthToSpace(x as tf.Tensor4D, 2, 'NHWC'),
    shapes: [[2, 2, 8]],
  },
  {
    keras: 'image.resize(bilinear)',
    tfjs: 'image.resizeBilinear',
    fn: (x) => tf.image.resizeBilinear(x as tf.Tensor4D, [7, 3], false, true),
    shapes: image,
  },
  {
    keras: 'image.resize(align_corners=True)',
    tfjs: 'image.resizeBilinear',
    fn: (x) => tf.image.resizeBilinear(x as tf.Tensor4D, [7, 3], true),
    shapes: image,
  },
  {
    keras: 'image.resize(nearest)',
    tfjs: 'image.resizeNearestNeighbor',
    fn: (x) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [8, 8]),
    shapes: image,
  },
  {
    keras: 'image.resize(nearest, by centres)',
    tfjs: 'image.resizeNearestNeighbor',
    fn: (x) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [8, 3], false, true),
    shapes: image,
  },
  {
    keras: 'image.crop_and_resize',
    tfjs: 'image.cropAndResize',
    fn: (x, i) =>
      tf.image.cropAndResize(
        x as tf.Tensor4D,
        tf.tile(tf.tensor2d([[0, 0.1, 0.8, 1]]), [x!.shape[0]!, 1]),
        tf.reshape(tf.cast(i!, 'int32'), [-1]) as tf.Tensor1D,
        [3, 2],
      ),
    shapes: [[4, 4, 3], [1]],
    dtypes: ['float32', 'int32'],
  },
  {
    keras: 'image.affine_transform',
    tfjs: 'image.transform',
    fn: (x) =>
      tf.image.transform(
        x as tf.Tensor4D,
        tf.tensor2d([[1, 0.1, 0.3, -0.1, 1, 0.2, 0, 0]]),
        'bilinear',
        'constant',
        0.5,
      ),
    shapes: image,
  },
  {
    keras: 'image.rgb_to_grayscale',
    tfjs: 'image.rgbToGrayscale',
    fn: (x) => tf.image.rgbToGrayscale(x as tf.Tensor4D),
    shapes: image,
  },
  {
    keras: 'image.flip_left_right',
    tfjs: 'image.flipLeftRight',
    fn: (x) => tf.image.flipLeftRight(x as tf.Tensor4D),
    shapes: image,
  },
  {
    keras: 'rfft, abs',
    tfjs: 'spectral.rfft',
    fn: (x) => tf.abs(tf.spectral.rfft(x!)),
    shapes: [[8]],
  },
  {
    keras: 'fft, ifft',
    tfjs: 'fft, ifft, complex',
    fn: (x) => {
      const half = tf.mul(tf.onesLike(x!), 0.5);
      const there = tf.fft(tf.complex(x!, tf.zerosLike(x!)));
      return tf.real(tf.ifft(tf.mul(there, tf.complex(half, half))));
    },
    shapes: [[6]],
  },
  {
    keras: 'signal.frame, stft',
    tfjs: 'signal.frame, hannWindow',
    fn: (x) =>
      tf.abs(
        tf.spectral.rfft(
          tf.mul(
            tf.stack([tf.slice(x!, [0, 0], [-1, 4]), tf.slice(x!, [0, 2], [-1, 4])], 1),
            tf.signal.hannWindow(4),
          ),
        ),
      ),
    shapes: [[6]],
  },
  {
    keras: 'map_fn, scan, rnn',
    tfjs: 'scan of @lamella/program',
    fn: (x) =>
      scan(
        (carry: tf.Tensor, step: tf.Tensor): [tf.Tensor, null] => [
          tf.tanh(tf.add(tf.mul(carry, 0.5), step)),
          null,
        ],
        tf.zerosLike(tf.squeeze(tf.slice(x!, [0, 0, 0], [-1, 1, -1]), [1])),
        tf.transpose(x!, [1, 0, 2]),
      )[0] as tf.Tensor,
    shapes: rows,
  },
  {
    keras: 'random.normal',
    tfjs: 'random.normal of @lamella/program',
    fn: (mean, deviation) => tf.add(mean!, tf.mul(tf.exp(deviation!), random.normal(mean!.shape))),
    shapes: [[4], [4]],
  },
  {
    keras: 'stop_gradient, custom_gradient',
    tfjs: 'customGrad',
    fn: (x) =>
      tf.customGrad((given) => ({
        value: tf.round(given as tf.Tensor),
        gradFunc: (dy) => dy as tf.Tensor,
      }))(x!),
    hasOwnGradient: true,
  },
];

/** The inputs of a case for so many rows: numbers in no order, none at a bend. */
export function inputsOf(
  { shapes = [[4]], dtypes = [], from = -0.9 }: OperationCase,
  batch: number,
): HostTensor[] {
  return shapes.map((shape, k) => {
    const dtype = dtypes[k] ?? 'float32';
    const tensor = HostTensor.zeros([batch, ...shape], dtype);
    tensor.data.forEach((_, i) => {
      const part = ((i + 1 + 7 * k) * 0.6180339887498949) % 1;
      tensor.data[i] = dtype === 'float32' ? from + 1.9 * part * (from > 0 ? 0.5 : 1) : (i * 7 + k) % 2;
    });
    return tensor;
  });
}
