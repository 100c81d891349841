// What layers of images share: they take one image or a batch, alone or in a record with labels and segmentation masks, and
// say what becomes of a batch with the channels last. Source: keras.layers.BaseImagePreprocessingLayer.
import { inputInvalid, isTensor, Layer, withOptions, type CallContext } from '@lamella/core';
import { image, isRecord, onImages, random, type Tree } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { dataFormatOption, type OptionsFor } from '../options/declarations.js';
import { floatTensor } from '../options/single-input.js';
import type { Range } from './image-options.js';

export const imageOptions = {
  /** Default `channels_last`. */
  dataFormat: dataFormatOption(),
};

/** The options that layers of images share. */
export type ImageLayerOptions = OptionsFor<typeof imageOptions>;

/** The sizes of a batch of images. */
export interface ImageSizes {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** What becomes of images, channels last, and of what goes with them; labels and masks stay as they are by default. */
export interface Augmentation {
  readonly images: (x: tf.Tensor4D) => tf.Tensor;
  readonly labels?: (labels: tf.Tensor) => tf.Tensor;
  readonly masks?: (x: tf.Tensor4D) => tf.Tensor;
}

const places = ['images', 'labels', 'segmentation_masks'];

/** A layer of images. In training it augments; when a model predicts or evaluates, images pass. */
export abstract class ImageLayer extends withOptions(Layer, imageOptions) {
  declare readonly seed?: number | null;

  /** Whether images are changed outside of training too. */
  get isAlwaysApplied(): boolean {
    return false;
  }

  /** Whether integers stay integers. */
  get keepsIntegers(): boolean {
    return false;
  }

  /** Draws what is random, and says what becomes of a batch of such images. */
  abstract augment(sizes: ImageSizes): Augmentation;

  /** Images, or a record of them with labels and masks, which comes out as one. */
  override call(inputs: tf.Tensor, context: CallContext): tf.Tensor {
    return this.#called(inputs, context) as tf.Tensor;
  }

  #called(inputs: Tree<tf.Tensor>, context: CallContext): Tree<tf.Tensor> {
    const data = this.#dataOf(inputs);
    const images = this.keepsIntegers ? data['images']! : floatTensor(data['images']!);
    const isApplied = context.training || this.isAlwaysApplied;
    let augmentation: Augmentation | undefined;
    const changed = onImages(this.label, images, this.dataFormat, (x) => {
      if (!isApplied) return x;
      const [batch, height, width, channels] = x.shape;
      augmentation = this.augment({ batch, height, width, channels });
      return augmentation.images(x);
    });
    if (isTensor(inputs)) return changed;
    if (augmentation === undefined) return { ...data, images: changed };
    const isOne = images.rank === 3;
    const { labels, segmentation_masks: masks } = data;
    return {
      images: changed,
      ...(labels !== undefined && { labels: withBatch(labels, isOne, augmentation.labels) }),
      ...(masks !== undefined && {
        segmentation_masks: onImages(this.label, masks, this.dataFormat, augmentation.masks ?? ((x) => x)),
      }),
    };
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

  #dataOf(inputs: Tree<tf.Tensor>): Readonly<Record<string, tf.Tensor>> {
    if (isTensor(inputs)) return { images: inputs };
    const record = isRecord(inputs) ? inputs : {};
    const { bounding_boxes: boxes, ...others } = record;
    if (boxes !== undefined)
      throw inputInvalid(
        this.label,
        'expected images, labels and segmentation masks, got bounding boxes, which are not moved along here',
        'augment images of boxes by layers that only change colours, beside their boxes',
      );
    const wrong = Object.keys(others).filter((key) => !places.includes(key) || !isTensor(others[key]));
    if (others['images'] === undefined || wrong.length > 0)
      throw inputInvalid(
        this.label,
        `expected images, or a record of ${places.join(', ')}, got ${wrong.length > 0 ? `"${wrong[0]}"` : 'none'}`,
        'apply it to one tensor, or to { images, labels }',
      );
    return others as Record<string, tf.Tensor>;
  }
}

function withBatch(
  labels: tf.Tensor,
  isOne: boolean,
  fn: ((labels: tf.Tensor) => tf.Tensor) | undefined,
): tf.Tensor {
  if (fn === undefined) return labels;
  return isOne ? tf.squeeze(fn(tf.expandDims(labels, 0)), [0]) : fn(labels);
}

/** The same change of images and of their masks. */
export function moving(fn: (x: tf.Tensor4D, interpolation: 'nearest' | null) => tf.Tensor): Augmentation {
  return { images: (x) => fn(x, null), masks: (x) => fn(x, 'nearest') };
}

/** What layers that move pixels are told of those between pixels and those outside. */
interface Moves {
  readonly interpolation: image.PixelInterpolation;
  readonly fillMode: image.FillMode;
  readonly fillValue: number;
}

/** Images, and their masks, turned, moved or sheared. Shapes: transform as `image.affineTransform` takes it, [batch, 8]. */
export function transforming(layer: ImageLayer & Moves, transform: tf.Tensor): Augmentation {
  const { fillMode, fillValue, label } = layer;
  return moving((x, interpolation) =>
    image.affineTransform(
      x,
      transform,
      { interpolation: interpolation ?? layer.interpolation, fillMode, fillValue },
      label,
    ),
  );
}

/** What `fn` makes of pixels as bytes from 0 to 255, in the range of values that they came from. */
export function asBytes([low, high]: Range, x: tf.Tensor, fn: (bytes: tf.Tensor) => tf.Tensor): tf.Tensor {
  const found = fn(tf.mul(tf.div(tf.sub(x, low), high - low), 255));
  return tf.add(tf.mul(tf.div(found, 255), high - low), low);
}
