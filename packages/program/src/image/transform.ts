// Images turned, moved, sheared and seen in perspective: each pixel of the result says where in the image it comes from.
import * as tf from '@tensorflow/tfjs-core';
import { imageInvalid } from '../errors.js';
import { formatShape } from '../shape.js';
import {
  floatImages,
  onImages,
  requireOneOf,
  type FillMode,
  type ImageDataFormat,
  type PixelInterpolation,
} from './images.js';
import { sampledImages } from './sampling.js';

/** What transformations of images may be told. */
export interface TransformOptions {
  /** Default `bilinear`. */
  readonly interpolation?: PixelInterpolation;
  /** Default `constant`. */
  readonly fillMode?: FillMode;
  /** Default 0. */
  readonly fillValue?: number;
  /** Default `channels_last`. */
  readonly dataFormat?: ImageDataFormat;
}

/**
 * Images whose pixel at (x, y) comes from ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k), k = c0 x + c1 y + 1.
 * Source: keras.ops.image.affine_transform. Shapes: transform [8] or [batch, 8]: a0, a1, a2, b0, b1, b2, c0, c1.
 * Throws: IMAGE_INVALID.
 */
export function affineTransform(
  images: tf.Tensor,
  transform: tf.Tensor,
  {
    interpolation = 'bilinear',
    fillMode = 'constant',
    fillValue = 0,
    dataFormat = 'channels_last',
  }: TransformOptions = {},
  subject = 'image.affineTransform',
): tf.Tensor {
  requireOneOf(subject, 'the interpolation', interpolation, ['nearest', 'bilinear']);
  requireOneOf(subject, 'the fill mode', fillMode, ['constant', 'nearest', 'wrap', 'mirror', 'reflect']);
  return onImages(subject, images, dataFormat, (x) => {
    const [batch, height, width] = x.shape;
    const rows = transform.rank === 1 ? tf.expandDims(transform, 0) : transform;
    if (rows.rank !== 2 || rows.shape[1] !== 8 || (rows.shape[0] !== 1 && rows.shape[0] !== batch))
      throw imageInvalid(
        subject,
        `expected transforms of shape [8] or [${batch}, 8], got ${formatShape(transform.shape)}`,
      );
    // One for all is each one's; the numbers stand beside the pixels that they move.
    const each = tf.mul(floatImages(rows), tf.fill([batch, 1], 1));
    const [a0, a1, a2, b0, b1, b2, c0, c1] = tf.split(each, 8, 1) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    const pixels = pixelPlaces(height, width);
    const combined = (alongX: tf.Tensor, alongY: tf.Tensor, offset: tf.Tensor | number): tf.Tensor =>
      tf.add(tf.add(tf.mul(alongX, pixels.x), tf.mul(alongY, pixels.y)), offset);
    const depth = combined(c0, c1, 1);
    const places = [tf.div(combined(b0, b1, b2), depth), tf.div(combined(a0, a1, a2), depth)];
    return sampledImages(x, places, interpolation, { fillMode, fillValue });
  });
}

/** The places of all pixels, row by row. Shapes: [1, height * width] each. */
export function pixelPlaces(height: number, width: number): { x: tf.Tensor; y: tf.Tensor } {
  const rows = tf.reshape(tf.range(0, height, 1, 'float32'), [height, 1]);
  const columns = tf.reshape(tf.range(0, width, 1, 'float32'), [1, width]);
  const flat = (places: tf.Tensor, repeats: [number, number]): tf.Tensor =>
    tf.reshape(tf.tile(places as tf.Tensor2D, repeats), [1, height * width]);
  return { x: flat(columns, [height, 1]), y: flat(rows, [1, width]) };
}

/**
 * Images in which four points have moved from `startPoints` to `endPoints`. Source: keras.ops.image.perspective_transform.
 * Shapes: points [4, 2] or [batch, 4, 2], each (x, y): top left, top right, bottom left, bottom right. Throws: IMAGE_INVALID.
 */
export function perspectiveTransform(
  images: tf.Tensor,
  startPoints: tf.Tensor,
  endPoints: tf.Tensor,
  options: Omit<TransformOptions, 'fillMode'> = {},
  subject = 'image.perspectiveTransform',
): tf.Tensor {
  for (const points of [startPoints, endPoints])
    if (![2, 3].includes(points.rank) || points.shape.at(-1) !== 2 || points.shape.at(-2) !== 4)
      throw imageInvalid(
        subject,
        `expected four points, of shape [4, 2] or [batch, 4, 2], got ${formatShape(points.shape)}`,
      );
  if (formatShape(startPoints.shape) !== formatShape(endPoints.shape))
    throw imageInvalid(
      subject,
      `expected as many start points as end points, got ${formatShape(startPoints.shape)} and ${formatShape(endPoints.shape)}`,
    );
  const transform = homography(startPoints, endPoints);
  return affineTransform(images, transform, { ...options, fillMode: 'constant' }, subject);
}

/**
 * The projection that takes four end points to four start points, as {@link affineTransform} takes it. Source: keras' compute_homography_matrix.
 * Shapes: points [batch, 4, 2], x and y of each, to [batch, 8].
 */
export function homography(startPoints: tf.Tensor, endPoints: tf.Tensor): tf.Tensor {
  const [start, end] = [fromSquare(startPoints), fromSquare(endPoints)];
  // An end point goes back into the square, and from there to its start point.
  const back = adjugate(end);
  const rows = start.map((row) =>
    [0, 1, 2].map((j) => row.map((value, k) => tf.mul(value, back[k]![j]!)).reduce((a, b) => tf.add(a, b))),
  );
  const scale = rows[2]![2]!;
  return tf.concat(
    rows
      .flat()
      .slice(0, 8)
      .map((value) => tf.div(value, scale)),
    1,
  );
}

type Row = readonly [tf.Tensor, tf.Tensor, tf.Tensor];
type Matrix = readonly [Row, Row, Row];

/** The projections that take the corners of the unit square to four points. Source: Heckbert (1989), 2.2.3. Shapes: entries [batch, 1]. */
function fromSquare(points: tf.Tensor): Matrix {
  const coordinates = tf.split(tf.reshape(floatImages(points), [-1, 8]), 8, 1);
  const at = (point: number): { x: tf.Tensor; y: tf.Tensor } => ({
    x: coordinates[2 * point]!,
    y: coordinates[2 * point + 1]!,
  });
  const [topLeft, topRight, bottomLeft, bottomRight] = [at(0), at(1), at(2), at(3)];
  const cross = (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor, d: tf.Tensor): tf.Tensor =>
    tf.sub(tf.mul(a, d), tf.mul(b, c));
  const x1 = tf.sub(topRight.x, bottomRight.x);
  const x2 = tf.sub(bottomLeft.x, bottomRight.x);
  const x3 = tf.sub(topLeft.x, tf.add(topRight.x, x2));
  const y1 = tf.sub(topRight.y, bottomRight.y);
  const y2 = tf.sub(bottomLeft.y, bottomRight.y);
  const y3 = tf.sub(topLeft.y, tf.add(topRight.y, y2));
  const area = cross(x1, x2, y1, y2);
  const g = tf.div(cross(x3, x2, y3, y2), area);
  const h = tf.div(cross(x1, x3, y1, y3), area);
  const side = (to: tf.Tensor, from: tf.Tensor, share: tf.Tensor): tf.Tensor =>
    tf.add(tf.sub(to, from), tf.mul(share, to));
  return [
    [side(topRight.x, topLeft.x, g), side(bottomLeft.x, topLeft.x, h), topLeft.x],
    [side(topRight.y, topLeft.y, g), side(bottomLeft.y, topLeft.y, h), topLeft.y],
    [g, h, tf.onesLike(g)],
  ];
}

/** The inverse of a matrix, up to a factor. */
function adjugate(m: Matrix): Matrix {
  const minor = (i: number, j: number): tf.Tensor => {
    const [r, s] = [(j + 1) % 3, (j + 2) % 3];
    const [c, d] = [(i + 1) % 3, (i + 2) % 3];
    return tf.sub(tf.mul(m[r]![c]!, m[s]![d]!), tf.mul(m[r]![d]!, m[s]![c]!));
  };
  const row = (i: number): Row => [minor(i, 0), minor(i, 1), minor(i, 2)];
  return [row(0), row(1), row(2)];
}
