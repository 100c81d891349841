// TemplateName: each feature times a gate that is learned. A start: put your own into `call`.
import {
  definePlugin,
  Layer,
  positiveOption,
  withOptions,
  type GivenOptions,
  type LayerOptions,
  type Weight,
} from '@lamella/core';
import { constraintOption, initializerOption, regularizerOption, weightSpec } from '@lamella/layers';
import * as tf from '@tensorflow/tfjs-core';

const options = {
  /** How steep the gate is. Default 1. */
  steepness: positiveOption(1),
  /** The first values of the gate. Default `zeros`: half open. */
  gateInitializer: initializerOption('zeros'),
  /** What the gate adds to the loss. Default: nothing. */
  gateRegularizer: regularizerOption(),
  /** What the gate must fulfil after each step. Default: nothing. */
  gateConstraint: constraintOption(),
};

/** The options of {@link TemplateName}. */
export type TemplateNameOptions = LayerOptions & GivenOptions<typeof options>;

/** x · sigmoid(steepness · gate), with a gate for each feature. Shapes: any to the same. Throws: OPTION_INVALID. */
export class TemplateName extends withOptions(Layer, options) {
  /** The name in files. Do not change it once a model was saved. */
  static readonly className = 'template-prefix>TemplateName';
  private gate!: Weight;

  override build(inputShape: readonly (number | null)[]): void {
    this.gate = this.addWeight(weightSpec(this, 'gate', [inputShape.at(-1)!]));
  }

  override call(x: tf.Tensor): tf.Tensor {
    return tf.mul(x, tf.sigmoid(tf.mul(this.gate.read(), this.steepness)));
  }
}

/** Creates a {@link TemplateName}. */
export function templateName(given: TemplateNameOptions = {}): TemplateName {
  return new TemplateName(given);
}

/** For `compose({ plugins: [...] })`: files that hold a {@link TemplateName} are opened where it stands. */
export const templateNamePlugin = definePlugin({
  name: 'template-package',
  classes: { layers: [TemplateName] },
});
