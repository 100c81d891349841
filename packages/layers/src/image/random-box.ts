// A rectangle at a random place of each image, for layers that fill or exchange one.
import * as tf from '@tensorflow/tfjs-core';
import type { ImageLayer, ImageSizes } from './image-layer.js';

/** A rectangle of each image: which pixels are in it, and what share of the area it is. */
export interface RandomBox {
  /** Shapes: [batch, height, width, 1]. */
  readonly isInside: tf.Tensor;
  /** Shapes: [batch, 1]. */
  readonly share: tf.Tensor;
}

/** Shapes: sides, the shares of width and height, [batch, 1]. */
export function randomBox(
  layer: ImageLayer,
  { batch, height, width }: Omit<ImageSizes, 'channels'>,
  sides: readonly [tf.Tensor, tf.Tensor],
): RandomBox {
  const along = (
    size: number,
    side: tf.Tensor,
    shape: number[],
  ): { inside: tf.Tensor; length: tf.Tensor } => {
    const length = tf.mul(side, size);
    const start = tf.mul(layer.uniform([batch, 1]), tf.sub(size, length));
    const at = (edge: tf.Tensor): tf.Tensor => tf.reshape(edge, [batch, 1, 1, 1]);
    const places = tf.reshape(tf.range(0, size, 1, 'float32'), shape);
    const inside = tf.logicalAnd(
      tf.greaterEqual(places, at(start)),
      tf.less(places, at(tf.add(start, length))),
    );
    return { inside, length };
  };
  const x = along(width, sides[0], [1, 1, width, 1]);
  const y = along(height, sides[1], [1, height, 1, 1]);
  return {
    isInside: tf.logicalAnd(x.inside, y.inside),
    share: tf.div(tf.mul(x.length, y.length), height * width),
  };
}
