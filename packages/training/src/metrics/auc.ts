// AUC: the area under a curve of two shares of a confusion matrix, approximated at many thresholds.
import * as tf from '@tensorflow/tfjs-core';
import {
  booleanOption,
  choiceOption,
  option,
  optionInvalid,
  orNull,
  positiveIntegerOption,
  withOptions,
  type GivenOptions,
  type Weight,
} from '@lamella/core';
import { formatShape, shapeMismatch } from '@lamella/program';
import { confusionCounts, evenThresholds, type ConfusionCounts } from './confusion-matrix.js';
import { Metric, type MetricOptions } from './metric.js';

const listOption = (expected: string, isValid: (value: number) => boolean) =>
  orNull(
    option<readonly number[]>({
      check: (subject, name, given) => {
        const isList = Array.isArray(given) && given.length > 0;
        if (isList && given.every((value) => Number.isFinite(value) && isValid(value as number)))
          return given as readonly number[];
        throw optionInvalid(subject, name, expected, given);
      },
      isFloat: true,
    }),
  );

const weightsOption = listOption('a list of weights', (value) => value >= 0);
const thresholdList = listOption('a list of numbers from 0 to 1', (value) => value >= 0 && value <= 1);

const aucOptions = {
  /** At how many thresholds the curve is known. Default 200. */
  numThresholds: option<number>({
    check: (subject, name, given) => {
      if (Number.isSafeInteger(given) && (given as number) > 1) return given as number;
      throw optionInvalid(subject, name, 'a whole number above 1', given);
    },
    default: 200,
  }),
  /** Sensitivity over false alarms, precision over recall, or their gains. Default `ROC`. */
  curve: choiceOption(['ROC', 'PR', 'PRGAIN'], 'ROC'),
  /** How heights between two thresholds are taken: their mean, the larger or the smaller. Default `interpolation`. */
  summationMethod: choiceOption(['interpolation', 'majoring', 'minoring'], 'interpolation'),
  /** Whether each label has a curve of its own, of which the mean is taken. Default false. */
  multiLabel: booleanOption(false),
  /** How many labels there are, where each has a curve. */
  numLabels: orNull(positiveIntegerOption()),
  labelWeights: weightsOption,
  /** Whether predictions are logits. Default false. */
  fromLogits: booleanOption(false),
  /** Thresholds between 0 and 1, in place of those at even distances. */
  thresholds: { ...thresholdList, write: (kept: readonly number[] | null) => kept ?? undefined },
};

/** The options of {@link AUC}. */
export type AUCOptions = MetricOptions & GivenOptions<typeof aucOptions>;

const names: Readonly<Record<keyof ConfusionCounts, string>> = {
  truePositives: 'true_positives',
  falsePositives: 'false_positives',
  trueNegatives: 'true_negatives',
  falseNegatives: 'false_negatives',
};

/** The area under the ROC or the precision-recall curve. Throws: OPTION_INVALID. Source: keras.metrics.AUC. */
export class AUC extends withOptions(Metric, aucOptions) {
  static readonly className = 'AUC';
  override readonly direction = 'up';
  private readonly limits: readonly number[];
  private counts: ReadonlyMap<keyof ConfusionCounts, Weight> | undefined;

  constructor(options: AUCOptions = {}) {
    super(options);
    const given = this.thresholds && [...this.thresholds].sort((a, b) => a - b);
    this.limits = given ? [0, ...given, 1] : evenThresholds(this.numThresholds);
    if (this.numLabels !== null && !this.multiLabel)
      throw optionInvalid(this.label, 'numLabels', 'null unless multiLabel is true', this.numLabels);
    if (!this.multiLabel) this.build([this.limits.length]);
    else if (this.numLabels !== null) this.build([this.limits.length, this.numLabels]);
  }

  /** Throws: SHAPE_MISMATCH. */
  override update(
    yTrue: tf.Tensor,
    yPred: tf.Tensor,
    sampleWeight: tf.Tensor | null = null,
    mask: tf.Tensor | null = null,
  ): void {
    if (this.multiLabel && yPred.rank !== 2)
      throw shapeMismatch(
        this.label,
        `expected predictions [batch, labels], got ${formatShape(yPred.shape)}`,
      );
    const counts = this.counts ?? this.build([this.limits.length, yPred.shape[1]!]);
    const batch = confusionCounts(
      yTrue,
      this.fromLogits ? tf.sigmoid(yPred) : yPred,
      sampleWeight,
      mask,
      {
        thresholds: this.limits,
        hasOpenEnds: true,
        perClass: this.multiLabel,
        labelWeights: this.multiLabel ? null : this.labelWeights,
      },
      this.label,
    );
    for (const [name, weight] of counts) weight.assign(tf.add(weight.read(), batch[name]));
  }

  override result(): tf.Tensor {
    const areas =
      this.curve === 'PR' && this.summationMethod === 'interpolation' ? this.interpolated() : this.steps();
    if (!this.multiLabel) return tf.sum(areas);
    const each = tf.sum(areas, 0);
    if (this.labelWeights === null) return tf.mean(each);
    const weights = tf.tensor1d([...this.labelWeights]);
    return tf.divNoNan(tf.sum(tf.mul(each, weights)), tf.sum(weights));
  }

  private build(shape: readonly number[]): ReadonlyMap<keyof ConfusionCounts, Weight> {
    this.counts = new Map(
      (Object.keys(names) as (keyof ConfusionCounts)[]).map((name) => [
        name,
        this.addState(names[name], shape),
      ]),
    );
    return this.counts;
  }

  private count(name: keyof ConfusionCounts): tf.Tensor {
    return this.counts!.get(name)!.read();
  }

  private share(name: keyof ConfusionCounts, other: keyof ConfusionCounts): tf.Tensor {
    return tf.divNoNan(this.count(name), tf.add(this.count(name), this.count(other)));
  }

  /** The areas between thresholds of a curve of points. */
  private steps(): tf.Tensor {
    const [x, y] = this.points();
    const [above, below] = [head(y), tail(y)];
    const heights = {
      interpolation: () => tf.div(tf.add(above, below), 2),
      majoring: () => tf.maximum(above, below),
      minoring: () => tf.minimum(above, below),
    }[this.summationMethod]();
    return tf.mul(tf.sub(head(x), tail(x)), heights);
  }

  private points(): [x: tf.Tensor, y: tf.Tensor] {
    const recall = this.share('truePositives', 'falseNegatives');
    if (this.curve === 'ROC') return [this.share('falsePositives', 'trueNegatives'), recall];
    if (this.curve === 'PR') return [recall, this.share('truePositives', 'falsePositives')];
    const hits = this.count('truePositives');
    const ratio = tf.divNoNan(
      tf.add(hits, this.count('falseNegatives')),
      tf.add(this.count('trueNegatives'), this.count('falsePositives')),
    );
    const gain = (errors: tf.Tensor): tf.Tensor => tf.sub(1, tf.mul(ratio, tf.divNoNan(errors, hits)));
    const isNone = tf.equal(hits, 0);
    const recallGain = tf.where(isNone, tf.zerosLike(hits), gain(this.count('falseNegatives')));
    const precisionGain = tf.where(isNone, tf.onesLike(hits), gain(this.count('falsePositives')));
    return [tf.maximum(recallGain, 0), precisionGain];
  }

  /** Areas under precision over recall, with true positives linear in all positives. Source: Davis and Goadrich, 2006. */
  private interpolated(): tf.Tensor {
    const hits = this.count('truePositives');
    const positives = tf.add(hits, this.count('falsePositives'));
    const [more, fewer] = [head(positives), tail(positives)];
    const gained = tf.sub(head(hits), tail(hits));
    const slope = tf.divNoNan(gained, tf.relu(tf.sub(more, fewer)));
    const intercept = tf.sub(tail(hits), tf.mul(slope, fewer));
    const isSafe = tf.logicalAnd(tf.greater(more, 0), tf.greater(fewer, 0));
    const ratio = tf.where(isSafe, tf.divNoNan(more, tf.relu(fewer)), tf.onesLike(fewer));
    const area = tf.mul(slope, tf.add(gained, tf.mul(intercept, tf.log(ratio))));
    return tf.divNoNan(area, tf.relu(tf.add(tail(hits), tail(this.count('falseNegatives')))));
  }
}

/** All but the last, along the thresholds. */
function head(x: tf.Tensor): tf.Tensor {
  return tf.slice(x, 0, x.shape[0]! - 1);
}

/** All but the first. */
function tail(x: tf.Tensor): tf.Tensor {
  return tf.slice(x, 1, x.shape[0]! - 1);
}

/** Creates an {@link AUC}. */
export function auc(options: AUCOptions = {}): AUC {
  return new AUC(options);
}
