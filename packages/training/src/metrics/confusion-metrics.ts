// Counts of a confusion matrix, and the shares made of them: precision, recall, and one at a given level of the other.
import * as tf from '@tensorflow/tfjs-core';
import {
  fractionOption,
  optionKind,
  optionInvalid,
  orNull,
  positiveIntegerOption,
  withOptions,
  type GivenOptions,
  type Weight,
} from '@lamella/core';
import {
  confusionCounts,
  evenThresholds,
  thresholdsOf,
  thresholdsOption,
  type ConfusionCounts,
  type ConfusionOptions,
} from './confusion-matrix.js';
import { Metric, type MetricOptions } from './metric.js';

const classOption = optionKind<number>({
  check: (subject, name, given) => {
    if (Number.isSafeInteger(given) && (given as number) >= 0) return given as number;
    throw optionInvalid(subject, name, 'the number of a class', given);
  },
});

/** A metric of counts: subclasses name those they keep, and say what they make of them. */
abstract class Confusion extends Metric {
  private kept: ReadonlyMap<keyof ConfusionCounts, Weight> | undefined;

  /** Which counts there are, by the names that Keras gives them in files. */
  protected abstract readonly counts: Partial<Record<keyof ConfusionCounts, string>>;
  protected abstract get confusion(): ConfusionOptions;

  override get state(): readonly Weight[] {
    this.keep();
    return super.state;
  }

  override update(
    yTrue: tf.Tensor,
    yPred: tf.Tensor,
    sampleWeight: tf.Tensor | null = null,
    mask: tf.Tensor | null = null,
  ): void {
    const batch = confusionCounts(yTrue, yPred, sampleWeight, mask, this.confusion, this.label);
    for (const [name, weight] of this.keep()) weight.assign(tf.add(weight.read(), batch[name]));
  }

  /** So many of one kind so far. Shapes: [thresholds]. */
  protected count(name: keyof ConfusionCounts): tf.Tensor {
    return this.keep().get(name)!.read();
  }

  /** The share that one kind has of itself and another. */
  protected share(name: keyof ConfusionCounts, other: keyof ConfusionCounts): tf.Tensor {
    return tf.divNoNan(this.count(name), tf.add(this.count(name), this.count(other)));
  }

  /** What there is for each threshold; a single one is a scalar. */
  protected perThreshold(values: tf.Tensor): tf.Tensor {
    return values.shape[0] === 1 ? tf.reshape(values, []) : values;
  }

  private keep(): ReadonlyMap<keyof ConfusionCounts, Weight> {
    const shape = [this.confusion.thresholds.length];
    this.kept ??= new Map(
      Object.entries(this.counts).map(([name, stored]) => [
        name as keyof ConfusionCounts,
        this.addState(stored, shape),
      ]),
    );
    return this.kept;
  }
}

const countOptions = { thresholds: thresholdsOption() };

/** The options of {@link TruePositives} and the other counts. */
export type CountOptions = MetricOptions & GivenOptions<typeof countOptions>;

abstract class Count extends withOptions(Confusion, countOptions) {
  protected abstract readonly counted: keyof ConfusionCounts;

  protected override get counts(): Partial<Record<keyof ConfusionCounts, string>> {
    return { [this.counted]: 'accumulator' };
  }

  protected override get confusion(): ConfusionOptions {
    return { thresholds: thresholdsOf(this.thresholds) };
  }

  override result(): tf.Tensor {
    return this.perThreshold(this.count(this.counted));
  }
}

/** Targets of 1 predicted above the threshold. Source: keras.metrics.TruePositives. */
export class TruePositives extends Count {
  static readonly className = 'TruePositives';
  protected override readonly counted = 'truePositives';
}

/** Targets of 0 predicted above the threshold. Source: keras.metrics.FalsePositives. */
export class FalsePositives extends Count {
  static readonly className = 'FalsePositives';
  protected override readonly counted = 'falsePositives';
}

/** Targets of 0 predicted at or below the threshold. Source: keras.metrics.TrueNegatives. */
export class TrueNegatives extends Count {
  static readonly className = 'TrueNegatives';
  protected override readonly counted = 'trueNegatives';
}

/** Targets of 1 predicted at or below the threshold. Source: keras.metrics.FalseNegatives. */
export class FalseNegatives extends Count {
  static readonly className = 'FalseNegatives';
  protected override readonly counted = 'falseNegatives';
}

const precisionOptions = {
  ...countOptions,
  /** Only so many of a sample's largest predictions can be positive. Default null. */
  topK: orNull(positiveIntegerOption()),
  /** Only this class counts. Default null. */
  classId: orNull(classOption()),
};

/** The options of {@link Precision} and {@link Recall}. */
export type PrecisionOptions = MetricOptions & GivenOptions<typeof precisionOptions>;

abstract class OfPositives extends withOptions(Confusion, precisionOptions) {
  override readonly direction = 'up';

  protected override get confusion(): ConfusionOptions {
    const { topK, classId } = this;
    return { thresholds: thresholdsOf(this.thresholds, topK), topK, classId };
  }
}

/** How many of what is predicted positive is. Source: keras.metrics.Precision. */
export class Precision extends OfPositives {
  static readonly className = 'Precision';
  protected override readonly counts = {
    truePositives: 'true_positives',
    falsePositives: 'false_positives',
  };

  override result(): tf.Tensor {
    return this.perThreshold(this.share('truePositives', 'falsePositives'));
  }
}

/** How many of what is positive is predicted so. Source: keras.metrics.Recall. */
export class Recall extends OfPositives {
  static readonly className = 'Recall';
  protected override readonly counts = {
    truePositives: 'true_positives',
    falseNegatives: 'false_negatives',
  };

  override result(): tf.Tensor {
    return this.perThreshold(this.share('truePositives', 'falseNegatives'));
  }
}

const levelOptions = {
  /** How many thresholds are tried. Default 200. */
  numThresholds: positiveIntegerOption(200),
  /** Only this class counts. Default null. */
  classId: orNull(classOption()),
};

/** The best of one share where another is at a level or above it. */
abstract class AtLevel extends withOptions(Confusion, levelOptions) {
  override readonly direction = 'up';
  protected override readonly counts = {
    truePositives: 'true_positives',
    falsePositives: 'false_positives',
    trueNegatives: 'true_negatives',
    falseNegatives: 'false_negatives',
  };

  protected override get confusion(): ConfusionOptions {
    return { thresholds: evenThresholds(this.numThresholds), classId: this.classId };
  }

  protected bestWhere(level: tf.Tensor, least: number, values: tf.Tensor): tf.Tensor {
    return tf.max(tf.where(tf.greaterEqual(level, least), values, tf.zerosLike(values)));
  }

  protected get sensitivities(): tf.Tensor {
    return this.share('truePositives', 'falseNegatives');
  }

  protected get specificities(): tf.Tensor {
    return this.share('trueNegatives', 'falsePositives');
  }

  protected get precisions(): tf.Tensor {
    return this.share('truePositives', 'falsePositives');
  }
}

const specificityOptions = { specificity: fractionOption() };
const sensitivityOptions = { sensitivity: fractionOption() };
const recallOptions = { recall: fractionOption() };
const atPrecisionOptions = { precision: fractionOption() };
type LevelOptions = MetricOptions & GivenOptions<typeof levelOptions>;

/** The options of {@link SensitivityAtSpecificity}. */
export type SensitivityAtSpecificityOptions = LevelOptions & GivenOptions<typeof specificityOptions>;
/** The options of {@link SpecificityAtSensitivity}. */
export type SpecificityAtSensitivityOptions = LevelOptions & GivenOptions<typeof sensitivityOptions>;
/** The options of {@link PrecisionAtRecall}. */
export type PrecisionAtRecallOptions = LevelOptions & GivenOptions<typeof recallOptions>;
/** The options of {@link RecallAtPrecision}. */
export type RecallAtPrecisionOptions = LevelOptions & GivenOptions<typeof atPrecisionOptions>;

/** The best sensitivity where specificity is at least so much. Source: keras.metrics.SensitivityAtSpecificity. */
export class SensitivityAtSpecificity extends withOptions(AtLevel, specificityOptions) {
  static readonly className = 'SensitivityAtSpecificity';
  /** It needs a level, which no name says. */
  static readonly identifiers: readonly string[] = [];

  override result(): tf.Tensor {
    return this.bestWhere(this.specificities, this.specificity, this.sensitivities);
  }
}

/** The best specificity where sensitivity is at least so much. Source: keras.metrics.SpecificityAtSensitivity. */
export class SpecificityAtSensitivity extends withOptions(AtLevel, sensitivityOptions) {
  static readonly className = 'SpecificityAtSensitivity';
  /** It needs a level, which no name says. */
  static readonly identifiers: readonly string[] = [];

  override result(): tf.Tensor {
    return this.bestWhere(this.sensitivities, this.sensitivity, this.specificities);
  }
}

/** The best precision where recall is at least so much. Source: keras.metrics.PrecisionAtRecall. */
export class PrecisionAtRecall extends withOptions(AtLevel, recallOptions) {
  static readonly className = 'PrecisionAtRecall';
  /** It needs a level, which no name says. */
  static readonly identifiers: readonly string[] = [];

  override result(): tf.Tensor {
    return this.bestWhere(this.sensitivities, this.recall, this.precisions);
  }
}

/** The best recall where precision is at least so much. Source: keras.metrics.RecallAtPrecision. */
export class RecallAtPrecision extends withOptions(AtLevel, atPrecisionOptions) {
  static readonly className = 'RecallAtPrecision';
  /** It needs a level, which no name says. */
  static readonly identifiers: readonly string[] = [];

  override result(): tf.Tensor {
    return this.bestWhere(this.precisions, this.precision, this.sensitivities);
  }
}

/** Creates {@link TruePositives}. */
export function truePositives(options: CountOptions = {}): TruePositives {
  return new TruePositives(options);
}

/** Creates {@link FalsePositives}. */
export function falsePositives(options: CountOptions = {}): FalsePositives {
  return new FalsePositives(options);
}

/** Creates {@link TrueNegatives}. */
export function trueNegatives(options: CountOptions = {}): TrueNegatives {
  return new TrueNegatives(options);
}

/** Creates {@link FalseNegatives}. */
export function falseNegatives(options: CountOptions = {}): FalseNegatives {
  return new FalseNegatives(options);
}

/** Creates a {@link Precision}. */
export function precision(options: PrecisionOptions = {}): Precision {
  return new Precision(options);
}

/** Creates a {@link Recall}. */
export function recall(options: PrecisionOptions = {}): Recall {
  return new Recall(options);
}

/** Creates a {@link SensitivityAtSpecificity}. */
export function sensitivityAtSpecificity(options: SensitivityAtSpecificityOptions): SensitivityAtSpecificity {
  return new SensitivityAtSpecificity(options);
}

/** Creates a {@link SpecificityAtSensitivity}. */
export function specificityAtSensitivity(options: SpecificityAtSensitivityOptions): SpecificityAtSensitivity {
  return new SpecificityAtSensitivity(options);
}

/** Creates a {@link PrecisionAtRecall}. */
export function precisionAtRecall(options: PrecisionAtRecallOptions): PrecisionAtRecall {
  return new PrecisionAtRecall(options);
}

/** Creates a {@link RecallAtPrecision}. */
export function recallAtPrecision(options: RecallAtPrecisionOptions): RecallAtPrecision {
  return new RecallAtPrecision(options);
}
