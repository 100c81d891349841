// ContrastLimitedAdaptiveHistogramEqualization: each part of an image equalized by its own histogram, which is cut off.
import { nonNegativeOption, option, optionInvalid, positiveIntegerOption, withOptions } from '@lamella/core';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { asBytes, ImageLayer, type Augmentation } from './image-layer.js';
import type { ImageLayerOptions } from './image-record.js';
import { valueRangeOption, type Range } from './image-options.js';

const options = {
  /** The lowest and the highest value of a pixel. Default [0, 255]. */
  valueRange: valueRangeOption(),
  /** How much more often than on average a value may count; 0 for no limit. Default 4. */
  clipLimit: nonNegativeOption(4),
  /** Into how many rows and columns of tiles an image is divided. Default [8, 8]. */
  tileGridSize: option<Range>({
    check: (subject, name, given) => {
      if (!Array.isArray(given) || given.length !== 2)
        throw optionInvalid(subject, name, 'two positive integers', given);
      return given.map((size) => positiveIntegerOption.check(subject, name, size)) as unknown as Range;
    },
    default: [8, 8],
  }),
};

/** The options of {@link ContrastLimitedAdaptiveHistogramEqualization}. */
export type ContrastLimitedAdaptiveHistogramEqualizationOptions = OptionsFor<typeof options> &
  ImageLayerOptions;

/**
 * Equalizes images tile by tile, in training and after it. Source: Pizer and others (1987), keras.layers.ContrastLimitedAdaptiveHistogramEqualization.
 * Shapes: any images to the same. Throws: OPTION_INVALID, IMAGE_INVALID.
 *
 * @example
 * const clahe = contrastLimitedAdaptiveHistogramEqualization({ tileGridSize: [4, 4] });
 * clahe.apply(input({ shape: [28, 28, 3] })).shape; // [null, 28, 28, 3]
 */
export class ContrastLimitedAdaptiveHistogramEqualization extends withOptions(ImageLayer, options) {
  static readonly className = 'ContrastLimitedAdaptiveHistogramEqualization';

  override get isAlwaysApplied(): boolean {
    return true;
  }

  override get takesBoxes(): boolean {
    return false;
  }

  override augment(): Augmentation {
    const equalized = (bytes: tf.Tensor): tf.Tensor =>
      equalizedByTiles(bytes as tf.Tensor4D, this.tileGridSize, this.clipLimit);
    return { images: (x) => asBytes(this.valueRange, x, equalized) };
  }
}

const bins = 256;

/** Shapes: [batch, height, width, channels], values from 0 to 255. */
function equalizedByTiles(x: tf.Tensor4D, [rows, columns]: Range, clipLimit: number): tf.Tensor {
  const [batch, height, width, channels] = x.shape;
  const [tall, wide] = [Math.ceil(height / rows), Math.ceil(width / columns)];
  const padding: [number, number][] = [
    [0, 0],
    [0, tall * rows - height],
    [0, wide * columns - width],
    [0, 0],
  ];
  const padded = padding.every(([, after]) => after === 0) ? x : tf.mirrorPad(x, padding, 'symmetric');
  const pixels = tf.cast(tf.clipByValue(padded, 0, 255), 'int32');
  const tiles = tf.reshape(
    tf.transpose(tf.reshape(pixels, [batch, rows, tall, columns, wide, channels]), [0, 1, 3, 5, 2, 4]),
    [batch * rows * columns * channels, tall * wide],
  );
  const tables = tablesOf(tiles as tf.Tensor2D, tall * wide, clipLimit);
  // [batch * channels, (rows + 2) * (columns + 2) * bins], the outer tiles again at the edges.
  const grid = tf.mirrorPad(
    tf.transpose(tf.reshape(tables, [batch, rows, columns, channels, bins]), [0, 3, 1, 2, 4]),
    [
      [0, 0],
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ],
    'symmetric',
  );
  const flat = tf.reshape(grid, [batch * channels, (rows + 2) * (columns + 2) * bins]);
  const values = tf.reshape(tf.transpose(pixels, [0, 3, 1, 2]), [
    batch * channels,
    tall * rows,
    wide * columns,
  ]);
  const down = neighbours(tall, rows, [1, tall * rows, 1]);
  const across = neighbours(wide, columns, [1, 1, wide * columns]);
  const corner = (y: tf.Tensor, by: tf.Tensor, at: tf.Tensor, share: tf.Tensor): tf.Tensor => {
    const place = tf.add(tf.mul(tf.add(tf.mul(y, columns + 2), at), bins), tf.cast(values, 'float32'));
    const index = tf.reshape(tf.cast(place, 'int32'), [batch * channels, -1]);
    const found = tf.reshape(tf.gather(flat, index, 1, 1), values.shape);
    return tf.mul(found, tf.mul(by, share));
  };
  const sum = [
    corner(down.first, tf.sub(1, down.share), across.first, tf.sub(1, across.share)),
    corner(down.first, tf.sub(1, down.share), across.second, across.share),
    corner(down.second, down.share, across.first, tf.sub(1, across.share)),
    corner(down.second, down.share, across.second, across.share),
  ].reduce((a, b) => tf.add(a, b));
  const found = tf.transpose(tf.reshape(sum, [batch, channels, tall * rows, wide * columns]), [0, 2, 3, 1]);
  return tf.slice(found, [0, 0, 0, 0], [batch, height, width, channels]);
}

/** What each value becomes, by tile. Shapes: [tiles, pixels] to [tiles, bins]. */
function tablesOf(tiles: tf.Tensor2D, count: number, clipLimit: number): tf.Tensor {
  const counts = tf.denseBincount(tiles, tf.fill(tiles.shape, 1), bins);
  const clipped = clipLimit > 0 ? tf.minimum(counts, (clipLimit * count) / bins) : counts;
  const excess = tf.div(tf.sum(tf.sub(counts, clipped), 1, true), bins);
  const sums = tf.cumsum(tf.add(clipped, excess), 1);
  const least = tf.min(sums, 1, true);
  const rest = tf.sub(count, least);
  const safe = tf.where(tf.equal(rest, 0), tf.onesLike(rest), rest);
  return tf.clipByValue(tf.div(tf.mul(tf.sub(sums, least), 255), safe), 0, 255);
}

/** The two tiles between whose middles a pixel lies, and how far it is to the second; the outer ones are there twice. */
function neighbours(
  size: number,
  tiles: number,
  shape: number[],
): { first: tf.Tensor; second: tf.Tensor; share: tf.Tensor } {
  const place = tf.add(tf.div(tf.sub(tf.range(0, size * tiles, 1, 'float32'), size / 2), size), 1);
  const lower = tf.floor(place);
  const within = (tile: tf.Tensor): tf.Tensor => tf.reshape(tf.clipByValue(tile, 0, tiles + 1), shape);
  return {
    first: within(lower),
    second: within(tf.add(lower, 1)),
    share: tf.reshape(tf.sub(place, lower), shape),
  };
}

/** Makes a {@link ContrastLimitedAdaptiveHistogramEqualization}. */
export function contrastLimitedAdaptiveHistogramEqualization(
  given: ContrastLimitedAdaptiveHistogramEqualizationOptions = {},
): ContrastLimitedAdaptiveHistogramEqualization {
  return new ContrastLimitedAdaptiveHistogramEqualization(given);
}
