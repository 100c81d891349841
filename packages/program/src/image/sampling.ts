// Values of images at places between and beside their pixels.
import * as tf from '@tensorflow/tfjs-core';
import { imageInvalid } from '../errors.js';
import { formatShape, sizeOf } from '../shape.js';
import { floatImages, roundedTo, type FillMode, type PixelInterpolation } from './images.js';

/** What stands outside: a mode, and the value of `constant`. */
export interface Fill {
  readonly fillMode: FillMode;
  readonly fillValue: number;
}

/** One choice of an index along an axis: which, how much it counts, and whether it is inside, where that matters. */
interface Choice {
  readonly index: tf.Tensor;
  readonly weight?: tf.Tensor;
  readonly isInside?: tf.Tensor;
}

/** Indices as floats, brought inside an axis of `size`. */
function inside(index: tf.Tensor, size: number, mode: FillMode): tf.Tensor {
  const mirrored = (i: tf.Tensor, half: number): tf.Tensor =>
    half === 0 ? tf.zerosLike(i) : tf.abs(tf.sub(tf.mod(tf.add(i, half), 2 * half), half));
  if (mode === 'wrap') return tf.mod(index, size);
  if (mode === 'mirror') return mirrored(index, size - 1);
  if (mode === 'reflect')
    return tf.floor(tf.div(tf.sub(mirrored(tf.add(tf.mul(index, 2), 1), 2 * size), 1), 2));
  return tf.clipByValue(index, 0, size - 1);
}

function choices(place: tf.Tensor, size: number, order: 0 | 1, mode: FillMode): Choice[] {
  const choice = (index: tf.Tensor, weight?: tf.Tensor): Choice => ({
    index: inside(index, size, mode),
    ...(weight !== undefined && { weight }),
    ...(mode === 'constant' && {
      isInside: tf.logicalAnd(tf.greaterEqual(index, 0), tf.less(index, size)),
    }),
  });
  // Halves are rounded away from zero.
  if (order === 0) return [choice(tf.mul(tf.sign(place), tf.floor(tf.add(tf.abs(place), 0.5))))];
  const lower = tf.floor(place);
  const upper = tf.sub(place, lower);
  return [choice(lower, tf.sub(1, upper)), choice(tf.add(lower, 1), upper)];
}

/**
 * The values of tensors of axes `sizes` and channels at places along these axes.
 * Shapes: x [batch, ...sizes, channels], each of places [batch, count]; the result [batch, count, channels].
 */
export function sampled(
  x: tf.Tensor,
  places: readonly tf.Tensor[],
  order: 0 | 1,
  { fillMode, fillValue }: Fill,
): tf.Tensor {
  const [batch, channels] = [x.shape[0]!, x.shape.at(-1)!];
  const sizes = x.shape.slice(1, -1);
  const flat = tf.reshape(x, [batch, sizeOf(sizes), channels]);
  const along = places.map((place, i) => choices(place, sizes[i]!, order, fillMode));
  const corners = along.reduce<Choice[][]>(
    (found, next) => found.flatMap((corner) => next.map((choice) => [...corner, choice])),
    [[]],
  );
  const product = (tensors: readonly tf.Tensor[]): tf.Tensor => tensors.reduce((a, b) => tf.mul(a, b));
  const values = corners.map((corner) => {
    const index = corner
      .map((choice) => choice.index)
      .reduce((sum, one, i) => tf.add(tf.mul(sum, sizes[i]!), one));
    const found = tf.gather(flat, tf.cast(index, 'int32'), 1, 1);
    const outside = corner.flatMap(({ isInside }) => isInside ?? []);
    const filled =
      outside.length === 0
        ? found
        : tf.where(
            tf.expandDims(
              outside.reduce((a, b) => tf.logicalAnd(a, b)),
              -1,
            ),
            found,
            tf.fill(found.shape, fillValue),
          );
    const weights = corner.flatMap(({ weight }) => weight ?? []);
    return weights.length === 0 ? filled : tf.mul(filled, tf.expandDims(product(weights), -1));
  });
  return values.reduce((a, b) => tf.add(a, b));
}

/**
 * Images whose pixels come from places in them, in their dtype. Shapes: x [batch, height, width, channels], each of places (rows,
 * then columns) [batch, height * width].
 */
export function sampledImages(
  x: tf.Tensor4D,
  places: readonly tf.Tensor[],
  interpolation: PixelInterpolation,
  fill: Fill,
): tf.Tensor {
  const values = sampled(floatImages(x), places, interpolation === 'nearest' ? 0 : 1, fill);
  return roundedTo(x.dtype, tf.reshape(values, x.shape));
}

/**
 * The values of a tensor at coordinates, one for each of its axes. Source: keras.ops.image.map_coordinates.
 * Shapes: coordinates [rank, ...], the result [...]. Throws: IMAGE_INVALID.
 */
export function mapCoordinates(
  x: tf.Tensor,
  coordinates: tf.Tensor,
  order: 0 | 1,
  { fillMode = 'constant', fillValue = 0 }: Partial<Fill> = {},
  subject = 'image.mapCoordinates',
): tf.Tensor {
  if (coordinates.rank < 2 || coordinates.shape[0] !== x.rank)
    throw imageInvalid(
      subject,
      `expected coordinates of shape [${x.rank}, ...], got ${formatShape(coordinates.shape)}`,
    );
  const shape = coordinates.shape.slice(1);
  const places = tf.split(tf.reshape(floatImages(coordinates), [x.rank, sizeOf(shape)]), x.rank, 0);
  const values = sampled(tf.reshape(floatImages(x), [1, ...x.shape, 1]), places, order, {
    fillMode,
    fillValue,
  });
  return roundedTo(x.dtype, tf.reshape(values, shape));
}
