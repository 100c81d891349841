// Images with what goes with them: labels, bounding boxes and segmentation masks, as one record of tensors. Layers that take it give one back.
import {
  inputInvalid,
  isTensor,
  Layer,
  option,
  optionInvalid,
  orNull,
  withOptions,
  type ApplyOptions,
  type Callable,
  type FileFacts,
  type Outputs,
  type SymbolicInputs,
  type SymbolicOutputs,
  type SymbolicTensor,
  type TensorInputs,
} from '@lamella/core';
import { formatShape, isRecord, type Tree } from '@lamella/program';
import type * as tf from '@tensorflow/tfjs-core';
import { dataFormatOption, type OptionsFor } from '../options/declarations.js';
import { boundingBoxFormats, type BoundingBoxes, type BoundingBoxFormat } from './bounding-boxes.js';

export const imageOptions = {
  /** Default `channels_last`. */
  dataFormat: dataFormatOption(),
  /** How `boundingBoxes` of a record say where they are: needed where there are some. Default null. */
  boundingBoxFormat: orNull(
    option<BoundingBoxFormat>({
      check: (subject, name, given) => {
        const found = boundingBoxFormats.find((format) => format === String(given).toLowerCase());
        if (found !== undefined) return found;
        throw optionInvalid(subject, name, `one of ${boundingBoxFormats.join(', ')}`, given);
      },
    }),
  ),
};

/** The options that layers of images share. */
export type ImageLayerOptions = OptionsFor<typeof imageOptions>;

/** Images and what goes with them. In files of Keras, the names are `bounding_boxes` and `segmentation_masks`. */
export interface ImageRecord<T = tf.Tensor> {
  /** Shapes: [batch, height, width, channels], or one image. */
  readonly images: T;
  /** Shapes: [batch, classes]. */
  readonly labels?: T;
  readonly boundingBoxes?: BoundingBoxes<T>;
  /** Shapes: [batch, height, width, channels]. */
  readonly segmentationMasks?: T;
}

/** A layer of images alone, or of records of them. */
export abstract class ImageRecordLayer extends withOptions(Layer, imageOptions) {
  static readonly fileFacts: FileFacts = {
    inputNames: { boundingBoxes: 'bounding_boxes', segmentationMasks: 'segmentation_masks' },
  };

  override apply<const R extends ImageRecord<SymbolicTensor>>(
    inputs: R,
    options?: ApplyOptions<SymbolicTensor>,
  ): R;
  override apply<const R extends ImageRecord>(inputs: R, options?: ApplyOptions<tf.Tensor>): R;
  override apply<L extends Callable, const O extends ApplyOptions<SymbolicTensor>>(
    this: L,
    inputs: SymbolicInputs<L>,
    options?: O,
  ): SymbolicOutputs<L, O>;
  override apply<L extends Callable, const O extends ApplyOptions<tf.Tensor>>(
    this: L,
    inputs: TensorInputs<L>,
    options?: O,
  ): Outputs<L, O>;
  override apply(inputs: never, options?: never): unknown {
    return super.apply(inputs, options);
  }

  /** The record that the layer is applied to; of images alone, one of them. Throws: INPUT_INVALID. */
  protected recordOf(inputs: Tree<tf.Tensor>): ImageRecord {
    if (isTensor(inputs)) return { images: inputs };
    const record = isRecord(inputs) ? inputs : {};
    const { boundingBoxes, ...tensors } = record;
    const wrong = Object.keys(tensors).find((key) => !places.includes(key) || !isTensor(tensors[key]));
    if (wrong !== undefined || tensors['images'] === undefined)
      throw inputInvalid(
        this.label,
        `expected images, or a record of ${places.join(', ')} and boundingBoxes, got ${wrong === undefined ? 'none' : `"${wrong}"`}`,
        'apply it to one tensor, or to { images, labels }',
      );
    const { rank } = tensors['images'] as tf.Tensor;
    if (boundingBoxes !== undefined) this.#checkBoxes(boundingBoxes, rank - 1);
    return record as unknown as ImageRecord;
  }

  #checkBoxes(given: Tree<tf.Tensor>, rank: number): void {
    const { boxes, labels, ...others } = (isRecord(given) ? given : {}) as Readonly<
      Record<string, tf.Tensor>
    >;
    const sizes = [boxes, labels].map((one) => (isTensor(one) ? formatShape(one.shape) : 'none'));
    const fits =
      boxes?.rank === rank && boxes.shape[rank - 1] === 4 && labels?.rank === rank - 1 && isEmpty(others);
    if (fits && formatShape(boxes.shape.slice(0, -1)) === sizes[1]) return;
    const shape = rank === 3 ? 'batch, boxes' : 'boxes';
    throw inputInvalid(
      this.label,
      `expected boundingBoxes of { boxes: [${shape}, 4], labels: [${shape}] }, got boxes of ${sizes[0]!} and labels of ${sizes[1]!}`,
      'give a record of boxes and labels',
    );
  }
}

const places = ['images', 'labels', 'segmentationMasks'];

const isEmpty = (record: object): boolean => Object.keys(record).length === 0;
