// Images of another size: stretched, cut to the new aspect ratio before, or padded to it; and scaled and moved by tensors.
import * as tf from '@tensorflow/tfjs-core';
import { currentBudget } from '../budget.js';
import { imageInvalid } from '../errors.js';
import { formatShape } from '../shape.js';
import { onImages, requireOneOf, requirePixels, type ImageDataFormat } from './images.js';
import { placedWeights, resample, weighted, type Resampling } from './resampling.js';

/** How images of another size find their pixels. */
export type ResizeInterpolation = 'nearest' | Resampling;

const interpolations = ['bilinear', 'nearest', 'lanczos3', 'lanczos5', 'bicubic'];

/** What {@link resize} may be told. */
export interface ResizeOptions {
  /** Default `bilinear`. */
  readonly interpolation?: ResizeInterpolation;
  /** Whether what shrinks is smoothed. Default false. */
  readonly antialias?: boolean;
  /** Whether the largest part with the new aspect ratio is taken, from the centre. Default false. */
  readonly cropToAspectRatio?: boolean;
  /** Whether the image keeps its aspect ratio, with `fillValue` around it. Default false. */
  readonly padToAspectRatio?: boolean;
  /** Default 0. */
  readonly fillValue?: number;
  /** Default `channels_last`. */
  readonly dataFormat?: ImageDataFormat;
}

/**
 * Images of another size, in floats; the nearest pixels keep their dtype. Source: keras.ops.image.resize.
 * Shapes: [batch, height, width, channels], or one image. Throws: IMAGE_INVALID.
 *
 * @example
 * const half = (x: tf.Tensor) => image.resize(x, [14, 14], { antialias: true });
 */
export function resize(
  images: tf.Tensor,
  size: readonly [number, number],
  options: ResizeOptions = {},
  subject = 'image.resize',
): tf.Tensor {
  const { interpolation = 'bilinear', antialias = false, dataFormat = 'channels_last' } = options;
  requireOneOf(subject, 'the interpolation', interpolation, interpolations);
  if (size.length !== 2 || size.some((n) => !Number.isSafeInteger(n) || n < 1))
    throw imageInvalid(subject, `expected a size of two positive integers, got ${formatShape(size)}`);
  if (options.cropToAspectRatio === true && options.padToAspectRatio === true)
    throw imageInvalid(subject, 'images are either cropped or padded to the aspect ratio, not both');
  return onImages(subject, images, dataFormat, (x) => {
    requirePixels(subject, x.shape[1], x.shape[2]);
    return size.reduce<tf.Tensor>(
      (found, to, i) => {
        if (found.shape[i + 1] === to) return found;
        return interpolation === 'nearest'
          ? nearest(found, i + 1, to)
          : resample(found, i + 1, to, interpolation, antialias);
      },
      inAspectRatio(x, size, options),
    );
  });
}

/** The largest part of an image with the aspect ratio of a size, from the centre, as Keras rounds it. */
export function centralPart(
  [height, width]: readonly [number, number],
  [toHeight, toWidth]: readonly [number, number],
): { readonly start: readonly [top: number, left: number]; readonly size: readonly [number, number] } {
  const rows = Math.max(1, Math.min(height, Math.trunc((width * toHeight) / toWidth)));
  const columns = Math.max(1, Math.min(width, Math.trunc((height * toWidth) / toHeight)));
  const start = [Math.trunc((height - rows) / 2), Math.trunc((width - columns) / 2)] as const;
  return { start, size: [rows, columns] };
}

/** The images cropped or padded to the aspect ratio of a size. */
function inAspectRatio(
  x: tf.Tensor4D,
  [toHeight, toWidth]: readonly [number, number],
  { cropToAspectRatio = false, padToAspectRatio = false, fillValue = 0 }: ResizeOptions,
): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  if (cropToAspectRatio) {
    const { start, size } = centralPart([height, width], [toHeight, toWidth]);
    return tf.slice(x, [0, ...start, 0], [batch, ...size, channels]);
  }
  if (!padToAspectRatio) return x;
  const fitHeight = Math.trunc((width * toHeight) / toWidth);
  const fitWidth = Math.trunc((height * toWidth) / toHeight);
  const top = Math.trunc((Math.max(height, fitHeight) - height) / 2);
  // Keras pads rows or columns, and the same at both ends.
  const left = top > 0 ? 0 : Math.trunc((Math.max(width, fitWidth) - width) / 2);
  return tf.pad(
    x,
    [
      [0, 0],
      [top, top],
      [left, left],
      [0, 0],
    ],
    fillValue,
  );
}

/** Along an axis, the elements whose places hold the centres of the new ones. */
function nearest(x: tf.Tensor, axis: number, to: number): tf.Tensor {
  return tf.gather(x, tf.tensor1d(nearestPlaces(x.shape[axis]!, to), 'int32'), axis);
}

/** Of each new element along an axis, the one that holds its centre. */
export function nearestPlaces(from: number, to: number): Int32Array {
  currentBudget()?.spend('elements', to, 'an interpolation');
  return new Int32Array(to).map((_, i) =>
    Math.min(from - 1, Math.floor(Math.fround(Math.fround((i + 0.5) * from) / to))),
  );
}

/**
 * A tensor of another shape, into which the given one is scaled and moved along some of its axes.
 * Source: keras.ops.image.scale_and_translate. Shapes: scale and translation [number of axes]. Throws: IMAGE_INVALID.
 */
export function scaleAndTranslate(
  x: tf.Tensor,
  shape: readonly number[],
  scale: tf.Tensor,
  translation: tf.Tensor,
  axes: readonly number[],
  { resampling = 'bilinear', antialias = true }: { resampling?: Resampling; antialias?: boolean } = {},
  subject = 'image.scaleAndTranslate',
): tf.Tensor {
  if (shape.length !== x.rank)
    throw imageInvalid(subject, `expected a shape of ${x.rank} sizes, got ${formatShape(shape)}`);
  const wanted = formatShape([axes.length]);
  if (formatShape(scale.shape) !== wanted || formatShape(translation.shape) !== wanted)
    throw imageInvalid(
      subject,
      `expected a scale and a translation of shape ${wanted}, got ${formatShape(scale.shape)} and ${formatShape(translation.shape)}`,
    );
  return axes.reduce<tf.Tensor>((found, given, i) => {
    const axis = given < 0 ? given + x.rank : given;
    const at = (values: tf.Tensor): tf.Tensor => tf.reshape(tf.slice(values, [i], [1]), []);
    const weights = placedWeights(
      x.shape[axis]!,
      shape[axis]!,
      at(scale),
      at(translation),
      resampling,
      antialias,
    );
    return weighted(found, axis, weights);
  }, x);
}
