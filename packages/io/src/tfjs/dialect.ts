// Where the configs of TensorFlow.js differ from Keras 3's: names of options and classes, and what computes something else
// there under the same name. The last is refused both ways: a model must predict the same.
import type { Json } from '../keras-json/python-json.js';

/** Options of classes that have another name in TensorFlow.js: class, Keras' name, theirs. */
const renamed: readonly (readonly [className: string, keras: string, tfjs: string])[] = [
  ['LeakyReLU', 'negative_slope', 'alpha'],
];

/** Strings of options that have another spelling there: Keras', theirs. */
const respelled: readonly (readonly [key: string, keras: string, tfjs: string])[] = [
  ['activation', 'silu', 'swish'],
  ['distribution', 'truncated_normal', 'normal'],
];

/** The option's name in the other dialect. */
export function translatedOption(className: string, key: string, to: 'keras' | 'tfjs'): string {
  const found = renamed.find((row) => row[0] === className && row[to === 'tfjs' ? 1 : 2] === key);
  return found?.[to === 'tfjs' ? 2 : 1] ?? key;
}

/** The option's value in the other dialect, where it is a string of its own spelling. */
export function translatedValue<T>(key: string, value: T, to: 'keras' | 'tfjs'): T | string {
  const found = respelled.find(
    (row) => key.endsWith(row[0]) && row[to === 'tfjs' ? 1 : 2] === (value as unknown),
  );
  return found?.[to === 'tfjs' ? 2 : 1] ?? value;
}

/** Options that a class has in Keras and not there, with the values at which that makes no difference. */
const withoutEffect: readonly (readonly [className: RegExp, key: string, same: readonly Json[]])[] = [
  [/^ReLU$/, 'negative_slope', [0, null]],
  [/^ReLU$/, 'threshold', [0, null]],
  [/^Global(Average|Max)Pooling/, 'keepdims', [false, null]],
  [/^(Separable|Depthwise)?Conv/, 'groups', [1, null]],
];

/** Why an option makes a layer compute one thing here and another there, or undefined. */
export function differenceOf(className: string, key: string, value: unknown): string | undefined {
  if (key.endsWith('activation') && value === 'hard_sigmoid')
    return 'hard_sigmoid is min(max(0.2 x + 0.5, 0), 1) in TensorFlow.js, and relu6(x + 3) / 6 in Keras 3';
  const row = withoutEffect.find(([pattern, name]) => name === key && pattern.test(className));
  return row === undefined || row[2].includes(value as Json)
    ? undefined
    : `${className} has no option ${key} in TensorFlow.js`;
}
