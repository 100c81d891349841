// The blocks of EfficientNets: what widens, convolves and narrows images, weighs their channels, and is dropped at random.
import type { SymbolicTensor } from '@lamella/core';
import {
  activation,
  add,
  batchNormalization,
  conv2D,
  dense,
  depthwiseConv2D,
  dropout,
  globalAveragePooling2D,
  initializers,
  multiply,
  reshape,
  zeroPadding2D,
  type ActivationOption,
  type Conv2DOptions,
} from '@lamella/layers';
import type { Settings } from './application.js';
import { padOf } from './in-eights.js';

/** A block: `isFused` where one convolution does what a wide and a depthwise one do. */
export interface EfficientBlock {
  readonly expansion: number;
  readonly kernelSize: 3 | 5;
  readonly strides: 1 | 2;
  readonly filters: number;
  readonly isFused: boolean;
  /** Whether channels are weighed. */
  readonly isWeighed: boolean;
  /** The share of examples for which the block is left out in training. */
  readonly dropRate: number;
  readonly name: string;
}

/** What tells the two versions apart. */
export interface Version {
  readonly momentum: number;
  /** Whether strides of 2 come after a layer of zeros. */
  readonly isPadded: boolean;
  readonly depthwiseName: string;
}

const kernelInitializer = () =>
  initializers.varianceScaling({ scale: 2, mode: 'fan_out', distribution: 'truncated_normal' });

/** A convolution without bias; of 1 by 1 unless told. */
export function convolved(
  x: SymbolicTensor,
  filters: number,
  name: string,
  more: Partial<Conv2DOptions> = {},
): SymbolicTensor {
  return conv2D({
    filters,
    kernelSize: 1,
    padding: 'same',
    useBias: false,
    kernelInitializer: kernelInitializer(),
    name,
    ...more,
  }).apply(x);
}

/** Normalization over channels. */
export function normalized(x: SymbolicTensor, name: string, { momentum }: Version): SymbolicTensor {
  return batchNormalization({ axis: 3, momentum, name }).apply(x);
}

/** Normalization, and swish. */
export function bent(x: SymbolicTensor, prefix: string, version: Version): SymbolicTensor {
  return activation({ activation: 'swish', name: `${prefix}activation` }).apply(
    normalized(x, `${prefix}bn`, version),
  );
}

/** Channels times weights between 0 and 1, which follow from their means. */
function weighed(x: SymbolicTensor, count: number, name: string): SymbolicTensor {
  const channels = x.shape.at(-1)!;
  const means = globalAveragePooling2D({ name: `${name}se_squeeze` }).apply(x);
  const spread = reshape({ targetShape: [1, 1, channels], name: `${name}se_reshape` }).apply(means);
  const few = convolved(spread, count, `${name}se_reduce`, { useBias: true, activation: 'swish' });
  const weights = convolved(few, channels, `${name}se_expand`, { useBias: true, activation: 'sigmoid' });
  return multiply({ name: `${name}se_excite` }).apply([x, weights]);
}

/** An inverted block with a way past, where its images come out as they came in. */
export function inverted(images: SymbolicTensor, block: EfficientBlock, version: Version): SymbolicTensor {
  const { expansion, kernelSize, strides, filters, isFused, isWeighed, dropRate, name } = block;
  const channels = images.shape.at(-1)!;
  const isWide = expansion !== 1;
  const spatial = { kernelSize, strides };
  const wide = isWide
    ? bent(
        convolved(images, channels * expansion, `${name}expand_conv`, isFused ? spatial : {}),
        `${name}expand_`,
        version,
      )
    : images;
  const between = isFused ? wide : bent(depthwise(wide, block, version), name, version);
  const weightedImages = isWeighed ? weighed(between, Math.max(1, Math.trunc(channels / 4)), name) : between;
  const isLastSpatial = isFused && !isWide;
  const narrow = convolved(weightedImages, filters, `${name}project_conv`, isLastSpatial ? spatial : {});
  const out = isLastSpatial
    ? bent(narrow, `${name}project_`, version)
    : normalized(narrow, `${name}project_bn`, version);
  if (strides !== 1 || channels !== filters) return out;
  const kept =
    dropRate > 0
      ? dropout({ rate: dropRate, noiseShape: [null, 1, 1, 1], name: `${name}drop` }).apply(out)
      : out;
  return add({ name: `${name}add` }).apply([kept, images]);
}

function depthwise(
  x: SymbolicTensor,
  { kernelSize, strides, name }: EfficientBlock,
  { isPadded, depthwiseName }: Version,
): SymbolicTensor {
  const hasPad = isPadded && strides === 2;
  const padded = hasPad
    ? zeroPadding2D({ padding: padOf(x, kernelSize), name: `${name}dwconv_pad` }).apply(x)
    : x;
  return depthwiseConv2D({
    kernelSize,
    strides,
    padding: hasPad ? 'valid' : 'same',
    useBias: false,
    depthwiseInitializer: kernelInitializer(),
    name: `${name}${depthwiseName}`,
  }).apply(padded);
}

/** A stage: how many blocks of a kind follow each other. */
export interface Stage {
  readonly count: number;
  readonly block: Omit<EfficientBlock, 'dropRate' | 'name'>;
}

/** Blocks in stages; the first of a stage has its strides. `total` is the number of blocks that rates of dropping rise over. */
export function inStages(
  images: SymbolicTensor,
  stages: readonly Stage[],
  total: number,
  version: Version,
): SymbolicTensor {
  let done = 0;
  return stages.reduce((before, { count, block }, i) => {
    let x = before;
    for (let k = 0; k < count; k++) {
      const name = `block${i + 1}${String.fromCharCode(97 + k)}_`;
      const strides = k === 0 ? block.strides : 1;
      x = inverted(x, { ...block, strides, dropRate: (0.2 * done++) / total, name }, version);
    }
    return x;
  }, images);
}

/** The top: means, dropout, and a layer that tells classes apart. */
export function efficientTop(
  features: SymbolicTensor,
  { classes: units, classifierActivation }: Settings,
  dropRate: number,
): SymbolicTensor {
  const means = globalAveragePooling2D({ name: 'avg_pool' }).apply(features);
  return dense({
    units,
    activation: classifierActivation as ActivationOption,
    kernelInitializer: initializers.varianceScaling({
      scale: 1 / 3,
      mode: 'fan_out',
      distribution: 'uniform',
    }),
    name: 'predictions',
  }).apply(dropout({ rate: dropRate, name: 'top_dropout' }).apply(means));
}
