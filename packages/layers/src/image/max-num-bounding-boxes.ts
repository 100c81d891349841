// MaxNumBoundingBoxes: as many boxes an image as are wanted, others cut off, missing ones filled.
import { integerOption, isTensor, positiveIntegerOption, withOptions } from '@lamella/core';
import type { Tree } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { ImageRecordLayer, type ImageLayerOptions } from './image-record.js';

const options = {
  /** How many boxes an image has afterwards. */
  maxNumber: positiveIntegerOption(),
  /** What missing boxes and labels hold. Default -1. Keras' files do not keep it. */
  fillValue: integerOption(-1),
};

/** The options of {@link MaxNumBoundingBoxes}. */
export type MaxNumBoundingBoxesOptions = OptionsFor<typeof options> & ImageLayerOptions;

/**
 * Gives each image the same number of boxes, in `boundingBoxes` of a record; images alone pass. Source: keras.layers.MaxNumBoundingBoxes.
 * Shapes: boxes [batch, boxes, 4] and labels [batch, boxes] to as many as `maxNumber` says. Throws: OPTION_INVALID, INPUT_INVALID.
 *
 * @example
 * maxNumBoundingBoxes({ maxNumber: 8 }).apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class MaxNumBoundingBoxes extends withOptions(ImageRecordLayer, options) {
  static readonly className = 'MaxNumBoundingBoxes';

  override call(inputs: tf.Tensor): tf.Tensor {
    return this.#called(inputs) as tf.Tensor;
  }

  #called(inputs: Tree<tf.Tensor>): Tree<tf.Tensor> {
    const { boundingBoxes, ...others } = this.recordOf(inputs);
    if (isTensor(inputs) || boundingBoxes === undefined) return inputs;
    const { boxes, labels } = boundingBoxes;
    const fitted = { boxes: this.#fitted(boxes), labels: this.#fitted(labels) };
    return { ...others, boundingBoxes: fitted } as unknown as Tree<tf.Tensor>;
  }

  #fitted(x: tf.Tensor): tf.Tensor {
    const kept = Math.min(this.maxNumber, x.shape[1]!);
    const cut = tf.slice(x, [0, 0], [x.shape[0]!, kept]);
    const margins = x.shape.map((_, axis): [number, number] => [0, axis === 1 ? this.maxNumber - kept : 0]);
    return tf.pad(cut, margins, this.fillValue);
  }
}

/** Makes a {@link MaxNumBoundingBoxes}. */
export function maxNumBoundingBoxes(given: MaxNumBoundingBoxesOptions): MaxNumBoundingBoxes {
  return new MaxNumBoundingBoxes(given);
}
