// Losses of overlapping regions, for segmentation.
import * as tf from '@tensorflow/tfjs-core';
import { numberOption, option, optionInvalid, orNull, withOptions, type GivenOptions } from '@lamella/core';
import { align } from './align.js';
import { epsilon } from './epsilon.js';
import { Loss, type LossOptions } from './loss.js';

/** One axis, several, or null for all of them. */
const axesOption = orNull(
  option<number | readonly number[]>({
    check: (subject, name, given) => {
      if ([given].flat().every(Number.isSafeInteger)) return given as number | readonly number[];
      throw optionInvalid(subject, name, 'an integer, a list of integers, or null', given);
    },
  }),
);
const diceOptions = { axis: axesOption };
const tverskyOptions = {
  /** The weight of targets that are missed. Default 0.5. */
  alpha: numberOption(0.5),
  /** The weight of predictions that are no targets. Default 0.5. */
  beta: numberOption(0.5),
  axis: axesOption,
};

/** The options of {@link Dice}. */
export type DiceOptions = LossOptions & GivenOptions<typeof diceOptions>;

/** The options of {@link Tversky}. */
export type TverskyOptions = LossOptions & GivenOptions<typeof tverskyOptions>;

/** 1 minus twice the overlap, over the sum of both regions. Shapes: [batch, ...] -> [], or what is left of `axis`. Source: keras.losses.Dice. */
export class Dice extends withOptions(Loss, diceOptions) {
  static readonly className = 'Dice';

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    const [target, prediction] = align(yTrue, yPred, this.label);
    const total = (x: tf.Tensor): tf.Tensor => sumOver(x, this.axis);
    const sizes = tf.add(tf.add(total(target), total(prediction)), epsilon);
    return tf.sub(1, tf.div(tf.mul(total(tf.mul(target, prediction)), 2), sizes));
  }
}

/** Dice with weights for both kinds of error. Shapes: as for {@link Dice}. Source: Salehi et al., 2017; keras.losses.Tversky. */
export class Tversky extends withOptions(Loss, tverskyOptions) {
  static readonly className = 'Tversky';

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    const [target, prediction] = align(yTrue, yPred, this.label);
    const overlap = sumOver(tf.mul(target, prediction), this.axis);
    const missed = sumOver(tf.mul(tf.sub(1, prediction), target), this.axis);
    const extra = sumOver(tf.mul(prediction, tf.sub(1, target)), this.axis);
    const errors = tf.add(tf.mul(missed, this.alpha), tf.mul(extra, this.beta));
    return tf.sub(1, tf.div(overlap, tf.add(tf.add(overlap, errors), epsilon)));
  }
}

function sumOver(x: tf.Tensor, axis: number | readonly number[] | null): tf.Tensor {
  return axis === null ? tf.sum(x) : tf.sum(x, [axis].flat() as number[]);
}

/** Creates a {@link Dice}. */
export function dice(options: DiceOptions = {}): Dice {
  return new Dice(options);
}

/** Creates a {@link Tversky}. */
export function tversky(options: TverskyOptions = {}): Tversky {
  return new Tversky(options);
}
