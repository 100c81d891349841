// Inception V3, and Inception with ways past (InceptionResNetV2): convolutions of several sizes side by side.
import type { SymbolicTensor } from '@lamella/core';
import {
  activation,
  averagePooling2D,
  batchNormalization,
  concatenate,
  conv2D,
  maxPooling2D,
} from '@lamella/layers';
import { applicationOf, Settings, type Network } from './application.js';
import { customScaleLayer } from './layers/custom-scale-layer.js';

type Kernel = number | readonly [height: number, width: number];
/** Convolutions, one on the other. */
type Branch = readonly (readonly [filters: number, kernel: Kernel])[];

interface How {
  readonly strides?: 1 | 2;
  readonly padding?: 'same' | 'valid';
}

/** A convolution, its normalization without a factor, and ReLU; Keras gives them automatic names. */
function convolved(x: SymbolicTensor, filters: number, kernel: Kernel, how: How = {}): SymbolicTensor {
  const kernelSize = typeof kernel === 'number' ? kernel : ([...kernel] as [number, number]);
  const found = conv2D({ filters, kernelSize, padding: 'same', useBias: false, ...how }).apply(x);
  return activation({ activation: 'relu' }).apply(batchNormalization({ axis: 3, scale: false }).apply(found));
}

const smaller = { strides: 2, padding: 'valid' } as const;

/** One convolution on the other; where they make images smaller, the last does it. */
function along(x: SymbolicTensor, branch: Branch, isSmaller = false): SymbolicTensor {
  return branch.reduce(
    (found, [filters, kernel], i) =>
      convolved(found, filters, kernel, isSmaller && i === branch.length - 1 ? smaller : {}),
    x,
  );
}

/** Branches side by side, and beside them means of neighbours. */
function mixed(x: SymbolicTensor, branches: readonly Branch[], pool: number, name: string): SymbolicTensor {
  const found = branches.map((branch) => along(x, branch));
  return concatenate({ axis: 3, name }).apply([...found, pooled(x, pool)]);
}

function pooled(x: SymbolicTensor, filters: number): SymbolicTensor {
  const means = averagePooling2D({ poolSize: 3, strides: 1, padding: 'same' }).apply(x);
  return convolved(means, filters, 1);
}

/** As {@link mixed}, at half the size and beside the largest of neighbours. */
function reduced(x: SymbolicTensor, branches: readonly Branch[], name: string): SymbolicTensor {
  const found = branches.map((branch) => along(x, branch, true));
  const most = maxPooling2D({ poolSize: 3, strides: 2 }).apply(x);
  return concatenate({ axis: 3, name }).apply([...found, most]);
}

function stem(images: SymbolicTensor): SymbolicTensor {
  const start = convolved(convolved(images, 32, 3, smaller), 32, 3, { padding: 'valid' });
  const first = maxPooling2D({ poolSize: 3, strides: 2 }).apply(convolved(start, 64, 3));
  const wide = convolved(convolved(first, 80, 1, { padding: 'valid' }), 192, 3, { padding: 'valid' });
  return maxPooling2D({ poolSize: 3, strides: 2 }).apply(wide);
}

const row: Kernel = [1, 7];
const column: Kernel = [7, 1];

/** Branches of a mean size, `filters` wide inside. */
const tall = (filters: number): readonly Branch[] => [
  [[192, 1]],
  [
    [filters, 1],
    [filters, row],
    [192, column],
  ],
  [
    [filters, 1],
    [filters, column],
    [filters, row],
    [filters, column],
    [192, row],
  ],
];

const five: Branch = [
  [48, 1],
  [64, 5],
];
const threes: Branch = [
  [64, 1],
  [96, 3],
  [96, 3],
];

/** Two convolutions of the same maps side by side. */
function split(x: SymbolicTensor, name?: string): SymbolicTensor {
  const parts = [convolved(x, 384, [1, 3]), convolved(x, 384, [3, 1])];
  return concatenate({ axis: 3, ...(name !== undefined && { name }) }).apply(parts);
}

function widest(x: SymbolicTensor, id: number): SymbolicTensor {
  const one = convolved(x, 320, 1);
  const two = split(convolved(x, 384, 1), `mixed9_${id}`);
  const three = split(convolved(convolved(x, 448, 1), 384, 3));
  return concatenate({ axis: 3, name: `mixed${9 + id}` }).apply([one, two, three, pooled(x, 192)]);
}

// Without a top, Keras leaves the layers that pool unnamed.
const poolNames = { avg: 'avg_pool' } as const;

class InceptionV3Settings extends Settings {
  static override readonly className = 'inceptionV3()';
}

const v3: Network<Settings> = {
  Settings: InceptionV3Settings,
  defaultSize: 299,
  leastSize: 75,
  modelName: () => 'inception_v3',
  poolNames,
  features(images) {
    let x = stem(images);
    for (const [i, pool] of [32, 64, 64].entries())
      x = mixed(x, [[[64, 1]], five, threes], pool, `mixed${i}`);
    x = reduced(x, [[[384, 3]], threes], 'mixed3');
    for (const [i, filters] of [128, 160, 160, 192].entries())
      x = mixed(x, tall(filters), 192, `mixed${4 + i}`);
    const narrow: Branch = [
      [192, 1],
      [320, 3],
    ];
    const long: Branch = [
      [192, 1],
      [192, row],
      [192, column],
      [192, 3],
    ];
    return widest(widest(reduced(x, [narrow, long], 'mixed8'), 0), 1);
  },
};

class InceptionResNetV2Settings extends Settings {
  static override readonly className = 'inceptionResNetV2()';
}

/** The branches of each kind of block with a way past. */
const kinds = {
  block35: [
    [[32, 1]],
    [
      [32, 1],
      [32, 3],
    ],
    [
      [32, 1],
      [48, 3],
      [64, 3],
    ],
  ],
  block17: [
    [[192, 1]],
    [
      [128, 1],
      [160, row],
      [192, column],
    ],
  ],
  block8: [
    [[192, 1]],
    [
      [192, 1],
      [224, [1, 3]],
      [256, [3, 1]],
    ],
  ],
} as const satisfies Record<string, readonly Branch[]>;

/** Blocks of a kind, each of which adds a share of what its branches find. */
function blocks(
  images: SymbolicTensor,
  kind: keyof typeof kinds,
  count: number,
  scale: number,
): SymbolicTensor {
  return Array.from({ length: count }).reduce<SymbolicTensor>((x, _, i) => {
    const name = `${kind}_${i + 1}`;
    const isLast = kind === 'block8' && i === count - 1;
    const branches: readonly Branch[] = kinds[kind];
    const found = branches.map((branch) => along(x, branch));
    const together = concatenate({ axis: 3, name: `${name}_mixed` }).apply(found);
    const conv = conv2D({ filters: x.shape[3]!, kernelSize: 1, padding: 'same', name: `${name}_conv` });
    const sum = customScaleLayer({ scale: isLast ? 1 : scale }).apply([x, conv.apply(together)]);
    return isLast ? sum : activation({ activation: 'relu', name: `${name}_ac` }).apply(sum);
  }, images);
}

const resNetV2: Network<Settings> = {
  Settings: InceptionResNetV2Settings,
  defaultSize: 299,
  leastSize: 75,
  modelName: () => 'inception_resnet_v2',
  poolNames,
  features(images) {
    let x = mixed(stem(images), [[[96, 1]], five, threes], 64, 'mixed_5b');
    x = blocks(x, 'block35', 10, 0.17);
    const long: Branch = [
      [256, 1],
      [256, 3],
      [384, 3],
    ];
    x = blocks(reduced(x, [[[384, 3]], long], 'mixed_6a'), 'block17', 20, 0.1);
    const last: Branch[] = [
      [
        [256, 1],
        [384, 3],
      ],
      [
        [256, 1],
        [288, 3],
      ],
      [
        [256, 1],
        [288, 3],
        [320, 3],
      ],
    ];
    x = blocks(reduced(x, last, 'mixed_7a'), 'block8', 10, 0.2);
    const conv = conv2D({ filters: 1536, kernelSize: 1, padding: 'same', useBias: false, name: 'conv_7b' });
    const normal = batchNormalization({ axis: 3, scale: false, name: 'conv_7b_bn' }).apply(conv.apply(x));
    return activation({ activation: 'relu', name: 'conv_7b_ac' }).apply(normal);
  },
};

/** InceptionV3. Source: Szegedy et al. (2015), keras.applications.InceptionV3. Images of -1 to 1, of at least 75 by 75. */
export const inceptionV3 = applicationOf(v3);
/** InceptionResNetV2. Source: Szegedy et al. (2016), keras.applications.InceptionResNetV2. Images of -1 to 1, of at least 75 by 75. */
export const inceptionResNetV2 = applicationOf(resNetV2);
