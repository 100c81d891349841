// What layers of images share: they take one image or a batch, alone or in a record with labels, boxes and masks, and
// say what becomes of a batch with the channels last. Source: keras.layers.BaseImagePreprocessingLayer.
import { inputInvalid, isTensor, type CallContext } from '@lamella/core';
import { image, onImages, random, type Tree } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { floatTensor } from '../options/single-input.js';
import { clipToImageSize, convertFormat, type BoundingBoxes } from './bounding-boxes.js';
import { projectedBoxes } from './moved-boxes.js';
import type { Range } from './image-options.js';
import { ImageRecordLayer, type ImageRecord } from './image-record.js';

/** The sizes of a batch of images. */
export interface ImageSizes {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** What becomes of images, channels last, and of what goes with them; the others stay as they are by default. */
export interface Augmentation {
  readonly images: (x: tf.Tensor4D) => tf.Tensor;
  readonly labels?: (labels: tf.Tensor) => tf.Tensor;
  readonly masks?: (x: tf.Tensor4D) => tf.Tensor;
  /** In pixels, `xyxy`: of the images that come in, to those of the images that come out. `given` are boxes in the layer's format. */
  readonly boxes?: (boxes: BoundingBoxes, given: tf.Tensor) => BoundingBoxes;
}

/** A layer of images. In training it augments; when a model predicts or evaluates, images pass. */
export abstract class ImageLayer extends ImageRecordLayer {
  declare readonly seed?: number | null;

  /** Whether images are changed outside of training too. */
  get isAlwaysApplied(): boolean {
    return false;
  }

  /** Whether integers stay integers. */
  get keepsIntegers(): boolean {
    return false;
  }

  /** Whether it says what becomes of bounding boxes. */
  get takesBoxes(): boolean {
    return true;
  }

  /** Draws what is random, and says what becomes of a batch of such images. */
  abstract augment(sizes: ImageSizes): Augmentation;

  /** Images, or a record of them with labels, boxes and masks, which comes out as one. */
  override call(inputs: tf.Tensor, context: CallContext): tf.Tensor {
    return this.#called(inputs, context) as tf.Tensor;
  }

  #called(inputs: Tree<tf.Tensor>, context: CallContext): Tree<tf.Tensor> {
    const record = this.recordOf(inputs);
    if (record.boundingBoxes !== undefined) this.#requireFormat();
    const images = this.keepsIntegers ? record.images : floatTensor(record.images);
    const isApplied = context.training || this.isAlwaysApplied;
    let found: { readonly augmentation: Augmentation; readonly sizes: ImageSizes } | undefined;
    const changed = onImages(this.label, images, this.dataFormat, (x) => {
      if (!isApplied) return x;
      const [batch, height, width, channels] = x.shape;
      const sizes = { batch, height, width, channels };
      found = { augmentation: this.augment(sizes), sizes };
      return found.augmentation.images(x);
    });
    if (isTensor(inputs)) return changed;
    const others = found === undefined ? {} : this.#others(record, found.augmentation, found.sizes, changed);
    return { ...record, images: changed, ...others } as unknown as Tree<tf.Tensor>;
  }

  /** What becomes of labels, boxes and masks. */
  #others(
    { images, labels, boundingBoxes, segmentationMasks }: ImageRecord,
    augmentation: Augmentation,
    sizes: ImageSizes,
    changed: tf.Tensor,
  ): Partial<ImageRecord> {
    const isOne = images.rank === 3;
    const { labels: onLabels, masks, boxes } = augmentation;
    const [height, width] = this.dataFormat === 'channels_first' ? [-2, -1] : [-3, -2];
    const size = { height: changed.shape.at(height)!, width: changed.shape.at(width)! };
    return {
      ...(labels !== undefined && onLabels !== undefined && { labels: inBatch(labels, isOne, onLabels) }),
      ...(boundingBoxes !== undefined &&
        boxes !== undefined && { boundingBoxes: this.#boxes(boundingBoxes, isOne, boxes, sizes, size) }),
      ...(segmentationMasks !== undefined &&
        masks !== undefined && {
          segmentationMasks: onImages(this.label, segmentationMasks, this.dataFormat, masks),
        }),
    };
  }

  #boxes(
    { boxes, labels }: BoundingBoxes,
    isOne: boolean,
    fn: NonNullable<Augmentation['boxes']>,
    before: ImageSizes,
    after: { readonly height: number; readonly width: number },
  ): BoundingBoxes {
    const format = this.boundingBoxFormat!;
    const given = isOne ? tf.expandDims(boxes, 0) : boxes;
    const inPixels = convertFormat(given, format, 'xyxy', before, this.label);
    const moved = fn({ boxes: inPixels, labels: isOne ? tf.expandDims(labels, 0) : labels }, given);
    const written = convertFormat(moved.boxes, 'xyxy', format, after, this.label);
    return isOne
      ? { boxes: tf.squeeze(written, [0]), labels: tf.squeeze(moved.labels, [0]) }
      : { boxes: written, labels: moved.labels };
  }

  #requireFormat(): void {
    if (!this.takesBoxes)
      throw inputInvalid(
        this.label,
        'expected images without bounding boxes, which it cannot move along',
        'leave it out, or leave the boxes out',
      );
    if (this.boundingBoxFormat === null)
      throw inputInvalid(
        this.label,
        'got bounding boxes, and was not told their format',
        "pass boundingBoxFormat: 'xyxy', or another format",
      );
  }

  /** Evenly drawn numbers of the layer's own seed, or the model's. */
  uniform(shape: readonly number[], [min, max]: Range = [0, 1]): tf.Tensor {
    return random.uniform(shape, { min, max, ...this.seeded });
  }

  /** Which images are chosen, each with a probability drawn from a range. Shapes: [batch, 1, 1, 1]. */
  chosen(batch: number, probability: Range): tf.Tensor {
    const limit = this.uniform([batch, 1, 1, 1], probability);
    return tf.less(this.uniform([batch, 1, 1, 1]), limit);
  }

  /** The seed of draws, as `random` takes it. */
  get seeded(): { readonly seed?: number } {
    return typeof this.seed === 'number' ? { seed: this.seed } : {};
  }
}

function inBatch(labels: tf.Tensor, isOne: boolean, fn: (labels: tf.Tensor) => tf.Tensor): tf.Tensor {
  return isOne ? tf.squeeze(fn(tf.expandDims(labels, 0)), [0]) : fn(labels);
}

/** The same change of images and of their masks, and what becomes of boxes. */
export function moving(
  fn: (x: tf.Tensor4D, interpolation: 'nearest' | null) => tf.Tensor,
  boxes?: Augmentation['boxes'],
): Augmentation {
  return { images: (x) => fn(x, null), masks: (x) => fn(x, 'nearest'), ...(boxes && { boxes }) };
}

/** What layers that move pixels are told of those between pixels and those outside. */
interface Moves {
  readonly interpolation: image.PixelInterpolation;
  readonly fillMode: image.FillMode;
  readonly fillValue: number;
}

/**
 * Images, their masks and their boxes, turned, moved or stretched. Shapes: transforms as `image.affineTransform` takes them,
 * [batch, 8]; `transform` says where a pixel comes from, and `forward` where one goes.
 */
export function transforming(
  layer: ImageLayer & Moves,
  transform: tf.Tensor,
  sizes: ImageSizes,
  forward: tf.Tensor,
): Augmentation {
  return moving(transformed(layer, transform), ({ boxes, labels }) =>
    clipToImageSize({ boxes: projectedBoxes(boxes, forward), labels }, sizes),
  );
}

/** What an affine transform makes of images, by the layer's ways. */
export function transformed(
  { interpolation: own, fillMode, fillValue, label }: ImageLayer & Moves,
  transform: tf.Tensor,
): (x: tf.Tensor4D, interpolation: 'nearest' | null) => tf.Tensor {
  return (x, interpolation) =>
    image.affineTransform(x, transform, { interpolation: interpolation ?? own, fillMode, fillValue }, label);
}

/** What `fn` makes of pixels as bytes from 0 to 255, in the range of values that they came from. */
export function asBytes([low, high]: Range, x: tf.Tensor, fn: (bytes: tf.Tensor) => tf.Tensor): tf.Tensor {
  const found = fn(tf.mul(tf.div(tf.sub(x, low), high - low), 255));
  return tf.add(tf.mul(tf.div(found, 255), high - low), low);
}
