// The layers that RandAugment and AugMix choose from, of one strength.
import * as tf from '@tensorflow/tfjs-core';
import { AutoContrast } from './auto-contrast.js';
import type { BoundingBoxes } from './bounding-boxes.js';
import { Equalization } from './equalization.js';
import type { Augmentation, ImageLayer } from './image-layer.js';
import type { Range } from './image-options.js';
import { RandomBrightness } from './random-brightness.js';
import { RandomColorDegeneration } from './random-color-degeneration.js';
import { RandomContrast } from './random-contrast.js';
import { RandomPosterization } from './random-posterization.js';
import { RandomRotation } from './random-rotation.js';
import { RandomSharpness } from './random-sharpness.js';
import { RandomShear } from './random-shear.js';
import { RandomTranslation } from './random-translation.js';
import { Solarization } from './solarization.js';

/** What the layers have in common. */
export interface AugmentationOptions {
  readonly name: string;
  readonly factor: Range;
  readonly valueRange: Range;
  readonly interpolation: 'nearest' | 'bilinear';
  readonly seed: number | null;
}

/** The layers by what they do to images: move their pixels, change their colours, or spread or thin out their values. */
export interface Augmentations {
  readonly moving: readonly ImageLayer[];
  readonly coloring: readonly ImageLayer[];
  readonly others: readonly ImageLayer[];
}

/** Each group in the order in which Keras numbers its layers. */
export function augmentations({
  name,
  factor,
  valueRange,
  interpolation,
  seed,
}: AugmentationOptions): Augmentations {
  const moved = { interpolation, seed, name: `${name}_step` };
  const colored = { valueRange, seed, name: `${name}_step` };
  const fixed = { valueRange, name: `${name}_step` };
  return {
    moving: [
      new RandomShear({ ...moved, xFactor: factor, yFactor: factor }),
      new RandomTranslation({ ...moved, heightFactor: factor, widthFactor: factor }),
      new RandomRotation({ ...moved, factor }),
    ],
    coloring: [
      new RandomBrightness({ ...colored, factor }),
      new RandomColorDegeneration({ ...colored, factor }),
      new RandomContrast({ ...colored, factor }),
      new RandomSharpness({ ...colored, factor }),
    ],
    others: [
      new RandomPosterization({ ...colored, factor: Math.max(1, Math.trunc(8 * factor[1])) }),
      new Solarization({ ...colored, additionFactor: factor, thresholdFactor: factor }),
      new AutoContrast(fixed),
      new Equalization(fixed),
    ],
  };
}

/** What the change of number `choice` makes of images; all are computed, and beyond the last number images stay. */
export function chosenOf(
  changes: readonly Augmentation['images'][],
  choice: tf.Tensor,
  x: tf.Tensor,
): tf.Tensor {
  return changes.reduce<tf.Tensor>(
    (found, change, i) => tf.where(tf.equal(choice, i), change(x as tf.Tensor4D), found),
    x,
  );
}

/** What the change of number `choice` makes of boxes; most leave them. */
export function chosenBoxes(
  changes: readonly Augmentation[],
  choice: tf.Tensor,
  before: BoundingBoxes,
  given: tf.Tensor,
): BoundingBoxes {
  return changes.reduce((found, { boxes: move }, i) => {
    if (move === undefined) return found;
    const moved = move(before, given);
    const isChosen = tf.equal(choice, i);
    return {
      boxes: tf.where(isChosen, moved.boxes, found.boxes),
      labels: tf.where(isChosen, moved.labels, found.labels),
    };
  }, before);
}
