// MobileNet: depthwise convolutions, each followed by one that mixes channels.
import {
  fractionOption,
  positiveIntegerOption,
  positiveOption,
  withOptions,
  type GivenOptions,
  type SymbolicTensor,
} from '@lamella/core';
import {
  activation,
  batchNormalization,
  conv2D,
  depthwiseConv2D,
  dropout,
  globalAveragePooling2D,
  reLU,
  reshape,
  zeroPadding2D,
  type ActivationOption,
} from '@lamella/layers';
import { applicationOf, Settings, type ApplicationOptions, type Network } from './application.js';

const options = {
  /** How wide it is: a factor of its numbers of channels. Default 1. */
  alpha: positiveOption(1),
  /** How many channels depthwise convolutions give for each. Default 1. */
  depthMultiplier: positiveIntegerOption(1),
  /** The share of features that the top drops in training. Default 0.001. */
  dropout: fractionOption(1e-3),
} as const;

class MobileNetSettings extends withOptions(Settings, options) {
  static override readonly className: string = 'mobileNet()';
}

/** The options of {@link mobileNet}. */
export type MobileNetOptions = ApplicationOptions & GivenOptions<typeof options>;

/** Channels and strides of each block. */
const blocks: readonly (readonly [filters: number, strides: number])[] = [
  ...([
    [64, 1],
    [128, 2],
    [128, 1],
    [256, 2],
    [256, 1],
    [512, 2],
  ] as const),
  ...Array.from({ length: 5 }, () => [512, 1] as const),
  ...([
    [1024, 2],
    [1024, 1],
  ] as const),
];

const network: Network<MobileNetSettings> = {
  Settings: MobileNetSettings,
  defaultSize: 224,
  modelName: ({ alpha }, height) => `mobilenet_${alpha.toFixed(2)}_${height ?? 'None'}`,
  features(images, { alpha, depthMultiplier }) {
    const wide = (filters: number): number => Math.trunc(filters * alpha);
    const first = conv2D({
      filters: wide(32),
      kernelSize: 3,
      padding: 'same',
      useBias: false,
      strides: 2,
      name: 'conv1',
    });
    return blocks.reduce(
      (x, [filters, strides], i) => {
        const id = i + 1;
        const padded =
          strides === 1
            ? x
            : zeroPadding2D({
                padding: [
                  [0, 1],
                  [0, 1],
                ],
                name: `conv_pad_${id}`,
              }).apply(x);
        const depthwise = depthwiseConv2D({
          kernelSize: 3,
          padding: strides === 1 ? 'same' : 'valid',
          depthMultiplier,
          strides,
          useBias: false,
          name: `conv_dw_${id}`,
        }).apply(padded);
        const pointwise = conv2D({
          filters: wide(filters),
          kernelSize: 1,
          padding: 'same',
          useBias: false,
          name: `conv_pw_${id}`,
        });
        return bent(pointwise.apply(bent(depthwise, `conv_dw_${id}`)), `conv_pw_${id}`);
      },
      bent(first.apply(images), 'conv1'),
    );
  },
  top(features, { classes, classifierActivation, dropout: rate }) {
    const means = globalAveragePooling2D({ keepdims: true }).apply(features);
    const dropped = dropout({ rate, name: 'dropout' }).apply(means);
    const maps = conv2D({ filters: classes, kernelSize: 1, padding: 'same', name: 'conv_preds' }).apply(
      dropped,
    );
    const rows = reshape({ targetShape: [classes], name: 'reshape_2' }).apply(maps);
    return activation({ activation: classifierActivation as ActivationOption, name: 'predictions' }).apply(
      rows,
    );
  },
};

function bent(x: SymbolicTensor, name: string): SymbolicTensor {
  return reLU({ maxValue: 6, name: `${name}_relu` }).apply(
    batchNormalization({ name: `${name}_bn` }).apply(x),
  );
}

/** MobileNet. Source: Howard et al. (2017), keras.applications.MobileNet. Images of -1 to 1. */
export const mobileNet = applicationOf<MobileNetSettings, MobileNetOptions>(network);
