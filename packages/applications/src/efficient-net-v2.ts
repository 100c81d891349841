// EfficientNetV2, B0 to B3, S, M and L: early stages have fused blocks.
import { withOptions, type GivenOptions } from '@lamella/core';
import { normalization, rescaling } from '@lamella/layers';
import { applicationOf, Settings, type ApplicationOptions, type Network } from './application.js';
import { bent, convolved, efficientTop, inStages, type Version } from './efficient-blocks.js';
import { nearEights } from './in-eights.js';
import { preprocessingOption } from './preprocessing-option.js';

class EfficientNetV2Settings extends withOptions(Settings, preprocessingOption) {}

/** The options of {@link efficientNetV2B0} and the others. */
export type EfficientNetV2Options = ApplicationOptions & GivenOptions<typeof preprocessingOption>;

/** How many blocks, channels, how much wider it is inside, and strides of the first block. The first three are fused. */
type Stages = readonly (readonly [count: number, filters: number, expansion: number, strides: 1 | 2])[];

const base: Stages = [
  [1, 16, 1, 1],
  [2, 32, 4, 2],
  [2, 48, 4, 2],
  [3, 96, 4, 2],
  [5, 112, 6, 1],
  [8, 192, 6, 2],
];
const small: Stages = [
  [2, 24, 1, 1],
  [4, 48, 4, 2],
  [4, 64, 4, 2],
  [6, 128, 4, 2],
  [9, 160, 6, 1],
  [15, 256, 6, 2],
];
const medium: Stages = [
  [3, 24, 1, 1],
  [5, 48, 4, 2],
  [5, 80, 4, 2],
  [7, 160, 4, 2],
  [14, 176, 6, 1],
  [18, 304, 6, 2],
  [5, 512, 6, 1],
];
const large: Stages = [
  [4, 32, 1, 1],
  [7, 64, 4, 2],
  [7, 96, 4, 2],
  [10, 192, 4, 2],
  [19, 224, 6, 1],
  [25, 384, 6, 2],
  [7, 640, 6, 1],
];

const version: Version = { momentum: 0.9, isPadded: false, depthwiseName: 'dwconv2' };

interface Size {
  readonly stages: Stages;
  /** The channels of the first convolution. */
  readonly first: number;
  readonly defaultSize: number;
  readonly width?: number;
  readonly depth?: number;
}

function network(
  id: string,
  { stages, first, defaultSize, width = 1, depth = 1 }: Size,
): Network<EfficientNetV2Settings> {
  class Chosen extends EfficientNetV2Settings {
    static override readonly className = `efficientNetV2${id}()`;
  }
  const wide = (filters: number): number => nearEights(filters * width);
  // As in Keras, rates of dropping rise over the blocks that there are before any are added for depth.
  const total = stages.reduce((sum, [count]) => sum + count, 0);
  return {
    Settings: Chosen,
    defaultSize,
    modelName: () => `efficientnetv2-${id.toLowerCase()}`,
    poolNames: { avg: 'avg_pool', max: 'max_pool' },
    features(images, { includePreprocessing }) {
      const isOfBase = stages === base && images.shape[3] === 3;
      const scale = () =>
        isOfBase
          ? normalization({
              mean: [0.485, 0.456, 0.406],
              variance: [0.229 ** 2, 0.224 ** 2, 0.225 ** 2],
              axis: 3,
            }).apply(rescaling({ scale: 1 / 255 }).apply(images))
          : rescaling({ scale: 1 / 128, offset: -1 }).apply(images);
      const scaled = includePreprocessing ? scale() : images;
      const start = convolved(scaled, wide(first), 'stem_conv', { kernelSize: 3, strides: 2 });
      const blocks = stages.map(([count, filters, expansion, strides], i) => ({
        count: Math.ceil(depth * count),
        block: {
          ...{ kernelSize: 3 as const, filters: wide(filters), expansion, strides },
          ...{ isFused: i < 3, isWeighed: i >= 3 },
        },
      }));
      const features = inStages(bent(start, 'stem_', version), blocks, total, version);
      return bent(convolved(features, wide(1280), 'top_conv'), 'top_', version);
    },
    top: (features, settings) => efficientTop(features, settings, 0.2),
  };
}

const made = (id: string, size: Size) =>
  applicationOf<EfficientNetV2Settings, EfficientNetV2Options>(network(id, size));

/** EfficientNetV2B0. Source: Tan and Le (2021), keras.applications.EfficientNetV2B0. Images of 0 to 255. */
export const efficientNetV2B0 = made('B0', { stages: base, first: 32, defaultSize: 224 });
/** EfficientNetV2B1. Source: keras.applications.EfficientNetV2B1. */
export const efficientNetV2B1 = made('B1', { stages: base, first: 32, defaultSize: 240, depth: 1.1 });
/** EfficientNetV2B2. Source: keras.applications.EfficientNetV2B2. */
export const efficientNetV2B2 = made('B2', {
  ...{ stages: base, first: 32, defaultSize: 260, width: 1.1, depth: 1.2 },
});
/** EfficientNetV2B3. Source: keras.applications.EfficientNetV2B3. */
export const efficientNetV2B3 = made('B3', {
  ...{ stages: base, first: 32, defaultSize: 300, width: 1.2, depth: 1.4 },
});
/** EfficientNetV2S. Source: keras.applications.EfficientNetV2S. */
export const efficientNetV2S = made('S', { stages: small, first: 24, defaultSize: 384 });
/** EfficientNetV2M. Source: keras.applications.EfficientNetV2M. */
export const efficientNetV2M = made('M', { stages: medium, first: 24, defaultSize: 480 });
/** EfficientNetV2L. Source: keras.applications.EfficientNetV2L. */
export const efficientNetV2L = made('L', { stages: large, first: 32, defaultSize: 480 });
