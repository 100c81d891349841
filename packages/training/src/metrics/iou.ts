// IoU: how far predicted and true regions of classes overlap.
import * as tf from '@tensorflow/tfjs-core';
import {
  booleanOption,
  choiceOption,
  integerOption,
  numberOption,
  option,
  optionInvalid,
  orNull,
  positiveIntegerOption,
  withOptions,
  type GivenOptions,
  type Weight,
} from '@lamella/core';
import { formatShape, shapeMismatch, unitVectors } from '@lamella/program';
import { epsilon } from '../losses/epsilon.js';
import { Metric, type MetricOptions } from './metric.js';

const classesOption = option<readonly number[]>({
  check: (subject, name, given) => {
    const isList = Array.isArray(given) && given.length > 0;
    if (isList && given.every((id) => Number.isSafeInteger(id) && id >= 0)) return given as readonly number[];
    throw optionInvalid(subject, name, 'a list of numbers of classes', given);
  },
});
const countOptions = { numClasses: positiveIntegerOption() };
const targetOptions = { targetClassIds: classesOption };
const ignoreOptions = {
  /** A class of targets that does not count. Default null. */
  ignoreClass: orNull(integerOption()),
};
const sparseTargets = {
  /** Whether targets are numbers of classes rather than a score for each. Default true. */
  sparseYTrue: booleanOption(true),
};
const sparsePredictions = (fallback: boolean) => ({
  /** Whether predictions are numbers of classes rather than a score for each. */
  sparseYPred: booleanOption(fallback),
  /** Where scores of classes lie. Default -1. */
  axis: integerOption(-1),
});

const overlapOptions = {
  /** What weights count as: whole numbers by default, which drops what is less than 1 of them; or `float32`. */
  dtype: choiceOption(['int32', 'float32'], 'int32'),
};
type OverlapOptions = MetricOptions & GivenOptions<typeof overlapOptions>;

/** How a metric reads targets and predictions. */
interface Reading {
  readonly numClasses: number;
  readonly targetClassIds: readonly number[];
  readonly ignoreClass: number | null;
  readonly sparseYTrue: boolean;
  readonly sparseYPred: boolean;
  readonly axis: number;
}

abstract class Overlap extends withOptions(Metric, overlapOptions) {
  override readonly direction = 'up';
  private matrix: Weight | undefined;

  protected abstract get reading(): Reading;

  override get state(): readonly Weight[] {
    this.confusion();
    return super.state;
  }

  /** Throws: SHAPE_MISMATCH. */
  override update(
    yTrue: tf.Tensor,
    yPred: tf.Tensor,
    sampleWeight: tf.Tensor | null = null,
    mask: tf.Tensor | null = null,
  ): void {
    const { numClasses, ignoreClass, sparseYTrue, sparseYPred, axis } = this.reading;
    const classes = (x: tf.Tensor, isSparse: boolean): tf.Tensor =>
      tf.reshape(tf.cast(isSparse ? x : tf.argMax(x, axis), 'int32'), [-1]);
    const [target, prediction] = [classes(yTrue, sparseYTrue), classes(yPred, sparseYPred)];
    if (target.size !== prediction.size)
      throw shapeMismatch(
        this.label,
        `expected a prediction for each target, got ${formatShape(yTrue.shape)} and ${formatShape(yPred.shape)}`,
        'say with sparseYTrue and sparseYPred which of them hold scores for each class',
      );
    const counts = ignoreClass === null ? null : tf.notEqual(target, tf.scalar(ignoreClass, 'int32'));
    const weights = [sampleWeight, mask, counts]
      .filter((given) => given !== null)
      .map((given) => tf.reshape(tf.cast(tf.cast(given, this.dtype), 'float32'), [-1, 1]));
    // A number that is no class has a row of zeros, and so does not count.
    const oneHot = (x: tf.Tensor): tf.Tensor => tf.cast(tf.oneHot(x, numClasses), 'float32');
    const weighted = weights.reduce((product, weight) => tf.mul(product, weight), oneHot(prediction));
    const matrix = this.confusion();
    matrix.assign(tf.add(matrix.read(), tf.matMul(oneHot(target), weighted, true, false)));
  }

  override result(): tf.Tensor {
    const { numClasses, targetClassIds } = this.reading;
    const matrix = this.confusion().read();
    const hits = tf.sum(tf.mul(matrix, unitVectors(numClasses)), 0);
    const union = tf.sub(tf.add(tf.sum(matrix, 0), tf.sum(matrix, 1)), hits);
    const ids = tf.tensor1d([...targetClassIds], 'int32');
    const [overlap, whole] = [tf.gather(hits, ids), tf.gather(union, ids)];
    const isThere = tf.greater(whole, 1e-9);
    const shares = tf.where(isThere, tf.div(overlap, tf.add(whole, epsilon)), tf.zerosLike(whole));
    return tf.div(tf.sum(shares), tf.add(tf.sum(tf.cast(isThere, 'float32')), epsilon));
  }

  private confusion(): Weight {
    const { numClasses } = this.reading;
    return (this.matrix ??= this.addState('total_confusion_matrix', [numClasses, numClasses]));
  }
}

/** The numbers from 0, so many. */
function all(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function checkTargets(subject: string, ids: readonly number[], numClasses: number): void {
  if (ids.some((id) => id >= numClasses))
    throw optionInvalid(subject, 'targetClassIds', `classes below ${numClasses}`, ids);
}

const iouOptions = {
  ...countOptions,
  ...targetOptions,
  ...ignoreOptions,
  ...sparseTargets,
  ...sparsePredictions(true),
};

/** The options of {@link IoU}. */
export type IoUOptions = OverlapOptions & GivenOptions<typeof iouOptions>;

/** Intersection over union, the mean of some classes. Throws: OPTION_INVALID. Source: keras.metrics.IoU. */
export class IoU extends withOptions(Overlap, iouOptions) {
  static readonly className = 'IoU';
  /** It needs a number of classes, which no name says. */
  static readonly identifiers: readonly string[] = [];

  constructor(options: IoUOptions) {
    super(options);
    checkTargets(this.label, this.targetClassIds, this.numClasses);
  }

  protected override get reading(): Reading {
    return this;
  }
}

const binaryOptions = {
  targetClassIds: option<readonly number[]>({ check: classesOption.check, default: [0, 1] }),
  /** Predictions of at least so much are class 1. Default 0.5. */
  threshold: numberOption(0.5),
};

/** The options of {@link BinaryIoU}. */
export type BinaryIoUOptions = OverlapOptions & GivenOptions<typeof binaryOptions>;

/** Intersection over union of two classes, from a score for class 1. Throws: OPTION_INVALID. Source: keras.metrics.BinaryIoU. */
export class BinaryIoU extends withOptions(Overlap, binaryOptions) {
  static readonly className = 'BinaryIoU';

  constructor(options: BinaryIoUOptions = {}) {
    super(options);
    checkTargets(this.label, this.targetClassIds, 2);
  }

  protected override get reading(): Reading {
    const { targetClassIds } = this;
    const isSparse = { sparseYTrue: true, sparseYPred: true };
    return { numClasses: 2, targetClassIds, ignoreClass: null, ...isSparse, axis: -1 };
  }

  override update(
    yTrue: tf.Tensor,
    yPred: tf.Tensor,
    sampleWeight: tf.Tensor | null = null,
    mask: tf.Tensor | null = null,
  ): void {
    super.update(yTrue, tf.cast(tf.greaterEqual(yPred, this.threshold), 'int32'), sampleWeight, mask);
  }
}

const meanOptions = { ...countOptions, ...ignoreOptions, ...sparseTargets, ...sparsePredictions(true) };

/** The options of {@link MeanIoU}. */
export type MeanIoUOptions = OverlapOptions & GivenOptions<typeof meanOptions>;

/** Intersection over union, the mean of all classes. Source: keras.metrics.MeanIoU. */
export class MeanIoU extends withOptions(Overlap, meanOptions) {
  static readonly className = 'MeanIoU';
  /** It needs a number of classes, which no name says. */
  static readonly identifiers: readonly string[] = [];

  protected override get reading(): Reading {
    const { numClasses, ignoreClass, sparseYTrue, sparseYPred, axis } = this;
    return { numClasses, targetClassIds: all(numClasses), ignoreClass, sparseYTrue, sparseYPred, axis };
  }
}

const oneHotOptions = { ...countOptions, ...targetOptions, ...ignoreOptions, ...sparsePredictions(false) };

/** The options of {@link OneHotIoU}. */
export type OneHotIoUOptions = OverlapOptions & GivenOptions<typeof oneHotOptions>;

/** {@link IoU} for one-hot targets. Throws: OPTION_INVALID. Source: keras.metrics.OneHotIoU. */
export class OneHotIoU extends withOptions(Overlap, oneHotOptions) {
  static readonly className = 'OneHotIoU';
  /** It needs a number of classes, which no name says. */
  static readonly identifiers: readonly string[] = [];

  constructor(options: OneHotIoUOptions) {
    super(options);
    checkTargets(this.label, this.targetClassIds, this.numClasses);
  }

  protected override get reading(): Reading {
    const { numClasses, targetClassIds, ignoreClass, sparseYPred, axis } = this;
    return { numClasses, targetClassIds, ignoreClass, sparseYTrue: false, sparseYPred, axis };
  }
}

const oneHotMeanOptions = { ...countOptions, ...ignoreOptions, ...sparsePredictions(false) };

/** The options of {@link OneHotMeanIoU}. */
export type OneHotMeanIoUOptions = OverlapOptions & GivenOptions<typeof oneHotMeanOptions>;

/** {@link MeanIoU} for one-hot targets. Source: keras.metrics.OneHotMeanIoU. */
export class OneHotMeanIoU extends withOptions(Overlap, oneHotMeanOptions) {
  static readonly className = 'OneHotMeanIoU';
  /** It needs a number of classes, which no name says. */
  static readonly identifiers: readonly string[] = [];

  protected override get reading(): Reading {
    const { numClasses, ignoreClass, sparseYPred, axis } = this;
    return {
      numClasses,
      targetClassIds: all(numClasses),
      ignoreClass,
      sparseYTrue: false,
      sparseYPred,
      axis,
    };
  }
}

/** Creates an {@link IoU}. */
export function ioU(options: IoUOptions): IoU {
  return new IoU(options);
}

/** Creates a {@link BinaryIoU}. */
export function binaryIoU(options: BinaryIoUOptions = {}): BinaryIoU {
  return new BinaryIoU(options);
}

/** Creates a {@link MeanIoU}. */
export function meanIoU(options: MeanIoUOptions): MeanIoU {
  return new MeanIoU(options);
}

/** Creates a {@link OneHotIoU}. */
export function oneHotIoU(options: OneHotIoUOptions): OneHotIoU {
  return new OneHotIoU(options);
}

/** Creates a {@link OneHotMeanIoU}. */
export function oneHotMeanIoU(options: OneHotMeanIoUOptions): OneHotMeanIoU {
  return new OneHotMeanIoU(options);
}
