// What the attributes of kernels are, by their names, which mean the same in all of tfjs: checked when a stored Program is read,
// not when a backend runs into them. Not here: which values fit which inputs (the kernels' shape rules).
import { dtypes } from '../dtype.js';
import { programInvalid } from '../errors.js';
import { shown, type Json } from './check-json.js';
import type { OpenAttribute } from './graph.js';
import { isPolynomial } from './size.js';

interface Kind {
  /** What errors expect. */
  readonly expected: string;
  readonly fits: (value: OpenAttribute) => boolean;
}

const isWhole = (value: OpenAttribute): boolean => isPolynomial(value) || Number.isSafeInteger(value);
const isNumber = (value: OpenAttribute): boolean => isPolynomial(value) || typeof value === 'number';

function atLeast(least: number): (value: OpenAttribute) => boolean {
  return (value) => isPolynomial(value) || (Number.isSafeInteger(value) && (value as number) >= least);
}

function list(fits: (value: OpenAttribute) => boolean): (value: OpenAttribute) => boolean {
  return (value) => Array.isArray(value) && (value as readonly OpenAttribute[]).every(fits);
}

function either(...checks: ((value: OpenAttribute) => boolean)[]): (value: OpenAttribute) => boolean {
  return (value) => checks.some((fits) => fits(value));
}

function oneOf(...words: readonly string[]): Kind {
  return {
    expected: `one of ${words.join(', ')}`,
    fits: (value) => typeof value === 'string' && words.includes(value),
  };
}

const isNull = (value: OpenAttribute): boolean => value === null;
const isPairs = list(list(isWhole));

const number: Kind = { expected: 'a number', fits: isNumber };
const numbers: Kind = { expected: 'a number or a list of numbers', fits: either(isNumber, list(isNumber)) };
const boolean: Kind = { expected: 'true or false', fits: (value) => typeof value === 'boolean' };
const text: Kind = { expected: 'a text', fits: (value) => typeof value === 'string' };
const count: Kind = { expected: 'a whole number, 0 or more', fits: atLeast(0) };
const positive: Kind = { expected: 'a whole number, 1 or more', fits: atLeast(1) };
const whole: Kind = { expected: 'a whole number', fits: isWhole };
const sizes: Kind = { expected: 'sizes', fits: list(atLeast(0)) };
const axes: Kind = { expected: 'axes', fits: either(isWhole, list(isWhole), isNull) };
const steps: Kind = {
  expected: 'whole numbers other than 0',
  fits: either(
    ...[(v: OpenAttribute) => isWhole(v) && v !== 0].flatMap((fits) => [fits, list(fits)]),
    isNull,
  ),
};
const windows: Kind = {
  expected: 'whole numbers, 1 or more',
  fits: either(atLeast(1), list(atLeast(1)), isNull),
};
const places: Kind = { expected: 'whole numbers', fits: either(isWhole, list(isWhole)) };
const pairs: Kind = { expected: 'pairs of whole numbers', fits: isPairs };

const kinds: Readonly<Record<string, Kind>> = {
  ...named(number, 'alpha', 'beta', 'bias', 'clipValueMin', 'clipValueMax', 'constantValue', 'depthRadius'),
  ...named(number, 'start', 'stop', 'step', 'onValue', 'offValue', 'radians', 'extrapolationValue'),
  ...named(number, 'varianceEpsilon', 'leakyreluAlpha', 'seed', 'iouThreshold', 'scoreThreshold'),
  ...named(numbers, 'fillValue', 'center'),
  ...named(boolean, 'keepDims', 'transposeA', 'transposeB', 'exclusive', 'reverse', 'binaryOutput', 'sorted'),
  ...named(boolean, 'alignCorners', 'halfPixelCenters', 'normalized', 'includeBatchInIndex', 'replaceGlobal'),
  ...named(boolean, 'padToMaxOutputSize'),
  ...named(text, 'equation', 'pattern', 'rewrite', 'activation'),
  ...named(count, 'num', 'depth', 'numSamples', 'numSegments', 'numBuckets', 'k', 'maxOutputSize'),
  ...named(count, 'carries', 'sequences', 'length', 'arity'),
  ...named(positive, 'blockSize'),
  ...named(
    whole,
    'dim',
    'batchDims',
    'beginMask',
    'endMask',
    'ellipsisMask',
    'newAxisMask',
    'shrinkAxisMask',
  ),
  ...named(sizes, 'inputShape', 'filterShape', 'outputShape', 'cropSize', 'reps', 'blockShape'),
  ...named(axes, 'axis', 'dims', 'reductionIndices', 'perm'),
  ...named(places, 'begin', 'end', 'size', 'numOrSizeSplits', 'shape'),
  ...named(pairs, 'paddings', 'crops'),
  ...named(steps, 'strides'),
  ...named(windows, 'filterSize', 'dilations'),
  dtype: oneOf(...dtypes),
  dataFormat: oneOf('NHWC', 'NCHW', 'NDHWC', 'NCDHW', 'channelsLast', 'channelsFirst'),
  dimRoundingMode: orNull(oneOf('floor', 'round', 'ceil')),
  mode: oneOf('reflect', 'symmetric'),
  method: oneOf('bilinear', 'nearest'),
  interpolation: oneOf('bilinear', 'nearest'),
  fillMode: oneOf('constant', 'reflect', 'wrap', 'nearest'),
  side: oneOf('left', 'right'),
  maximumIterations: orNull(count),
  pad: {
    expected: '"same", "valid" or how much',
    fits: either((value) => value === 'same' || value === 'valid', atLeast(0), isPairs),
  },
  value: {
    expected: 'a number, a text or true or false',
    fits: either(isNumber, (value) => typeof value === 'string' || typeof value === 'boolean'),
  },
};

function named(kind: Kind, ...names: readonly string[]): Record<string, Kind> {
  return Object.fromEntries(names.map((name) => [name, kind]));
}

function orNull(kind: Kind): Kind {
  return { ...kind, fits: either(kind.fits, isNull) };
}

/** Throws: PROGRAM_INVALID naming the kernel and the attribute. What no kernel of tfjs has, none reads. */
export function checkAttributes(kernel: string, attrs: Readonly<Record<string, OpenAttribute>>): void {
  for (const [name, value] of Object.entries(attrs)) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name]! : undefined;
    if (kind === undefined || kind.fits(value)) continue;
    throw programInvalid(
      `attribute ${name} of ${kernel}: expected ${kind.expected}, got ${shown(value as Json)}`,
    );
  }
}
