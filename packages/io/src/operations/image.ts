// keras.ops.image, and what keras.ops.nn has for images: the functions of @lamella/program, and small filters.
import * as tf from '@tensorflow/tfjs-core';
import {
  bellCurve,
  filtered,
  image,
  onImages,
  roundedTo,
  unitVectors,
  type Resampling,
} from '@lamella/program';
import { toFloat, type OperationCall, type OperationDefinition } from './operation-definition.js';
import { channelsLast, convolution, perAxis } from './windows.js';

type Images = (x: tf.Tensor, call: OperationCall) => tf.Tensor;

const images = (options: readonly string[], run: Images): OperationDefinition => ({
  parameters: ['images'],
  options: [...options, 'data_format'],
  run: (call) => run(call.tensor('images'), call),
});

/** Files hold null where Keras' own default counted: channels last, unless its user had changed that. */
const formatOf = (call: OperationCall): image.ImageDataFormat =>
  oneOf(call, 'data_format', ['channels_last', 'channels_first']);

/** One of some words; the first one where there is none. */
function oneOf<const T extends string>(call: OperationCall, name: string, words: readonly [T, ...T[]]): T {
  const value = call.option(name) ?? words[0];
  const found = words.find((word) => word === value);
  if (found === undefined)
    throw call.fail(`option "${name}" is ${JSON.stringify(value)}, expected one of ${words.join(', ')}`);
  return found;
}

const pixelsOf = (call: OperationCall): image.PixelInterpolation =>
  oneOf(call, 'interpolation', ['bilinear', 'nearest']);

const fillModes = ['constant', 'nearest', 'wrap', 'mirror', 'reflect'] as const;

export const RGBToGrayscale = images([], (x, call) => image.rgbToGrayscale(x, formatOf(call), call.subject));
export const RGBToHSV = images([], (x, call) => image.rgbToHsv(x, formatOf(call), call.subject));
export const HSVToRGB = images([], (x, call) => image.hsvToRgb(x, formatOf(call), call.subject));

export const Resize = images(
  [
    'size',
    'interpolation',
    'antialias',
    'crop_to_aspect_ratio',
    'pad_to_aspect_ratio',
    'fill_mode',
    'fill_value',
  ],
  (x, call) => {
    oneOf(call, 'fill_mode', ['constant']);
    const resized = image.resize(
      x,
      pairOf(call, 'size'),
      {
        interpolation: oneOf(call, 'interpolation', [
          'bilinear',
          'nearest',
          'lanczos3',
          'lanczos5',
          'bicubic',
        ]),
        antialias: call.flag('antialias'),
        cropToAspectRatio: call.flag('crop_to_aspect_ratio'),
        padToAspectRatio: call.flag('pad_to_aspect_ratio'),
        fillValue: call.number('fill_value', 0),
        dataFormat: formatOf(call),
      },
      call.subject,
    );
    return roundedTo(x.dtype, resized);
  },
);

export const AffineTransform: OperationDefinition = {
  parameters: ['images', 'transform'],
  options: ['interpolation', 'fill_mode', 'fill_value', 'data_format'],
  run: (call) =>
    image.affineTransform(
      call.tensor('images'),
      call.float('transform'),
      {
        interpolation: pixelsOf(call),
        fillMode: oneOf(call, 'fill_mode', fillModes),
        fillValue: call.number('fill_value', 0),
        dataFormat: formatOf(call),
      },
      call.subject,
    ),
};

export const PerspectiveTransform: OperationDefinition = {
  parameters: ['images', 'start_points', 'end_points'],
  options: ['interpolation', 'fill_value', 'data_format'],
  run: (call) =>
    image.perspectiveTransform(
      call.tensor('images'),
      call.float('start_points'),
      call.float('end_points'),
      {
        interpolation: pixelsOf(call),
        fillValue: call.number('fill_value', 0),
        dataFormat: formatOf(call),
      },
      call.subject,
    ),
};

export const MapCoordinates: OperationDefinition = {
  parameters: ['inputs', 'coordinates'],
  options: ['order', 'fill_mode', 'fill_value'],
  run: (call) => {
    const order = call.integer('order');
    if (order !== 0 && order !== 1) throw call.fail(`order ${order} is not supported; use 0 or 1`);
    const fill = {
      fillMode: oneOf(call, 'fill_mode', fillModes),
      fillValue: call.number('fill_value', 0),
    };
    return image.mapCoordinates(call.tensor('inputs'), call.tensor('coordinates'), order, fill, call.subject);
  },
};

export const GaussianBlur = images(['kernel_size', 'sigma'], (x, call) => {
  const sigma = call.option('sigma') ?? [1, 1];
  if (!Array.isArray(sigma) || sigma.length !== 2 || !sigma.every((one) => typeof one === 'number'))
    throw call.fail(`option "sigma" is ${JSON.stringify(sigma)}, expected two numbers`);
  const size = pairOf(call, 'kernel_size', 3);
  return image.gaussianBlur(x, size, sigma as unknown as [number, number], formatOf(call), call.subject);
});

export const ElasticTransform = images(
  ['alpha', 'sigma', 'interpolation', 'fill_mode', 'fill_value', 'seed'],
  (x, call) =>
    image.elasticTransform(
      x,
      {
        alpha: call.number('alpha', 20),
        sigma: call.number('sigma', 5),
        interpolation: pixelsOf(call),
        fillMode: oneOf(call, 'fill_mode', ['reflect', 'constant', 'nearest', 'wrap', 'mirror']),
        fillValue: call.number('fill_value', 0),
        dataFormat: formatOf(call),
        ...(call.option('seed') !== null && { seed: call.integer('seed') }),
      },
      call.subject,
    ),
);

const methods: Readonly<Record<string, Resampling>> = {
  linear: 'bilinear',
  bilinear: 'bilinear',
  trilinear: 'bilinear',
  cubic: 'bicubic',
  bicubic: 'bicubic',
  tricubic: 'bicubic',
  lanczos3: 'lanczos3',
  lanczos5: 'lanczos5',
};

export const ScaleAndTranslate: OperationDefinition = {
  parameters: ['images', 'output_shape', 'scale', 'translation'],
  options: ['spatial_dims', 'method', 'antialias'],
  run: (call) => {
    const method = call.option('method');
    if (typeof method !== 'string' || !Object.hasOwn(methods, method))
      throw call.fail(`method ${JSON.stringify(method)} is not supported`);
    const x = call.float('images');
    const axes = call.axes(x, 'spatial_dims');
    const options = { resampling: methods[method]!, antialias: call.option('antialias') !== false };
    return image.scaleAndTranslate(
      x,
      shapeOf(call, 'output_shape'),
      call.float('scale'),
      call.float('translation'),
      axes,
      options,
      call.subject,
    );
  },
};

/** How rows and columns are cut or added: what is given, or follows from the size that is wanted. */
function margins(
  call: OperationCall,
  [start, end, target]: readonly [string, string, string],
  size: number,
  sign: 1 | -1,
): [number, number] {
  const given = (name: string): number | undefined =>
    call.option(name) === null ? undefined : call.integer(name);
  const wanted = given(target);
  const total = wanted === undefined ? undefined : sign * (wanted - size);
  const [before, after] = [given(start), given(end)];
  const known = [before, after, total].filter((value) => value !== undefined);
  if (known.length !== 2) throw call.fail(`exactly two of ${start}, ${end}, ${target} must be given`);
  const found: [number, number] = [before ?? total! - after!, after ?? total! - before!];
  if (found.some((value) => value < 0))
    throw call.fail(`images of ${size} do not become ${wanted ?? size + sign * (found[0] + found[1])} so`);
  return found;
}

const marginOptions = (word: string): readonly string[] => [
  `top_${word}`,
  `left_${word}`,
  `bottom_${word}`,
  `right_${word}`,
  'target_height',
  'target_width',
];

const vertical = (word: string): [string, string, string] => [
  `top_${word}`,
  `bottom_${word}`,
  'target_height',
];
const horizontal = (word: string): [string, string, string] => [
  `left_${word}`,
  `right_${word}`,
  'target_width',
];

export const PadImages = images(marginOptions('padding'), (given, call) =>
  onImages(call.subject, given, formatOf(call), (x) =>
    tf.pad(x, [
      [0, 0],
      margins(call, vertical('padding'), x.shape[1], 1),
      margins(call, horizontal('padding'), x.shape[2], 1),
      [0, 0],
    ]),
  ),
);

export const CropImages = images(marginOptions('cropping'), (given, call) =>
  onImages(call.subject, given, formatOf(call), (x) => {
    const [batch, height, width, channels] = x.shape;
    const [top, bottom] = margins(call, vertical('cropping'), height, -1);
    const [left, right] = margins(call, horizontal('cropping'), width, -1);
    return tf.slice(x, [0, top, left, 0], [batch, height - top - bottom, width - left - right, channels]);
  }),
);

export const ExtractPatches = images(['size', 'strides', 'dilation_rate', 'padding'], (x, call) => {
  const sizes = call.integers('size');
  const axes = sizes.length === 1 ? 2 : sizes.length;
  if (axes > 3) throw call.fail(`option "size" has ${axes} numbers, expected 2 or 3`);
  const size = sizesPerAxis(call, 'size', axes);
  const strides = call.option('strides') === null ? size : sizesPerAxis(call, 'strides', axes);
  const dilations =
    call.option('dilation_rate') === null
      ? Array<number>(axes).fill(1)
      : sizesPerAxis(call, 'dilation_rate', axes);
  if (x.rank !== axes + 1 && x.rank !== axes + 2)
    throw call.fail(`patches of ${axes} axes of a tensor of rank ${x.rank} are not supported`);
  const isOne = x.rank === axes + 1;
  const batch = isOne ? tf.expandDims(x, 0) : x;
  const padding = oneOf(call, 'padding', ['valid', 'same']);
  const placed = channelsLast(call, batch, (last) => {
    const channels = last.shape.at(-1)!;
    const count = size.reduce((a, b) => a * b, channels);
    const kernel = tf.reshape(unitVectors(count), [...size, channels, count]);
    return convolution(toFloat(last), kernel, strides, padding, dilations);
  });
  return isOne ? tf.squeeze(placed, [0]) : placed;
});

export const SobelEdges = images([], (given, call) => {
  if (given.rank !== 4) throw call.fail(`edges of a tensor of rank ${given.rank} are not supported`);
  const isFirst = formatOf(call) === 'channels_first';
  const x = toFloat(isFirst ? tf.transpose(given, [0, 2, 3, 1]) : given) as tf.Tensor4D;
  const across = tf.tensor2d([
    [-1, 0, 1],
    [-2, 0, 2],
    [-1, 0, 1],
  ]);
  const edges = [tf.transpose(across), across].map((kernel) => {
    const found = filtered(x, kernel);
    return isFirst ? tf.transpose(found, [0, 3, 1, 2]) : found;
  });
  return tf.stack(edges, 4);
});

export const SSIM: OperationDefinition = {
  parameters: ['image1', 'image2'],
  options: ['max_val', 'filter_size', 'filter_sigma', 'k1', 'k2', 'data_format'],
  run: (call) => {
    const isFirst = formatOf(call) === 'channels_first';
    const size = call.integer('filter_size', 11);
    const curve = bellCurve(size, call.number('filter_sigma', 1.5));
    const kernel = tf.mul(tf.reshape(curve, [size, 1]), tf.reshape(curve, [1, size]));
    const [a, b] = ['image1', 'image2'].map((name) => {
      const x = call.float(name);
      if (x.rank !== 3 && x.rank !== 4) throw call.fail(`images of rank ${x.rank} are not supported`);
      const batch = x.rank === 3 ? tf.expandDims(x, 0) : x;
      return (isFirst ? tf.transpose(batch, [0, 2, 3, 1]) : batch) as tf.Tensor4D;
    }) as [tf.Tensor4D, tf.Tensor4D];
    const smooth = (x: tf.Tensor): tf.Tensor => filtered(x as tf.Tensor4D, kernel, 'valid');
    const [meanA, meanB] = [smooth(a), smooth(b)];
    const covariance = tf.sub(smooth(tf.mul(a, b)), tf.mul(meanA, meanB));
    const variances = tf.add(
      tf.sub(smooth(tf.square(a)), tf.square(meanA)),
      tf.sub(smooth(tf.square(b)), tf.square(meanB)),
    );
    const largest = call.number('max_val', 1);
    const [c1, c2] = [(call.number('k1', 0.01) * largest) ** 2, (call.number('k2', 0.03) * largest) ** 2];
    const above = tf.mul(tf.add(tf.mul(2, tf.mul(meanA, meanB)), c1), tf.add(tf.mul(2, covariance), c2));
    const below = tf.mul(tf.add(tf.add(tf.square(meanA), tf.square(meanB)), c1), tf.add(variances, c2));
    const found = tf.mean(tf.div(above, below), [1, 2, 3]);
    return call.tensor('image1').rank === 3 ? tf.squeeze(found, [0]) : found;
  },
};

/** Blocks of pixels to channels: channels first, a channel's own pixels stand together; channels last, a pixel's own channels. */
const blocks = (toDepth: boolean): OperationDefinition => ({
  parameters: ['x'],
  options: ['block_size', 'data_format'],
  run: (call) => {
    const x = call.tensor('x');
    const block = call.integer('block_size');
    if (x.rank !== 4) throw call.fail(`blocks of a tensor of rank ${x.rank} are not supported`);
    const isFirst = formatOf(call) === 'channels_first';
    const [n, h, w, c] = isFirst
      ? [x.shape[0]!, x.shape[2]!, x.shape[3]!, x.shape[1]!]
      : (x.shape as [number, number, number, number]);
    const divided = toDepth ? [h, w] : [c];
    const by = toDepth ? block : block ** 2;
    if (block < 1 || divided.some((size) => size % by !== 0))
      throw call.fail(`sizes ${divided.join(' and ')} are no multiples of ${by}`);
    const sizes = toDepth ? [h / block, w / block, c] : [h, w, c / block ** 2];
    const [height, width, channels] = sizes as [number, number, number];
    const deep = channels * block ** 2;
    const [tall, wide] = [height * block, width * block];
    if (toDepth)
      return isFirst
        ? moved(x, [n, channels, height, block, width, block], [0, 1, 3, 5, 2, 4], [n, deep, height, width])
        : moved(x, [n, height, block, width, block, channels], [0, 1, 3, 2, 4, 5], [n, height, width, deep]);
    return isFirst
      ? moved(x, [n, channels, block, block, height, width], [0, 1, 4, 2, 5, 3], [n, channels, tall, wide])
      : moved(x, [n, height, width, block, block, channels], [0, 1, 3, 2, 4, 5], [n, tall, wide, channels]);
  },
});

export const SpaceToDepth = blocks(true);
export const DepthToSpace = blocks(false);

function moved(x: tf.Tensor, from: number[], order: number[], to: number[]): tf.Tensor {
  return tf.reshape(tf.transpose(tf.reshape(x, from), order), to);
}

function pairOf(call: OperationCall, name: string, otherwise?: number): [number, number] {
  const given = call.option(name) === null && otherwise !== undefined ? [otherwise] : call.integers(name);
  if (given.length > 2 || given.some((size) => size < 1))
    throw call.fail(`option "${name}" is ${JSON.stringify(given)}, expected two positive integers`);
  return [given[0]!, given.at(-1)!];
}

/** One positive number for each axis in space. */
function sizesPerAxis(call: OperationCall, name: string, axes: number): number[] {
  if (call.integers(name).some((size) => size < 1))
    throw call.fail(`option "${name}" is ${JSON.stringify(call.integers(name))}, expected positive integers`);
  return perAxis(call, name, axes);
}

/** An argument that is a list of sizes. */
function shapeOf(call: OperationCall, name: string): number[] {
  const value = call.value(name);
  const items = value.kind === 'list' ? value.items : [];
  const sizes = items.flatMap((item) => (item.kind === 'number' && item.value >= 1 ? [item.value] : []));
  if (sizes.length === 0 || sizes.length !== items.length)
    throw call.fail(`argument "${name}" is no list of positive integers`);
  return sizes;
}
