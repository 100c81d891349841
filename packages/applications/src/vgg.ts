// VGG, of 16 and 19 layers: convolutions of 3 by 3, and large dense layers on top.
import type { SymbolicTensor } from '@lamella/core';
import { conv2D, dense, flatten, maxPooling2D } from '@lamella/layers';
import { applicationOf, classified, Settings, type Network } from './application.js';

const channels = [64, 128, 256, 512, 512];

function network(layers: number, counts: readonly number[]): Network<Settings> {
  class VGGSettings extends Settings {
    static override readonly className = `vgg${layers}()`;
  }
  return {
    Settings: VGGSettings,
    defaultSize: 224,
    modelName: () => `vgg${layers}`,
    features: (images) =>
      counts.reduce((x, count, i) => {
        const name = `block${i + 1}`;
        const maps = Array.from({ length: count }).reduce<SymbolicTensor>((found, _, k) => {
          const options = {
            filters: channels[i]!,
            kernelSize: 3,
            padding: 'same',
            activation: 'relu',
          } as const;
          return conv2D({ ...options, name: `${name}_conv${k + 1}` }).apply(found);
        }, x);
        return maxPooling2D({ poolSize: 2, strides: 2, name: `${name}_pool` }).apply(maps);
      }, images),
    top: (features, settings) => {
      const rows = flatten({ name: 'flatten' }).apply(features);
      const first = dense({ units: 4096, activation: 'relu', name: 'fc1' }).apply(rows);
      return classified(dense({ units: 4096, activation: 'relu', name: 'fc2' }).apply(first), settings);
    },
  };
}

/** VGG16. Source: Simonyan and Zisserman (2014), keras.applications.VGG16. Images in BGR, less the means of ImageNet. */
export const vgg16 = applicationOf(network(16, [2, 2, 3, 3, 3]));
/** VGG19. Source: keras.applications.VGG19. */
export const vgg19 = applicationOf(network(19, [2, 2, 4, 4, 4]));
