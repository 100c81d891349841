// Functions of TensorFlow by the last part of their names (`math.reduce_mean`, `compat.v1.transpose`) in operations of Keras 3.
import type { Json } from '../keras-json/python-json.js';
import { isDynamicSize, type TensorFlowCall } from './tensorflow-call.js';

type Translation = (call: TensorFlowCall) => void;

const unary =
  (className: string): Translation =>
  (call) => {
    call.op(className, [call.first]);
  };

const binary =
  (className: string, second = 'y'): Translation =>
  (call) => {
    call.op(className, [call.first, call.need(second)]);
  };

const axisOf = (call: TensorFlowCall, otherwise: Json = null): Json =>
  call.take('axis', call.take('reduction_indices', otherwise));

const reduction =
  (className: string): Translation =>
  (call) => {
    const keepdims = call.take('keepdims', call.take('keep_dims', false));
    call.op(className, [call.first], { axis: axisOf(call), keepdims });
  };

const argument =
  (className: string): Translation =>
  (call) => {
    // Indices are int32 here, of whatever width they were.
    call.take('output_type');
    call.op(className, [call.first], { axis: call.take('axis', call.take('dimension', 0)), keepdims: false });
  };

const withAxis =
  (className: string, otherwise: number): Translation =>
  (call) => {
    call.op(className, [call.first], { axis: axisOf(call, call.take('dim', otherwise)) });
  };

const running =
  (className: string): Translation =>
  (call) => {
    for (const option of ['exclusive', 'reverse'])
      if (call.take(option, false) !== false) throw call.fail(`argument ${option} is not supported`);
    call.op(className, [call.first], { axis: call.take('axis', 0) });
  };

const whole = { class_name: '__slice__', config: { start: null, stop: null, step: null } };

function listOf(call: TensorFlowCall, value: Json, what: string): readonly number[] {
  const list = Array.isArray(value) ? (value as readonly Json[]) : [value];
  if (list.every((item) => typeof item === 'number')) return list as readonly number[];
  throw call.fail(`${what} is not known before it runs`);
}

/** The operand with its last two axes exchanged where the call says so. */
function transposed(call: TensorFlowCall, operand: Json, option: string): Json {
  return call.take(option, false) === true
    ? call.op('Swapaxes', [operand], { axis1: -2, axis2: -1 })
    : operand;
}

function sumOfSquares(call: TensorFlowCall, axis: Json, keepdims: boolean): Json {
  return call.op('Sum', [call.op('Square', [call.first])], { axis, keepdims });
}

function sumOfAll(call: TensorFlowCall): void {
  const [start, ...others] = Array.isArray(call.first) ? (call.first as readonly Json[]) : [call.first];
  if (others.length === 0) call.op('Copy', [start!]);
  others.reduce((sum: Json, next) => call.op('Add', [sum, next]), start!);
}

/** Numbers for height and width: one for both, or those of all four axes. */
function ofImage(call: TensorFlowCall, name: string, otherwise: Json = null): readonly number[] {
  const list = listOf(call, call.take(name) ?? otherwise, `argument ${name}`);
  if (list.length === 4 && list[0] === 1 && list[3] === 1) return list.slice(1, 3);
  if (list.length === 1 || list.length === 2) return list;
  throw call.fail(`argument ${name}: ${JSON.stringify(list)} is not supported`);
}

function paddingOf(call: TensorFlowCall): string {
  const padding = call.need('padding');
  if (typeof padding === 'string') return padding.toLowerCase();
  throw call.fail('padding by numbers is not supported');
}

function pooling(className: string): Translation {
  return (call) => {
    const options = { pool_size: ofImage(call, 'ksize'), strides: ofImage(call, 'strides') };
    call.op(className, [call.first], { ...options, padding: paddingOf(call) });
  };
}

/** What each function becomes. */
export const translations: Readonly<Record<string, Translation>> = {
  abs: unary('Absolute'),
  acos: unary('Arccos'),
  acosh: unary('Arccosh'),
  asin: unary('Arcsin'),
  asinh: unary('Arcsinh'),
  atan: unary('Arctan'),
  atanh: unary('Arctanh'),
  ceil: unary('Ceil'),
  cos: unary('Cos'),
  cosh: unary('Cosh'),
  elu: unary('Elu'),
  erf: unary('Erf'),
  exp: unary('Exp'),
  expm1: unary('Expm1'),
  floor: unary('Floor'),
  identity: unary('Copy'),
  is_finite: unary('Isfinite'),
  is_inf: unary('Isinf'),
  is_nan: unary('Isnan'),
  log: unary('Log'),
  log1p: unary('Log1p'),
  log_sigmoid: unary('LogSigmoid'),
  logical_not: unary('LogicalNot'),
  neg: unary('Negative'),
  negative: unary('Negative'),
  ones_like: unary('OnesLike'),
  reciprocal: unary('Reciprocal'),
  relu: unary('Relu'),
  relu6: unary('Relu6'),
  round: unary('Round'),
  rsqrt: unary('Rsqrt'),
  selu: unary('Selu'),
  sigmoid: unary('Sigmoid'),
  sign: unary('Sign'),
  silu: unary('Silu'),
  sin: unary('Sin'),
  sinh: unary('Sinh'),
  softplus: unary('Softplus'),
  softsign: unary('Softsign'),
  sqrt: unary('Sqrt'),
  square: unary('Square'),
  stop_gradient: unary('StopGradient'),
  swish: unary('Silu'),
  tan: unary('Tan'),
  tanh: unary('Tanh'),
  zeros_like: unary('ZerosLike'),

  __add__: binary('Add'),
  add: binary('Add'),
  atan2: binary('Arctan2', 'x'),
  bias_add: binary('Add', 'bias'),
  divide: binary('Divide'),
  divide_no_nan: binary('DivideNoNan'),
  eq: binary('Equal', 'other'),
  equal: binary('Equal'),
  floor_div: binary('FloorDivide'),
  floordiv: binary('FloorDivide'),
  floormod: binary('Mod'),
  greater: binary('Greater'),
  greater_equal: binary('GreaterEqual'),
  less: binary('Less'),
  less_equal: binary('LessEqual'),
  logical_and: binary('LogicalAnd'),
  logical_or: binary('LogicalOr'),
  logical_xor: binary('LogicalXor'),
  maximum: binary('Maximum'),
  minimum: binary('Minimum'),
  mod: binary('Mod'),
  multiply: binary('Multiply'),
  ne: binary('NotEqual', 'other'),
  not_equal: binary('NotEqual'),
  pow: binary('Power'),
  subtract: binary('Subtract'),
  truediv: binary('Divide'),

  argmax: argument('Argmax'),
  argmin: argument('Argmin'),
  cumprod: running('Cumprod'),
  cumsum: running('Cumsum'),
  log_softmax: withAxis('LogSoftmax', -1),
  reduce_all: reduction('All'),
  reduce_any: reduction('Any'),
  reduce_logsumexp: reduction('Logsumexp'),
  reduce_max: reduction('Max'),
  reduce_mean: reduction('Mean'),
  reduce_min: reduction('Min'),
  reduce_prod: reduction('Prod'),
  reduce_std: reduction('Std'),
  reduce_sum: reduction('Sum'),
  reduce_variance: reduction('Var'),
  softmax: withAxis('Softmax', -1),

  accumulate_n: sumOfAll,
  add_n: sumOfAll,
  avg_pool2d: pooling('AveragePool'),
  max_pool2d: pooling('MaxPool'),
  cast: (call) => {
    const dtype = call.need('dtype');
    call.op('Cast', [call.first], {
      dtype: dtype === 'int64' ? 'int32' : dtype === 'float64' ? 'float32' : dtype,
    });
  },
  clip_by_value: (call) => {
    const [low, high] = [call.need('clip_value_min'), call.need('clip_value_max')];
    if (typeof low === 'number' && typeof high === 'number')
      call.op('Clip', [call.first], { x_min: low, x_max: high });
    else call.op('Minimum', [call.op('Maximum', [call.first, low]), high]);
  },
  concat: withAxis('Concatenate', 0),
  conv2d: (call) => {
    const kernel = call.take('filters', call.take('filter'));
    if (kernel === null) throw call.fail('argument "filters" is missing');
    const options = { strides: ofImage(call, 'strides', 1), dilation_rate: ofImage(call, 'dilations', 1) };
    call.op('Conv', [call.first, kernel], { ...options, padding: paddingOf(call) });
  },
  ensure_shape: (call) => {
    call.take('shape');
    call.op('Copy', [call.first]);
  },
  expand_dims: withAxis('ExpandDims', -1),
  flip_left_right: (call) => {
    call.op('Flip', [call.first], { axis: -2 });
  },
  flip_up_down: (call) => {
    call.op('Flip', [call.first], { axis: -3 });
  },
  gather: (call) => {
    const axis = call.take('axis', 0);
    call.op('Take', [call.first, call.need('indices')], { axis });
  },
  gelu: (call) => {
    call.op('Gelu', [call.first], { approximate: call.take('approximate', false) });
  },
  getitem: (call) => {
    const spec = call.need('slice_spec');
    // One of the sizes that tf.shape gives.
    if (isDynamicSize(call.first)) return;
    const parts = (Array.isArray(spec) ? (spec as readonly Json[]) : [spec]).map(keyPart);
    call.op('GetItem', [call.first, parts]);
  },
  l2_loss: (call) => {
    call.op('Multiply', [sumOfSquares(call, null, false), 0.5]);
  },
  l2_normalize: (call) => {
    const sum = sumOfSquares(call, axisOf(call, call.take('dim')), true);
    const least = call.op('Maximum', [sum, call.take('epsilon', 1e-12)]);
    call.op('Multiply', [call.first, call.op('Rsqrt', [least])]);
  },
  leaky_relu: (call) => {
    call.op('LeakyRelu', [call.first], { negative_slope: call.take('alpha', 0.2) });
  },
  matmul: (call) => {
    const [a, b] = [
      transposed(call, call.first, 'transpose_a'),
      transposed(call, call.need('b'), 'transpose_b'),
    ];
    call.op('Matmul', [a, b]);
  },
  norm: (call) => {
    if (call.take('ord', 'euclidean') !== 'euclidean') throw call.fail('it is not the Euclidean norm');
    const keepdims = call.take('keepdims', call.take('keep_dims', false)) === true;
    call.op('Sqrt', [sumOfSquares(call, axisOf(call), keepdims)]);
  },
  one_hot: (call) => {
    if (call.take('on_value', 1) !== 1 || call.take('off_value', 0) !== 0)
      throw call.fail('values other than 1 and 0 are not supported');
    const dtype = call.take('dtype', 'float32');
    call.op('OneHot', [call.first], { num_classes: call.need('depth'), axis: call.take('axis', -1), dtype });
  },
  pad: (call) => {
    const mode = String(call.take('mode', 'CONSTANT')).toLowerCase();
    const value = call.take('constant_values', 0);
    const args = mode === 'constant' ? [call.first, value] : [call.first];
    call.op('Pad', args, { pad_width: call.need('paddings'), mode });
  },
  repeat: (call) => {
    call.op('Repeat', [call.first], { repeats: call.need('repeats'), axis: call.take('axis') });
  },
  reshape: (call) => {
    // One size that is known only when it runs is what the others leave.
    const shape = call.need('shape');
    const sizes = Array.isArray(shape)
      ? (shape as readonly Json[]).map((size) => (isDynamicSize(size) ? -1 : size))
      : shape;
    const newshape = listOf(call, sizes, 'the shape');
    if (newshape.filter((size) => size === -1).length > 1)
      throw call.fail('more than one size of the shape is not known before it runs');
    call.op('Reshape', [call.first], { newshape });
  },
  reverse: (call) => {
    call.op('Flip', [call.first], { axis: call.need('axis') });
  },
  roll: (call) => {
    call.op('Roll', [call.first], { shift: call.need('shift'), axis: call.need('axis') });
  },
  // What takes its sizes says what they are there.
  shape: (call) => {
    call.take('out_type');
  },
  slice: (call) => {
    const begin = listOf(call, call.need('begin'), 'where it begins');
    const size = listOf(call, call.need('size'), 'its size');
    const parts = begin.map((start, i): Json => {
      const stop = size[i] === -1 ? null : start + size[i]!;
      return start === 0 && stop === null
        ? whole
        : { class_name: '__slice__', config: { start, stop, step: null } };
    });
    call.op('GetItem', [call.first, parts]);
  },
  split: (call) => {
    const sizes = call.need('num_or_size_splits');
    call.take('num');
    let at = 0;
    const sections = Array.isArray(sizes)
      ? listOf(call, sizes, 'the sizes')
          .slice(0, -1)
          .map((size) => (at += size))
      : sizes;
    call.op('Split', [call.first], { indices_or_sections: sections, axis: call.take('axis', 0) });
  },
  squared_difference: (call) => {
    call.op('Square', [call.op('Subtract', [call.first, call.need('y')])]);
  },
  squeeze: (call) => {
    call.op('Squeeze', [call.first], { axis: axisOf(call, call.take('squeeze_dims')) });
  },
  stack: withAxis('Stack', 0),
  tile: (call) => {
    call.op('Tile', [call.first], { repeats: listOf(call, call.need('multiples'), 'how often') });
  },
  top_k: (call) => {
    call.op('TopK', [call.first], { k: call.take('k', 1), sorted: call.take('sorted', true) });
  },
  transpose: (call) => {
    call.op('Transpose', [call.first], { axes: call.take('perm') });
  },
  unstack: (call) => {
    call.op('Unstack', [call.first], { num: call.take('num'), axis: call.take('axis', 0) });
  },
  where: (call) => {
    const [x, y] = [call.take('x'), call.take('y')];
    if (x === null || y === null)
      throw call.fail('of one argument it gives as many places as the values say, which no shape does');
    call.op('Where', [call.first, x, y]);
  },
};

/** A part of a key, as operations hold it. */
function keyPart(part: Json): Json {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
  const {
    class_name: name,
    start = null,
    stop = null,
    step = null,
  } = part as { readonly [key: string]: Json };
  return name === '__ellipsis__'
    ? { class_name: '__ellipsis__', config: {} }
    : { class_name: '__slice__', config: { start, stop, step } };
}
