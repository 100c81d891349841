// ConvNeXt, of five sizes: a convolution with a large kernel for each channel, and dense layers over channels.
import { withOptions, type GivenOptions, type SymbolicTensor } from '@lamella/core';
import {
  activation,
  add,
  conv2D,
  dense,
  globalAveragePooling2D,
  layerNormalization,
  normalization,
  type ActivationOption,
} from '@lamella/layers';
import { Sequential } from '@lamella/training';
import { applicationOf, Settings, type ApplicationOptions, type Network } from './application.js';
import { layerScale } from './layers/layer-scale.js';
import { preprocessingOption } from './preprocessing-option.js';

class ConvNeXtSettings extends withOptions(Settings, preprocessingOption) {}

/** The options of {@link convNeXtTiny} and the others. */
export type ConvNeXtOptions = ApplicationOptions & GivenOptions<typeof preprocessingOption>;

/** How many blocks each of the four stages has. */
type Depths = readonly [number, number, number, number];

const few: Depths = [3, 3, 9, 3];
const many: Depths = [3, 3, 27, 3];

const normal = (name: string) => layerNormalization({ epsilon: 1e-6, name });

function block(x: SymbolicTensor, name: string): SymbolicTensor {
  const filters = x.shape[3]!;
  const spatial = conv2D({
    filters,
    kernelSize: 7,
    padding: 'same',
    groups: filters,
    name: `${name}_depthwise_conv`,
  }).apply(x);
  const wide = dense({ units: 4 * filters, name: `${name}_pointwise_conv_1` }).apply(
    normal(`${name}_layernorm`).apply(spatial),
  );
  const bent = activation({ activation: 'gelu', name: `${name}_gelu` }).apply(wide);
  const narrow = dense({ units: filters, name: `${name}_pointwise_conv_2` }).apply(bent);
  const scaled = layerScale({ initValues: 1e-6, projectionDim: filters, name: `${name}_layer_scale` });
  const past = activation({ activation: 'linear', name: `${name}_identity` }).apply(scaled.apply(narrow));
  return add().apply([x, past]);
}

/** Makes images smaller: in the beginning to a quarter, then to a half. */
function smaller(x: SymbolicTensor, filters: number, stage: number, name: string): SymbolicTensor {
  const isFirst = stage === 0;
  const kind = isFirst ? 'stem' : 'downsampling';
  const end = isFirst ? '' : `_${stage - 1}`;
  const size = isFirst ? 4 : 2;
  const conv = conv2D({ filters, kernelSize: size, strides: size, name: `${name}_${kind}_conv${end}` });
  const norm = normal(`${name}_${kind}_layernorm${end}`);
  return new Sequential({
    layers: isFirst ? [conv, norm] : [norm, conv],
    inputShape: x.shape.slice(1),
    name: isFirst ? `${name}_stem` : `${name}_downsampling_block${end}`,
  }).apply(x) as SymbolicTensor;
}

/** Images of 0 to 255, normalized by the means and deviations of ImageNet. */
function normalized(images: SymbolicTensor, name: string): SymbolicTensor {
  return normalization({
    mean: [0.485, 0.456, 0.406].map((mean) => mean * 255),
    variance: [0.229, 0.224, 0.225].map((deviation) => (deviation * 255) ** 2),
    name: `${name}_prestem_normalization`,
  }).apply(images);
}

function network(size: string, depths: Depths, width: number): Network<ConvNeXtSettings> {
  class Chosen extends ConvNeXtSettings {
    static override readonly className = `convNeXt${size}()`;
  }
  const nameOf = ({ name }: Settings): string => name ?? `convnext_${size.toLowerCase()}`;
  return {
    Settings: Chosen,
    defaultSize: 224,
    modelName: nameOf,
    features(images, settings) {
      const name = nameOf(settings);
      const isScaled = settings.includePreprocessing && images.shape[3] === 3;
      return depths.reduce(
        (before, depth, stage) =>
          Array.from({ length: depth }).reduce<SymbolicTensor>(
            (x, _, i) => block(x, `${name}_stage_${stage}_block_${i}`),
            smaller(before, width * 2 ** stage, stage, name),
          ),
        isScaled ? normalized(images, name) : images,
      );
    },
    top(features, settings) {
      const { classes: units, classifierActivation } = settings;
      const name = nameOf(settings);
      const means = globalAveragePooling2D({ name: `${name}_head_gap` }).apply(features);
      const rows = normal(`${name}_head_layernorm`).apply(means);
      const activationOption = classifierActivation as ActivationOption;
      return dense({ units, activation: activationOption, name: `${name}_head_dense` }).apply(rows);
    },
    withoutTop: (features) => layerNormalization({ epsilon: 1e-6 }).apply(features),
  };
}

const made = (size: string, depths: Depths, width: number) =>
  applicationOf<ConvNeXtSettings, ConvNeXtOptions>(network(size, depths, width));

/** ConvNeXtTiny. Source: Liu et al. (2022), keras.applications.ConvNeXtTiny. Images of 0 to 255. */
export const convNeXtTiny = made('Tiny', few, 96);
/** ConvNeXtSmall. Source: keras.applications.ConvNeXtSmall. */
export const convNeXtSmall = made('Small', many, 96);
/** ConvNeXtBase. Source: keras.applications.ConvNeXtBase. */
export const convNeXtBase = made('Base', many, 128);
/** ConvNeXtLarge. Source: keras.applications.ConvNeXtLarge. */
export const convNeXtLarge = made('Large', many, 192);
/** ConvNeXtXLarge. Source: keras.applications.ConvNeXtXLarge. */
export const convNeXtXLarge = made('XLarge', many, 256);
