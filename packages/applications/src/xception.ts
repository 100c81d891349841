// Xception: separable convolutions with ways past them.
import type { SymbolicTensor } from '@lamella/core';
import { activation, add, batchNormalization, conv2D, maxPooling2D, separableConv2D } from '@lamella/layers';
import { applicationOf, Settings, type Network } from './application.js';

class XceptionSettings extends Settings {
  static override readonly className = 'xception()';
}

const relu = (x: SymbolicTensor, name: string): SymbolicTensor =>
  activation({ activation: 'relu', name }).apply(x);
const normalized = (x: SymbolicTensor, name: string): SymbolicTensor => batchNormalization({ name }).apply(x);

function separable(x: SymbolicTensor, filters: number, name: string): SymbolicTensor {
  const layer = separableConv2D({ filters, kernelSize: 3, padding: 'same', useBias: false, name });
  return normalized(layer.apply(x), `${name}_bn`);
}

/** Two separable convolutions and a pool, and a way past of half the size. */
function smaller(x: SymbolicTensor, filters: readonly [number, number], block: number): SymbolicTensor {
  const name = `block${block}`;
  const narrow = conv2D({ filters: filters[1], kernelSize: 1, strides: 2, padding: 'same', useBias: false });
  const past = batchNormalization().apply(narrow.apply(x));
  const before = block === 2 ? x : relu(x, `${name}_sepconv1_act`);
  const first = separable(before, filters[0], `${name}_sepconv1`);
  const second = separable(relu(first, `${name}_sepconv2_act`), filters[1], `${name}_sepconv2`);
  const pooled = maxPooling2D({ poolSize: 3, strides: 2, padding: 'same', name: `${name}_pool` }).apply(
    second,
  );
  return add().apply([pooled, past]);
}

const network: Network<XceptionSettings> = {
  Settings: XceptionSettings,
  defaultSize: 299,
  leastSize: 71,
  modelName: () => 'xception',
  // Without a top, Keras leaves the layers that pool unnamed.
  poolNames: { avg: 'avg_pool' },
  features(images) {
    const [one, two] = [
      conv2D({ filters: 32, kernelSize: 3, strides: 2, useBias: false, name: 'block1_conv1' }),
      conv2D({ filters: 64, kernelSize: 3, useBias: false, name: 'block1_conv2' }),
    ];
    const first = relu(normalized(one!.apply(images), 'block1_conv1_bn'), 'block1_conv1_act');
    let x = relu(normalized(two!.apply(first), 'block1_conv2_bn'), 'block1_conv2_act');
    for (const [i, filters] of [128, 256, 728].entries()) x = smaller(x, [filters, filters], i + 2);
    for (let i = 5; i <= 12; i++) {
      const past = x;
      for (let k = 1; k <= 3; k++)
        x = separable(relu(x, `block${i}_sepconv${k}_act`), 728, `block${i}_sepconv${k}`);
      x = add().apply([x, past]);
    }
    x = smaller(x, [728, 1024], 13);
    for (const [i, filters] of [1536, 2048].entries())
      x = relu(separable(x, filters, `block14_sepconv${i + 1}`), `block14_sepconv${i + 1}_act`);
    return x;
  },
};

/** Xception. Source: Chollet (2016), keras.applications.Xception. Images of -1 to 1, of at least 71 by 71. */
export const xception = applicationOf(network);
