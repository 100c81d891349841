// EfficientNet, B0 to B7: one network, wider and deeper by factors.
import { booleanOption, withOptions, type GivenOptions } from '@lamella/core';
import { normalization, rescaling, zeroPadding2D } from '@lamella/layers';
import { applicationOf, Settings, type ApplicationOptions, type Network } from './application.js';
import { bent, convolved, efficientTop, inStages, type Version } from './efficient-blocks.js';
import { inEights, padOf } from './in-eights.js';

const options = {
  /** Whether images are divided by the roots of ImageNet's deviations once more, as Keras' weights of ImageNet need it. Default false. */
  imageNetScale: booleanOption(false),
} as const;

class EfficientNetSettings extends withOptions(Settings, options) {}

/** The options of {@link efficientNetB0} to {@link efficientNetB7}. */
export type EfficientNetOptions = ApplicationOptions & GivenOptions<typeof options>;

/** Kernel, how many blocks, channels, how much wider it is inside, and strides of the first block. */
const stages = [
  [3, 1, 16, 1, 1],
  [3, 2, 24, 6, 2],
  [5, 2, 40, 6, 2],
  [3, 3, 80, 6, 2],
  [5, 3, 112, 6, 1],
  [5, 4, 192, 6, 2],
  [3, 1, 320, 6, 1],
] as const;

const version: Version = { momentum: 0.99, isPadded: true, depthwiseName: 'dwconv' };
const deviations = [0.229, 0.224, 0.225];

function network(
  id: string,
  width: number,
  depth: number,
  defaultSize: number,
  dropRate: number,
): Network<EfficientNetSettings> {
  class Chosen extends EfficientNetSettings {
    static override readonly className = `efficientNet${id}()`;
  }
  const wide = (filters: number): number => inEights(filters * width);
  const counts = stages.map(([, count]) => Math.ceil(depth * count));
  const total = counts.reduce((a, b) => a + b);
  return {
    Settings: Chosen,
    defaultSize,
    modelName: () => `efficientnet${id.toLowerCase()}`,
    poolNames: { avg: 'avg_pool', max: 'max_pool' },
    features(images, { imageNetScale }) {
      const ofOne = rescaling({ scale: 1 / 255 }).apply(images);
      const normal = normalization({ axis: 3 }).apply(ofOne);
      const scaled = imageNetScale
        ? rescaling({ scale: deviations.map((deviation) => 1 / Math.sqrt(deviation)) }).apply(normal)
        : normal;
      const padded = zeroPadding2D({ padding: padOf(scaled, 3), name: 'stem_conv_pad' }).apply(scaled);
      const first = convolved(padded, wide(32), 'stem_conv', {
        kernelSize: 3,
        strides: 2,
        padding: 'valid',
      });
      const blocks = stages.map(([kernelSize, , filters, expansion, strides], i) => ({
        count: counts[i]!,
        block: { kernelSize, filters: wide(filters), expansion, strides, isFused: false, isWeighed: true },
      }));
      const features = inStages(bent(first, 'stem_', version), blocks, total, version);
      return bent(convolved(features, wide(1280), 'top_conv'), 'top_', version);
    },
    top: (features, settings) => efficientTop(features, settings, dropRate),
  };
}

const made = (id: string, width: number, depth: number, size: number, dropRate: number) =>
  applicationOf<EfficientNetSettings, EfficientNetOptions>(network(id, width, depth, size, dropRate));

/** EfficientNetB0. Source: Tan and Le (2019), keras.applications.EfficientNetB0. Images of 0 to 255. */
export const efficientNetB0 = made('B0', 1, 1, 224, 0.2);
/** EfficientNetB1. Source: keras.applications.EfficientNetB1. */
export const efficientNetB1 = made('B1', 1, 1.1, 240, 0.2);
/** EfficientNetB2. Source: keras.applications.EfficientNetB2. */
export const efficientNetB2 = made('B2', 1.1, 1.2, 260, 0.3);
/** EfficientNetB3. Source: keras.applications.EfficientNetB3. */
export const efficientNetB3 = made('B3', 1.2, 1.4, 300, 0.3);
/** EfficientNetB4. Source: keras.applications.EfficientNetB4. */
export const efficientNetB4 = made('B4', 1.4, 1.8, 380, 0.4);
/** EfficientNetB5. Source: keras.applications.EfficientNetB5. */
export const efficientNetB5 = made('B5', 1.6, 2.2, 456, 0.4);
/** EfficientNetB6. Source: keras.applications.EfficientNetB6. */
export const efficientNetB6 = made('B6', 1.8, 2.6, 528, 0.5);
/** EfficientNetB7. Source: keras.applications.EfficientNetB7. */
export const efficientNetB7 = made('B7', 2, 3.1, 600, 0.5);
