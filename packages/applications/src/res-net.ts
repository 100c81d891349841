// ResNet and ResNetV2, of 50, 101 and 152 layers: blocks of three convolutions with a way past.
import type { SymbolicTensor } from '@lamella/core';
import { activation, add, conv2D, maxPooling2D, zeroPadding2D, type Conv2DOptions } from '@lamella/layers';
import { applicationOf, Settings, type Network } from './application.js';
import { normalizedReLU, normalized } from './normalized.js';

/** How many blocks each of the four stages has. */
type Blocks = readonly [number, number, number, number];

const fifty: Blocks = [3, 4, 6, 3];
const hundred: Blocks = [3, 4, 23, 3];
const more: Blocks = [3, 8, 36, 3];

const conv = (filters: number, kernelSize: number, name: string, more: Partial<Conv2DOptions> = {}) =>
  conv2D({ filters, kernelSize, name, ...more });

/** A convolution, normalization and ReLU, three times; the way past is widened where the block is the first of its stage. */
function block(
  x: SymbolicTensor,
  filters: number,
  strides: number,
  isFirst: boolean,
  name: string,
): SymbolicTensor {
  const past = isFirst
    ? normalized(conv(4 * filters, 1, `${name}_0_conv`, { strides }).apply(x), `${name}_0_bn`)
    : x;
  const first = conv(filters, 1, `${name}_1_conv`, { strides: isFirst ? strides : 1 }).apply(x);
  const second = conv(filters, 3, `${name}_2_conv`, { padding: 'same' }).apply(
    normalizedReLU(first, `${name}_1`),
  );
  const third = conv(4 * filters, 1, `${name}_3_conv`).apply(normalizedReLU(second, `${name}_2`));
  const sum = add({ name: `${name}_add` }).apply([past, normalized(third, `${name}_3_bn`)]);
  return activation({ activation: 'relu', name: `${name}_out` }).apply(sum);
}

/** As {@link block}, with normalization and ReLU before each convolution. */
function blockV2(
  x: SymbolicTensor,
  filters: number,
  strides: number,
  isFirst: boolean,
  name: string,
): SymbolicTensor {
  const before = normalizedReLU(x, `${name}_preact`);
  const past = isFirst
    ? conv(4 * filters, 1, `${name}_0_conv`, { strides }).apply(before)
    : strides > 1
      ? maxPooling2D({ poolSize: 1, strides }).apply(x)
      : x;
  const first = conv(filters, 1, `${name}_1_conv`, { useBias: false }).apply(before);
  const padded = zeroPadding2D({ padding: 1, name: `${name}_2_pad` }).apply(
    normalizedReLU(first, `${name}_1`),
  );
  const second = conv(filters, 3, `${name}_2_conv`, { strides, useBias: false }).apply(padded);
  const third = conv(4 * filters, 1, `${name}_3_conv`).apply(normalizedReLU(second, `${name}_2`));
  return add({ name: `${name}_out` }).apply([past, third]);
}

function network(name: string, blocks: Blocks, isV2: boolean): Network<Settings> {
  class ResNetSettings extends Settings {
    static override readonly className = `${name}()`;
  }
  return {
    Settings: ResNetSettings,
    defaultSize: 224,
    modelName: () => name.toLowerCase(),
    poolNames: { avg: 'avg_pool', max: 'max_pool' },
    features(images) {
      const padded = zeroPadding2D({ padding: 3, name: 'conv1_pad' }).apply(images);
      const first = conv(64, 7, 'conv1_conv', { strides: 2 }).apply(padded);
      const wide = zeroPadding2D({ padding: 1, name: 'pool1_pad' }).apply(
        isV2 ? first : normalizedReLU(first, 'conv1'),
      );
      const pooled = maxPooling2D({ poolSize: 3, strides: 2, name: 'pool1_pool' }).apply(wide);
      const features = blocks.reduce((x, count, i) => stage(x, i, count, isV2), pooled);
      return isV2 ? normalizedReLU(features, 'post') : features;
    },
  };
}

/** The blocks of a stage. Those of V2 make maps smaller at their end, except for the last stage; the others at their beginning. */
function stage(images: SymbolicTensor, index: number, count: number, isV2: boolean): SymbolicTensor {
  const smallerAt = isV2 ? (index === 3 ? -1 : count - 1) : index === 0 ? -1 : 0;
  return Array.from({ length: count }).reduce<SymbolicTensor>((x, _, i) => {
    const name = `conv${index + 2}_block${i + 1}`;
    return (isV2 ? blockV2 : block)(x, 64 * 2 ** index, i === smallerAt ? 2 : 1, i === 0, name);
  }, images);
}

/** ResNet50. Source: He et al. (2015), keras.applications.ResNet50. Images in BGR, less the means of ImageNet. */
export const resNet50 = applicationOf(network('resNet50', fifty, false));
/** ResNet101. Source: keras.applications.ResNet101. */
export const resNet101 = applicationOf(network('resNet101', hundred, false));
/** ResNet152. Source: keras.applications.ResNet152. */
export const resNet152 = applicationOf(network('resNet152', more, false));
/** ResNet50V2. Source: He et al. (2016), keras.applications.ResNet50V2. Images of -1 to 1. */
export const resNet50V2 = applicationOf(network('resNet50V2', fifty, true));
/** ResNet101V2. Source: keras.applications.ResNet101V2. */
export const resNet101V2 = applicationOf(network('resNet101V2', hundred, true));
/** ResNet152V2. Source: keras.applications.ResNet152V2. */
export const resNet152V2 = applicationOf(network('resNet152V2', more, true));
