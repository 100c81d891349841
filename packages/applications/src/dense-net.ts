// DenseNet, of 121, 169 and 201 layers: each block adds channels to all that came before.
import type { SymbolicTensor } from '@lamella/core';
import {
  activation,
  averagePooling2D,
  concatenate,
  conv2D,
  maxPooling2D,
  zeroPadding2D,
} from '@lamella/layers';
import { applicationOf, Settings, type Network } from './application.js';
import { normalized, normalizedReLU } from './normalized.js';

/** How many channels a block adds. */
const growth = 32;

function block(x: SymbolicTensor, name: string): SymbolicTensor {
  const narrow = conv2D({ filters: 4 * growth, kernelSize: 1, useBias: false, name: `${name}_1_conv` });
  const added = conv2D({
    filters: growth,
    kernelSize: 3,
    padding: 'same',
    useBias: false,
    name: `${name}_2_conv`,
  });
  const between = narrow.apply(normalizedReLU(x, `${name}_0`));
  return concatenate({ axis: 3, name: `${name}_concat` }).apply([
    x,
    added.apply(normalizedReLU(between, `${name}_1`)),
  ]);
}

/** Halves channels, height and width. */
function transition(x: SymbolicTensor, name: string): SymbolicTensor {
  const filters = Math.trunc(x.shape[3]! / 2);
  const half = conv2D({ filters, kernelSize: 1, useBias: false, name: `${name}_conv` }).apply(
    normalizedReLU(x, name),
  );
  return averagePooling2D({ poolSize: 2, strides: 2, name: `${name}_pool` }).apply(half);
}

function network(layers: number, blocks: readonly number[]): Network<Settings> {
  class DenseNetSettings extends Settings {
    static override readonly className = `denseNet${layers}()`;
  }
  return {
    Settings: DenseNetSettings,
    defaultSize: 224,
    modelName: () => `densenet${layers}`,
    poolNames: { avg: 'avg_pool', max: 'max_pool' },
    features(images) {
      const padded = zeroPadding2D({ padding: 3 }).apply(images);
      const first = conv2D({ filters: 64, kernelSize: 7, strides: 2, useBias: false, name: 'conv1_conv' });
      const wide = zeroPadding2D({ padding: 1 }).apply(normalizedReLU(first.apply(padded), 'conv1'));
      const pooled = maxPooling2D({ poolSize: 3, strides: 2, name: 'pool1' }).apply(wide);
      const features = blocks.reduce((x, count, i) => {
        const stage = i + 2;
        const before = i === 0 ? x : transition(x, `pool${i + 1}`);
        return Array.from({ length: count }).reduce<SymbolicTensor>(
          (found, _, k) => block(found, `conv${stage}_block${k + 1}`),
          before,
        );
      }, pooled);
      return activation({ activation: 'relu', name: 'relu' }).apply(normalized(features, 'bn'));
    },
  };
}

/** DenseNet121. Source: Huang et al. (2016), keras.applications.DenseNet121. Images scaled by the means and deviations of ImageNet. */
export const denseNet121 = applicationOf(network(121, [6, 12, 24, 16]));
/** DenseNet169. Source: keras.applications.DenseNet169. */
export const denseNet169 = applicationOf(network(169, [6, 12, 32, 32]));
/** DenseNet201. Source: keras.applications.DenseNet201. */
export const denseNet201 = applicationOf(network(201, [6, 12, 48, 32]));
