// TemplateName: gradient descent by signs, with a momentum. A start: put your own into `update`.
import { definePlugin, fractionOption, withOptions, type GivenOptions, type Weight } from '@lamella/core';
import { learningRateOption, Optimizer, type OptimizerOptions } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';

const options = {
  learningRate: learningRateOption(0.01),
  /** How much of the last direction stays. Default 0.9. */
  momentum: fractionOption(0.9),
};

/** The options of {@link TemplateName}. */
export type TemplateNameOptions = OptimizerOptions & GivenOptions<typeof options>;

/** `m = momentum · m + (1 - momentum) · gradient; w -= rate · sign(m)`. Throws: OPTION_INVALID. */
export class TemplateName extends withOptions(Optimizer, options) {
  /** The name in files. Do not change it once a model was saved. */
  static readonly className = 'template-prefix>TemplateName';

  protected override createSlots(weights: readonly Weight[]): void {
    this.addSlots(weights, 'momentum');
  }

  protected override update(weight: Weight, gradient: tf.Tensor, learningRate: tf.Tensor): void {
    const slot = this.slot(weight, 'momentum');
    const next = tf.add(tf.mul(slot.read(), this.momentum), tf.mul(gradient, 1 - this.momentum));
    slot.assign(next);
    weight.assign(tf.sub(weight.read(), tf.mul(tf.sign(next), learningRate)));
  }
}

/** Creates a {@link TemplateName}. */
export function templateName(given: TemplateNameOptions = {}): TemplateName {
  return new TemplateName(given);
}

/** For `compose({ plugins: [...] })`: it is found by name, and files that hold it are opened. */
export const templateNamePlugin = definePlugin({
  name: 'template-package',
  classes: { optimizers: [TemplateName] },
});
