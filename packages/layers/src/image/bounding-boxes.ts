// Boxes around what images show: the formats in which four numbers say where one is, for layers, Lambdas and losses: `boundingBoxes.convertFormat(x, 'xyxy', 'xywh')`.
// Not here: what becomes of boxes when images are cropped or moved (moved-boxes.ts). Source: keras.utils.bounding_boxes.
import { inputInvalid } from '@lamella/core';
import { formatShape } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';

/** All formats, as Keras names them. */
export const boundingBoxFormats = [
  'xyxy',
  'yxyx',
  'xywh',
  'center_xywh',
  'center_yxhw',
  'rel_xyxy',
  'rel_yxyx',
  'rel_xywh',
  'rel_center_xywh',
] as const;

/** How four numbers say where a box is, in pixels, or with `rel_` in shares of the width and the height. */
export type BoundingBoxFormat = (typeof boundingBoxFormats)[number];

/** Boxes of images and what each is around. Shapes: boxes [batch, boxes, 4], labels [batch, boxes]; of one image, without the batch. */
export interface BoundingBoxes<T = tf.Tensor> {
  readonly boxes: T;
  readonly labels: T;
}

/** The size of an image in pixels. */
export interface PixelSize {
  readonly height: number;
  readonly width: number;
}

type Sides = [left: tf.Tensor, top: tf.Tensor, right: tf.Tensor, bottom: tf.Tensor];

/**
 * Boxes in another format. Source: keras.utils.bounding_boxes.convert_format. Shapes: [..., 4] to the same.
 * Throws: INPUT_INVALID for other shapes, unknown formats, and where shares need the size of the image and there is none.
 */
export function convertFormat(
  boxes: tf.Tensor,
  source: BoundingBoxFormat,
  target: BoundingBoxFormat,
  size?: PixelSize,
  subject = 'boundingBoxes.convertFormat',
): tf.Tensor {
  if (boxes.shape.at(-1) !== 4)
    throw inputInvalid(subject, `expected boxes of four numbers, got ${formatShape(boxes.shape)}`);
  for (const format of [source, target])
    if (!boundingBoxFormats.includes(format))
      throw inputInvalid(
        subject,
        `unknown format ${JSON.stringify(format)}`,
        `use one of ${boundingBoxFormats.join(', ')}`,
      );
  const given = tf.cast(boxes, 'float32');
  if (source === target) return given;
  const [from, to] = [kindOf(source), kindOf(target)];
  if (from.isShare === to.isShare) return written(sidesOf(given, from.kind), to.kind);
  if (size === undefined)
    throw inputInvalid(subject, `expected the size of the image for ${source} and ${target}, got none`);
  const scale = tf.tensor1d([size.width, size.height, size.width, size.height], 'float32');
  const corners = written(sidesOf(given, from.kind), 'xyxy');
  const scaled = from.isShare ? tf.mul(corners, scale) : tf.div(corners, scale);
  return written(sidesOf(scaled), to.kind);
}

/** Boxes in pixels, `xyxy`, cut where images end; those of which nothing is left have the label -1. Source: clip_to_image_size. */
export function clipToImageSize(
  { boxes, labels }: BoundingBoxes,
  { height, width }: PixelSize,
): BoundingBoxes {
  const [left, top, right, bottom] = sidesOf(boxes);
  const [x1, x2] = [left, right].map((x) => tf.clipByValue(x, 0, width)) as [tf.Tensor, tf.Tensor];
  const [y1, y2] = [top, bottom].map((y) => tf.clipByValue(y, 0, height)) as [tf.Tensor, tf.Tensor];
  const areas = tf.squeeze(tf.mul(tf.sub(x2, x1), tf.sub(y2, y1)), [-1]);
  const none = tf.fill(labels.shape, -1, labels.dtype as 'int32');
  return { boxes: tf.concat([x1, y1, x2, y2], -1), labels: tf.where(tf.greater(areas, 0), labels, none) };
}

function kindOf(format: BoundingBoxFormat): { readonly isShare: boolean; readonly kind: string } {
  const isShare = format.startsWith('rel_');
  return { isShare, kind: isShare ? format.slice(4) : format };
}

/** Where boxes begin and end; without a kind, of boxes `xyxy`. Shapes: each [..., 1]. */
export function sidesOf(boxes: tf.Tensor, kind = 'xyxy'): Sides {
  const [a, b, c, d] = tf.split(boxes, 4, -1) as Sides;
  const around = (center: tf.Tensor, size: tf.Tensor): [tf.Tensor, tf.Tensor] => {
    const half = tf.div(size, 2);
    return [tf.sub(center, half), tf.add(center, half)];
  };
  if (kind === 'xyxy') return [a, b, c, d];
  if (kind === 'yxyx') return [b, a, d, c];
  if (kind === 'xywh') return [a, b, tf.add(a, c), tf.add(b, d)];
  const [x, y, width, height] = kind === 'center_xywh' ? [a, b, c, d] : [b, a, d, c];
  const [left, right] = around(x, width);
  const [top, bottom] = around(y, height);
  return [left, top, right, bottom];
}

function written([left, top, right, bottom]: Sides, kind: string): tf.Tensor {
  if (kind === 'xyxy') return tf.concat([left, top, right, bottom], -1);
  if (kind === 'yxyx') return tf.concat([top, left, bottom, right], -1);
  const [width, height] = [tf.sub(right, left), tf.sub(bottom, top)];
  if (kind === 'xywh') return tf.concat([left, top, width, height], -1);
  const [x, y] = [tf.add(left, tf.div(width, 2)), tf.add(top, tf.div(height, 2))];
  return tf.concat(kind === 'center_xywh' ? [x, y, width, height] : [y, x, height, width], -1);
}
