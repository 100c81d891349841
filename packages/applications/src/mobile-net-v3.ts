// MobileNetV3, small and large: the blocks of MobileNetV2, some of which weigh their channels, with cheap activations.
import {
  booleanOption,
  fractionOption,
  positiveOption,
  withOptions,
  type GivenOptions,
  type SymbolicTensor,
} from '@lamella/core';
import {
  activation,
  add,
  batchNormalization,
  conv2D,
  depthwiseConv2D,
  dropout,
  flatten,
  globalAveragePooling2D,
  multiply,
  reLU,
  rescaling,
  zeroPadding2D,
  type ActivationOption,
} from '@lamella/layers';
import { applicationOf, Settings, type ApplicationOptions, type Network } from './application.js';
import { inEights, padOf } from './in-eights.js';
import { preprocessingOption } from './preprocessing-option.js';

const options = {
  ...preprocessingOption,
  /** How wide it is: a factor of its numbers of channels, which are multiples of 8. Default 1. */
  alpha: positiveOption(1),
  /** Whether it does without kernels of 5, weighed channels and hard swish. Default false. */
  minimalistic: booleanOption(false),
  /** The share of features that the top drops in training. Default 0.2. */
  dropoutRate: fractionOption(0.2),
} as const;

class MobileNetV3Settings extends withOptions(Settings, options) {}

/** The options of {@link mobileNetV3Small} and {@link mobileNetV3Large}. */
export type MobileNetV3Options = ApplicationOptions & GivenOptions<typeof options>;

/** How much wider it is inside, channels, kernel, strides, whether channels are weighed, and whether ReLU is used for hard swish. */
type Block = readonly [
  expansion: number,
  filters: number,
  kernel: 3 | 5,
  strides: 1 | 2,
  isWeighed: boolean,
  isReLU: boolean,
];

const small: readonly Block[] = [
  [1, 16, 3, 2, true, true],
  [72 / 16, 24, 3, 2, false, true],
  [88 / 24, 24, 3, 1, false, true],
  [4, 40, 5, 2, true, false],
  [6, 40, 5, 1, true, false],
  [6, 40, 5, 1, true, false],
  [3, 48, 5, 1, true, false],
  [3, 48, 5, 1, true, false],
  [6, 96, 5, 2, true, false],
  [6, 96, 5, 1, true, false],
  [6, 96, 5, 1, true, false],
];

const large: readonly Block[] = [
  [1, 16, 3, 1, false, true],
  [4, 24, 3, 2, false, true],
  [3, 24, 3, 1, false, true],
  [3, 40, 5, 2, true, true],
  [3, 40, 5, 1, true, true],
  [3, 40, 5, 1, true, true],
  [6, 80, 3, 2, false, false],
  [2.5, 80, 3, 1, false, false],
  [2.3, 80, 3, 1, false, false],
  [2.3, 80, 3, 1, false, false],
  [6, 112, 3, 1, true, false],
  [6, 112, 3, 1, true, false],
  [6, 160, 5, 2, true, false],
  [6, 160, 5, 1, true, false],
  [6, 160, 5, 1, true, false],
];

const relu = (x: SymbolicTensor): SymbolicTensor => reLU().apply(x);
const hardSwish = (x: SymbolicTensor): SymbolicTensor => activation({ activation: 'hard_swish' }).apply(x);

function normalized(x: SymbolicTensor, name: string): SymbolicTensor {
  return batchNormalization({ epsilon: 1e-3, momentum: 0.999, name }).apply(x);
}

function pointwise(x: SymbolicTensor, filters: number, name: string, useBias = false): SymbolicTensor {
  return conv2D({ filters, kernelSize: 1, padding: 'same', useBias, name }).apply(x);
}

/** Channels times weights between 0 and 1, which follow from their means. */
function weighed(x: SymbolicTensor, prefix: string): SymbolicTensor {
  const name = `${prefix}squeeze_excite_`;
  const channels = x.shape.at(-1)!;
  const means = globalAveragePooling2D({ keepdims: true, name: `${name}avg_pool` }).apply(x);
  const few = reLU({ name: `${name}relu` }).apply(
    pointwise(means, inEights(channels / 4), `${name}conv`, true),
  );
  const all = pointwise(few, channels, `${name}conv_1`, true);
  // In Keras, what is added and what it is multiplied with are operations without layers.
  const shifted = rescaling({ scale: 1, offset: 3, name: `${name}shift` }).apply(all);
  const weights = rescaling({ scale: 1 / 6, name: `${name}scale` }).apply(
    reLU({ maxValue: 6 }).apply(shifted),
  );
  return multiply({ name: `${name}mul` }).apply([x, weights]);
}

function block(
  images: SymbolicTensor,
  [expansion, filters, kernel, strides, isWeighed, isReLU]: Block,
  id: number,
  { minimalistic, alpha }: MobileNetV3Settings,
): SymbolicTensor {
  const prefix = id === 0 ? 'expanded_conv_' : `expanded_conv_${id}_`;
  const bend = isReLU || minimalistic ? relu : hardSwish;
  const kernelSize = minimalistic ? 3 : kernel;
  const channels = images.shape.at(-1)!;
  const inner = inEights(channels * expansion);
  const wide =
    id === 0 ? images : bend(normalized(pointwise(images, inner, `${prefix}expand`), `${prefix}expand_bn`));
  const padded =
    strides === 1
      ? wide
      : zeroPadding2D({ padding: padOf(wide, kernelSize), name: `${prefix}depthwise_pad` }).apply(wide);
  const depthwise = depthwiseConv2D({
    kernelSize,
    strides,
    padding: strides === 1 ? 'same' : 'valid',
    useBias: false,
    name: `${prefix}depthwise`,
  }).apply(padded);
  const bent = bend(normalized(depthwise, `${prefix}depthwise_bn`));
  const between = isWeighed && !minimalistic ? weighed(bent, prefix) : bent;
  const count = inEights(filters * alpha);
  const narrow = normalized(pointwise(between, count, `${prefix}project`), `${prefix}project_bn`);
  return strides === 1 && channels === count ? add({ name: `${prefix}add` }).apply([images, narrow]) : narrow;
}

function network(name: string, blocks: readonly Block[], last: number): Network<MobileNetV3Settings> {
  class Chosen extends MobileNetV3Settings {
    static override readonly className = `m${name.slice(1)}()`;
  }
  const bendOf = ({ minimalistic }: MobileNetV3Settings) => (minimalistic ? relu : hardSwish);
  return {
    Settings: Chosen,
    defaultSize: 224,
    sizes: 'open',
    modelName: () => name,
    poolNames: { avg: 'avg_pool', max: 'max_pool' },
    features(images, settings) {
      const bend = bendOf(settings);
      const scaled = settings.includePreprocessing
        ? rescaling({ scale: 1 / 127.5, offset: -1 }).apply(images)
        : images;
      const first = conv2D({
        filters: 16,
        kernelSize: 3,
        strides: 2,
        padding: 'same',
        useBias: false,
        name: 'conv',
      });
      const features = blocks.reduce(
        (x, each, id) => block(x, each, id, settings),
        bend(normalized(first.apply(scaled), 'conv_bn')),
      );
      const channels = inEights(features.shape.at(-1)! * 6);
      return bend(normalized(pointwise(features, channels, 'conv_1'), 'conv_1_bn'));
    },
    top(features, settings) {
      const { alpha, classes, dropoutRate, classifierActivation } = settings;
      const means = globalAveragePooling2D({ keepdims: true }).apply(features);
      const wide = pointwise(means, alpha > 1 ? inEights(last * alpha) : last, 'conv_2', true);
      const bent = bendOf(settings)(wide);
      const kept = dropoutRate > 0 ? dropout({ rate: dropoutRate }).apply(bent) : bent;
      const rows = flatten().apply(pointwise(kept, classes, 'logits', true));
      const activationOption = classifierActivation as ActivationOption;
      return activation({ activation: activationOption, name: 'predictions' }).apply(rows);
    },
  };
}

/** MobileNetV3, small. Source: Howard et al. (2019), keras.applications.MobileNetV3Small. Images of 0 to 255. */
export const mobileNetV3Small = applicationOf<MobileNetV3Settings, MobileNetV3Options>(
  network('MobileNetV3Small', small, 1024),
);
/** MobileNetV3, large. Source: keras.applications.MobileNetV3Large. Images of 0 to 255. */
export const mobileNetV3Large = applicationOf<MobileNetV3Settings, MobileNetV3Options>(
  network('MobileNetV3Large', large, 1280),
);
