// NASNet, mobile and large: two kinds of cells that a search found, each on the outputs of the two before.
import type { SymbolicTensor } from '@lamella/core';
import {
  activation,
  add,
  averagePooling2D,
  batchNormalization,
  concatenate,
  conv2D,
  cropping2D,
  maxPooling2D,
  separableConv2D,
  zeroPadding2D,
} from '@lamella/layers';
import { applicationOf, Settings, type Network } from './application.js';
import { padOf } from './in-eights.js';

const relu = (x: SymbolicTensor): SymbolicTensor => activation({ activation: 'relu' }).apply(x);

function normalized(x: SymbolicTensor, name: string): SymbolicTensor {
  return batchNormalization({ momentum: 0.9997, epsilon: 1e-3, name }).apply(x);
}

function pointwise(x: SymbolicTensor, filters: number, name: string): SymbolicTensor {
  const kernelInitializer = 'he_normal';
  return conv2D({ filters, kernelSize: 1, padding: 'same', useBias: false, kernelInitializer, name }).apply(
    x,
  );
}

/** ReLU, a separable convolution and normalization, twice. */
function separable(
  images: SymbolicTensor,
  filters: number,
  kernelSize: number,
  id: string,
  strides: 1 | 2 = 1,
): SymbolicTensor {
  const bent = relu(images);
  const isSmaller = strides === 2;
  const padded = isSmaller
    ? zeroPadding2D({ padding: padOf(bent, kernelSize), name: `separable_conv_1_pad_${id}` }).apply(bent)
    : bent;
  const conv = (k: 1 | 2) =>
    separableConv2D({
      filters,
      kernelSize,
      strides: k === 1 ? strides : 1,
      padding: k === 1 && isSmaller ? 'valid' : 'same',
      useBias: false,
      name: `separable_conv_${k}_${id}`,
    });
  const first = relu(normalized(conv(1).apply(padded), `separable_conv_1_bn_${id}`));
  return normalized(conv(2).apply(first), `separable_conv_2_bn_${id}`);
}

/** What came before, at the size and with the channels of what comes now. */
function adjusted(
  before: SymbolicTensor | null,
  now: SymbolicTensor,
  filters: number,
  id: string,
): SymbolicTensor {
  if (before === null) return now;
  if (before.shape[2] !== now.shape[2]) {
    const bent = activation({ activation: 'relu', name: `adjust_relu_1_${id}` }).apply(before);
    const half = (x: SymbolicTensor, k: 1 | 2): SymbolicTensor => {
      const pool = averagePooling2D({ poolSize: 1, strides: 2, name: `adjust_avg_pool_${k}_${id}` });
      return pointwise(pool.apply(x), Math.floor(filters / 2), `adjust_conv_${k}_${id}`);
    };
    const first = half(bent, 1);
    const padded = zeroPadding2D({ padding: ends(0, 1) }).apply(bent);
    const second = half(cropping2D({ cropping: ends(1, 0) }).apply(padded), 2);
    return normalized(concatenate({ axis: -1 }).apply([first, second]), `adjust_bn_${id}`);
  }
  if (before.shape[3] === filters) return before;
  return normalized(pointwise(relu(before), filters, `adjust_conv_projection_${id}`), `adjust_bn_${id}`);
}

const ends = (start: number, end: number): [[number, number], [number, number]] => [
  [start, end],
  [start, end],
];

/** A cell: what it makes of the output before, and of the one before that. */
type Cell = (
  now: SymbolicTensor,
  before: SymbolicTensor | null,
  filters: number,
  id: string,
) => SymbolicTensor;

const normalCell: Cell = (now, before, filters, id) => {
  const p = adjusted(before, now, filters, id);
  const h = normalized(pointwise(relu(now), filters, `normal_conv_1_${id}`), `normal_bn_1_${id}`);
  const sum = (k: number, a: SymbolicTensor, b: SymbolicTensor): SymbolicTensor =>
    add({ name: `normal_add_${k}_${id}` }).apply([a, b]);
  const means = (x: SymbolicTensor, side: string): SymbolicTensor =>
    averagePooling2D({ poolSize: 3, strides: 1, padding: 'same', name: `normal_${side}_${id}` }).apply(x);
  const parts = [
    p,
    sum(1, separable(h, filters, 5, `normal_left1_${id}`), separable(p, filters, 3, `normal_right1_${id}`)),
    sum(2, separable(p, filters, 5, `normal_left2_${id}`), separable(p, filters, 3, `normal_right2_${id}`)),
    sum(3, means(h, 'left3'), p),
    sum(4, means(p, 'left4'), means(p, 'right4')),
    sum(5, separable(h, filters, 3, `normal_left5_${id}`), h),
  ];
  return concatenate({ axis: -1, name: `normal_concat_${id}` }).apply(parts);
};

/** A cell that halves images. */
const reductionCell: Cell = (now, before, filters, id) => {
  const p = adjusted(before, now, filters, id);
  const h = normalized(pointwise(relu(now), filters, `reduction_conv_1_${id}`), `reduction_bn_1_${id}`);
  const padded = zeroPadding2D({ padding: padOf(h, 3), name: `reduction_pad_1_${id}` }).apply(h);
  const smaller = (x: SymbolicTensor, kernelSize: number, side: string): SymbolicTensor =>
    separable(x, filters, kernelSize, `reduction_${side}_${id}`, 2);
  const sum = (name: string, a: SymbolicTensor, b: SymbolicTensor): SymbolicTensor =>
    add({ name: `reduction_${name}_${id}` }).apply([a, b]);
  const most = (side: string): SymbolicTensor =>
    maxPooling2D({ poolSize: 3, strides: 2, name: `reduction_${side}_${id}` }).apply(padded);
  const means = (x: SymbolicTensor, strides: 1 | 2, side: string): SymbolicTensor =>
    averagePooling2D({
      ...{ poolSize: 3, strides, padding: strides === 1 ? 'same' : 'valid' },
      name: `reduction_${side}_${id}`,
    }).apply(x);
  const one = sum('add_1', smaller(h, 5, 'left1'), smaller(p, 7, 'right1'));
  const two = sum('add_2', most('left2'), smaller(p, 7, 'right2'));
  const three = sum('add3', means(padded, 2, 'left3'), smaller(p, 5, 'right3'));
  const four = add().apply([two, means(one, 1, 'left4')]);
  const five = sum('add4', separable(one, filters, 3, `reduction_left4_${id}`), most('right5'));
  return concatenate({ axis: -1, name: `reduction_concat_${id}` }).apply([two, three, four, five]);
};

interface Size {
  readonly defaultSize: number;
  /** Normal cells between reductions. */
  readonly count: number;
  /** The channels of the first convolution, and of the first normal cells. */
  readonly first: number;
  readonly filters: number;
  /** Whether cells after a reduction see what came before what it reduced. */
  readonly skipsReduction: boolean;
}

function network(
  name: string,
  { defaultSize, count, first, filters, skipsReduction }: Size,
): Network<Settings> {
  class NASNetSettings extends Settings {
    static override readonly className = `nasNet${name}()`;
  }
  return {
    Settings: NASNetSettings,
    defaultSize,
    sizes: 'known',
    modelName: () => `nasnet_${name.toLowerCase()}`,
    features(images) {
      const conv = conv2D({
        filters: first,
        kernelSize: 3,
        strides: 2,
        useBias: false,
        kernelInitializer: 'he_normal',
        name: 'stem_conv1',
      });
      let now = normalized(conv.apply(images), 'stem_bn1');
      let before: SymbolicTensor | null = null;
      const step = (cell: Cell, width: number, id: string, keepsBefore = false): void => {
        const found = cell(now, before, width, id);
        if (!keepsBefore) before = now;
        now = found;
      };
      step(reductionCell, Math.floor(filters / 4), 'stem_1');
      step(reductionCell, Math.floor(filters / 2), 'stem_2');
      for (let stage = 0; stage < 3; stage++) {
        const width = filters * 2 ** stage;
        if (stage > 0) step(reductionCell, width, `reduce_${stage * count}`, skipsReduction);
        for (let i = 0; i < count; i++) step(normalCell, width, `${stage * count + i + (stage > 0 ? 1 : 0)}`);
      }
      return relu(now);
    },
  };
}

/** NASNetMobile. Source: Zoph et al. (2017), keras.applications.NASNetMobile. Images of -1 to 1, of a known size. */
export const nasNetMobile = applicationOf(
  network('Mobile', { defaultSize: 224, count: 4, first: 32, filters: 44, skipsReduction: false }),
);
/** NASNetLarge. Source: keras.applications.NASNetLarge. */
export const nasNetLarge = applicationOf(
  network('Large', { defaultSize: 331, count: 6, first: 96, filters: 168, skipsReduction: true }),
);
