// Where boxes lie, in pixels, when their image is cropped and stretched, or seen in a projection.
import * as tf from '@tensorflow/tfjs-core';
import { clipToImageSize, sidesOf, type BoundingBoxes, type PixelSize } from './bounding-boxes.js';

/** What is left of boxes in pixels in a part of an image that is stretched to a size. */
export function croppedBoxes(
  { boxes, labels }: BoundingBoxes,
  part: PixelSize & { readonly top: number | tf.Tensor; readonly left: number | tf.Tensor },
  to: PixelSize,
): BoundingBoxes {
  const [left, top, right, bottom] = sidesOf(boxes);
  const [across, down] = [to.width / part.width, to.height / part.height];
  const x = (side: tf.Tensor): tf.Tensor => tf.mul(tf.sub(side, part.left), across);
  const y = (side: tf.Tensor): tf.Tensor => tf.mul(tf.sub(side, part.top), down);
  return clipToImageSize({ boxes: tf.concat([x(left), y(top), x(right), y(bottom)], -1), labels }, to);
}

/**
 * The boxes, in pixels, around what a projection makes of the corners of boxes. Shapes: boxes [batch, boxes, 4], transform
 * [batch, 8] as `image.affineTransform` has it, but from a place in the image to its place in the result.
 */
export function projectedBoxes(boxes: tf.Tensor, transform: tf.Tensor): tf.Tensor {
  const [left, top, right, bottom] = sidesOf(boxes);
  const [a0, a1, a2, b0, b1, b2, c0, c1] = tf.split(tf.expandDims(transform, 1), 8, 2) as Eight;
  const corners = [left, right].flatMap((x) =>
    [top, bottom].map((y) => {
      const sum = (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor | number): tf.Tensor =>
        tf.add(tf.add(tf.mul(a, x), tf.mul(b, y)), c);
      const k = sum(c0, c1, 1);
      return { x: tf.div(sum(a0, a1, a2), k), y: tf.div(sum(b0, b1, b2), k) };
    }),
  );
  const xs = tf.concat(
    corners.map(({ x }) => x),
    2,
  );
  const ys = tf.concat(
    corners.map(({ y }) => y),
    2,
  );
  return tf.concat([tf.min(xs, 2, true), tf.min(ys, 2, true), tf.max(xs, 2, true), tf.max(ys, 2, true)], 2);
}

type Eight = [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
