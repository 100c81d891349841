// Where the configs of Keras 2 and of TensorFlow.js differ from Keras 3's: names of classes and options, and what computes
// something else there under the same name. Not here: the layout of a model (read-topology.ts), compile state.
import { fileInvalid } from '../errors.js';
import { isRecord, type Json } from '../keras-json/python-json.js';

/** Whose words a config uses. */
export type Dialect = 'Keras 3' | 'Keras 2' | 'TensorFlow.js';

/**
 * The dialect of a config, from the version that its file states; `config` where there is none.
 * Throws: FILE_INVALID for Keras 1, whose layers have other names, options and orders of weights.
 */
export function dialectOf(version: unknown, config: Json | undefined, file: string): Dialect {
  if (typeof version !== 'string') return isRecord(config) && 'module' in config ? 'Keras 3' : 'Keras 2';
  if (/^[01]\./.test(version)) throw writtenByKeras1(file, `Keras ${version}`);
  if (version.startsWith('tfjs')) return 'TensorFlow.js';
  return version.startsWith('3.') ? 'Keras 3' : 'Keras 2';
}

/** What Keras 1 alone calls so: options of any layer, and classes. */
const optionsOfKeras1 = ['nb_filter', 'nb_row', 'border_mode', 'subsample', 'dim_ordering', 'inner_init'];
const classesOfKeras1: ReadonlySet<string> = new Set([
  'AtrousConvolution1D',
  'AtrousConvolution2D',
  'Highway',
  'MaxoutDense',
  'Merge',
]);

/** Throws: FILE_INVALID for a layer as Keras 1 writes it. */
export function refuseKeras1(
  className: string,
  config: { readonly [key: string]: Json },
  file: string,
): void {
  const isOwn =
    classesOfKeras1.has(className) ||
    optionsOfKeras1.some((key) => key in config) ||
    ('output_dim' in config && className !== 'Embedding');
  if (isOwn)
    throw writtenByKeras1(file, 'Keras 1', ` (layer ${JSON.stringify(config['name'] ?? className)})`);
}

function writtenByKeras1(file: string, writer: string, where = ''): Error {
  return fileInvalid(
    file,
    `it was written by ${writer}${where}, whose layers have other names and options`,
    'load it with Keras 2.0 to 2.2, save it there, and load that file',
  );
}

/** Classes under the names that Keras 2 had beside today's. */
const classes: Readonly<Record<string, string>> = {
  BatchNormalizationV1: 'BatchNormalization',
  BatchNormalizationV2: 'BatchNormalization',
  SyncBatchNormalization: 'BatchNormalization',
  Convolution1D: 'Conv1D',
  Convolution2D: 'Conv2D',
  Convolution3D: 'Conv3D',
  Convolution1DTranspose: 'Conv1DTranspose',
  Convolution2DTranspose: 'Conv2DTranspose',
  Convolution3DTranspose: 'Conv3DTranspose',
  Deconvolution2D: 'Conv2DTranspose',
  Deconvolution3D: 'Conv3DTranspose',
  SeparableConvolution1D: 'SeparableConv1D',
  SeparableConvolution2D: 'SeparableConv2D',
  MaxPool1D: 'MaxPooling1D',
  MaxPool2D: 'MaxPooling2D',
  MaxPool3D: 'MaxPooling3D',
  AvgPool1D: 'AveragePooling1D',
  AvgPool2D: 'AveragePooling2D',
  AvgPool3D: 'AveragePooling3D',
  GlobalMaxPool1D: 'GlobalMaxPooling1D',
  GlobalMaxPool2D: 'GlobalMaxPooling2D',
  GlobalMaxPool3D: 'GlobalMaxPooling3D',
  GlobalAvgPool1D: 'GlobalAveragePooling1D',
  GlobalAvgPool2D: 'GlobalAveragePooling2D',
  GlobalAvgPool3D: 'GlobalAveragePooling3D',
  // Its output is x where x exceeds the threshold, which ReLU computes too.
  ThresholdedReLU: 'ReLU',
};

/** Today's name of a class. */
export function currentClass(className: string): string {
  return Object.hasOwn(classes, className) ? classes[className]! : className;
}

/** Options of classes that have another name there: class, Keras 3's name, theirs. */
const renamed: readonly (readonly [className: string, keras: string, older: string])[] = [
  ['LeakyReLU', 'negative_slope', 'alpha'],
  ['ThresholdedReLU', 'threshold', 'theta'],
];

/** Strings of options that have another spelling there: Keras 3's, theirs. */
const respelled: readonly (readonly [key: string, keras: string, older: string])[] = [
  ['activation', 'silu', 'swish'],
  ['distribution', 'truncated_normal', 'normal'],
];

/** The option's name in the other dialect. */
export function translatedOption(className: string, key: string, to: 'keras' | 'older'): string {
  const found = renamed.find((row) => row[0] === className && row[to === 'older' ? 1 : 2] === key);
  return found?.[to === 'older' ? 2 : 1] ?? key;
}

/** The option's value in the other dialect, where it is a string of its own spelling. */
export function translatedValue<T>(key: string, value: T, to: 'keras' | 'older'): T | string {
  const found = respelled.find(
    (row) => key.endsWith(row[0]) && row[to === 'older' ? 1 : 2] === (value as unknown),
  );
  return found?.[to === 'older' ? 2 : 1] ?? value;
}

/** Options of a class that say how data came in once, or how it ran, and nothing here. */
const passedOver: ReadonlySet<string> = new Set([
  'batch_input_shape',
  'input_length',
  'input_dtype',
  'fused',
  // Ways to compute the same gates.
  'implementation',
]);

/** What a class wrote of the class that it extended there, and never read: it has kernels of other names. */
const unread: readonly (readonly [className: RegExp, key: RegExp])[] = [
  [/^(SeparableConv|DepthwiseConv)/, /^kernel_(initializer|regularizer|constraint)$/],
];

/** Whether an option of a layer says nothing here. */
export function isPassedOver(className: string, key: string): boolean {
  const isUnread = unread.some(([pattern, name]) => pattern.test(className) && name.test(key));
  return isUnread || (className !== 'InputLayer' && passedOver.has(key));
}

/** Options that a class has in Keras and not in TensorFlow.js, with the values at which that makes no difference. */
const withoutEffect: readonly (readonly [className: RegExp, key: string, same: readonly Json[]])[] = [
  [/^ReLU$/, 'negative_slope', [0, null]],
  [/^ReLU$/, 'threshold', [0, null]],
  [/^Global(Average|Max)Pooling/, 'keepdims', [false, null]],
  [/^(Separable|Depthwise)?Conv/, 'groups', [1, null]],
  [/^Conv\dDTranspose$/, 'output_padding', [null]],
  // It interpolates between other places there.
  [/^UpSampling2D$/, 'interpolation', ['nearest']],
  [/^GRU/, 'reset_after', [false]],
  [/^(RNN|SimpleRNN|LSTM|GRU|ConvLSTM\dD)$/, 'zero_output_for_mask', [false, null]],
];

/** Why an option makes a layer compute one thing here and another in TensorFlow.js, or undefined. */
export function differenceOf(className: string, key: string, value: unknown): string | undefined {
  if (key.endsWith('activation') && value === 'hard_sigmoid')
    return 'hard_sigmoid is min(max(0.2 x + 0.5, 0), 1) in TensorFlow.js, and relu6(x + 3) / 6 in Keras 3';
  const row = withoutEffect.find(([pattern, name]) => name === key && pattern.test(className));
  return row === undefined || row[2].includes(value as Json)
    ? undefined
    : `${className} has no option ${key} in TensorFlow.js`;
}

/** Options of Keras 2 that Keras 3 has not, with the values at which that makes no difference. */
const gone: readonly (readonly [className: RegExp, key: string, same: readonly Json[]])[] = [
  [/^BatchNormalization/, 'virtual_batch_size', [null]],
  [/^BatchNormalization/, 'adjustment', [null]],
  [/./, 'time_major', [false, null]],
  [/^(SeparableConv|DepthwiseConv|Conv\dDTranspose)/, 'groups', [1, null]],
];

/** Options that files of those do not state where they hold for all of a class: class, option, value. */
const unstated: readonly (readonly [className: RegExp, key: string, value: Json])[] = [
  [/^GRU(Cell)?$/, 'reset_after', false],
];

/** The options that a config does not state, with what holds there. */
export function unstatedOptions(
  className: string,
  config: { readonly [key: string]: Json },
): readonly (readonly [key: string, value: Json])[] {
  return unstated
    .filter(([pattern, key]) => pattern.test(className) && config[key] === undefined)
    .map(([, key, value]) => [key, value] as const);
}

/** Whether an option of Keras 2 can be left out. Throws: FILE_INVALID where it makes a difference. */
export function isGone(
  className: string,
  key: string,
  value: Json,
  file: string,
  layer: Json | undefined,
): boolean {
  const row = gone.find(([pattern, name]) => name === key && pattern.test(className));
  if (row === undefined) return false;
  if (row[2].includes(value)) return true;
  throw fileInvalid(
    file,
    `layer ${JSON.stringify(layer ?? className)}: option ${key}: ${JSON.stringify(value)} of Keras 2 is not supported`,
  );
}
