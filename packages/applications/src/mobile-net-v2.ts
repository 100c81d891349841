// MobileNetV2: narrow maps that are widened, convolved depthwise and narrowed again, with a way past.
import { positiveOption, withOptions, type GivenOptions, type SymbolicTensor } from '@lamella/core';
import { add, batchNormalization, conv2D, depthwiseConv2D, reLU, zeroPadding2D } from '@lamella/layers';
import { applicationOf, Settings, type ApplicationOptions, type Network } from './application.js';
import { inEights, padOf } from './in-eights.js';

const options = {
  /** How wide it is: a factor of its numbers of channels, which are multiples of 8. Default 1. */
  alpha: positiveOption(1),
} as const;

class MobileNetV2Settings extends withOptions(Settings, options) {
  static override readonly className: string = 'mobileNetV2()';
}

/** The options of {@link mobileNetV2}. */
export type MobileNetV2Options = ApplicationOptions & GivenOptions<typeof options>;

/** Channels, strides of the first block, and how many blocks. */
const stages = [
  [16, 1, 1],
  [24, 2, 2],
  [32, 2, 3],
  [64, 2, 4],
  [96, 1, 3],
  [160, 2, 3],
  [320, 1, 1],
] as const;

const network: Network<MobileNetV2Settings> = {
  Settings: MobileNetV2Settings,
  defaultSize: 224,
  modelName: ({ alpha }, height) => `mobilenetv2_${alpha.toFixed(2)}_${height ?? 'None'}`,
  features(images, { alpha }) {
    const first = conv2D({
      filters: inEights(32 * alpha),
      kernelSize: 3,
      strides: 2,
      padding: 'same',
      useBias: false,
      name: 'Conv1',
    });
    const blocks = stages.flatMap(([filters, strides, count]) =>
      Array.from({ length: count }, (_, i) => ({
        filters: inEights(Math.trunc(filters * alpha)),
        strides: i === 0 ? strides : 1,
      })),
    );
    const narrow = blocks.reduce(
      (x, block, id) => inverted(x, block, id),
      bent(first.apply(images), 'bn_Conv1', 'Conv1_relu'),
    );
    const last = conv2D({
      filters: alpha > 1 ? inEights(1280 * alpha) : 1280,
      kernelSize: 1,
      useBias: false,
      name: 'Conv_1',
    });
    return bent(last.apply(narrow), 'Conv_1_bn', 'out_relu');
  },
};

interface Block {
  readonly filters: number;
  readonly strides: number;
}

function inverted(images: SymbolicTensor, { filters, strides }: Block, id: number): SymbolicTensor {
  const prefix = id === 0 ? 'expanded_conv_' : `block_${id}_`;
  const channels = images.shape.at(-1)!;
  const pointwise = (count: number, name: string): ReturnType<typeof conv2D> =>
    conv2D({ filters: count, kernelSize: 1, padding: 'same', useBias: false, name: `${prefix}${name}` });
  const wide =
    id === 0
      ? images
      : bent(pointwise(6 * channels, 'expand').apply(images), `${prefix}expand_BN`, `${prefix}expand_relu`);
  const depthwise = depthwiseConv2D({
    kernelSize: 3,
    strides,
    useBias: false,
    padding: strides === 1 ? 'same' : 'valid',
    name: `${prefix}depthwise`,
  }).apply(
    strides === 1 ? wide : zeroPadding2D({ padding: padOf(wide, 3), name: `${prefix}pad` }).apply(wide),
  );
  const between = bent(depthwise, `${prefix}depthwise_BN`, `${prefix}depthwise_relu`);
  const narrow = normalized(pointwise(filters, 'project').apply(between), `${prefix}project_BN`);
  return channels === filters && strides === 1
    ? add({ name: `${prefix}add` }).apply([images, narrow])
    : narrow;
}

function normalized(x: SymbolicTensor, name: string): SymbolicTensor {
  return batchNormalization({ epsilon: 1e-3, momentum: 0.999, name }).apply(x);
}

function bent(x: SymbolicTensor, norm: string, name: string): SymbolicTensor {
  return reLU({ maxValue: 6, name }).apply(normalized(x, norm));
}

/** MobileNetV2. Source: Sandler et al. (2018), keras.applications.MobileNetV2. Images of -1 to 1. */
export const mobileNetV2 = applicationOf<MobileNetV2Settings, MobileNetV2Options>(network);
