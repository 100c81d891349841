// Kernels that slide over sequences, images or volumes, channels last. A sequence is an image of one row.
import { optionInvalid } from '@lamella/core';
import { formatShape } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import type { Padding } from '../options/spatial.js';

/** How a kernel slides. */
export interface Slide {
  readonly strides: readonly number[];
  readonly dilationRate: readonly number[];
  readonly padding: Padding;
}

type Pair = [number, number];
type Triple = [number, number, number];

/** Each place is the sum over the kernel's elements and all channels. */
export function convolve(
  x: tf.Tensor,
  kernel: tf.Tensor,
  { strides, dilationRate, padding }: Slide,
): tf.Tensor {
  if (x.rank === 5) {
    const [steps, dilations] = [[...strides] as Triple, [...dilationRate] as Triple];
    return tf.conv3d(x as tf.Tensor5D, kernel as tf.Tensor5D, steps, padding, 'NDHWC', dilations);
  }
  return onImages(x, kernel, (images, filter) =>
    tf.conv2d(images, filter, pairOf(strides), padding, 'NHWC', pairOf(dilationRate)),
  );
}

/** Each channel by itself, with a kernel for each channel that it gives. Not for volumes. */
export function convolveDepthwise(
  x: tf.Tensor,
  kernel: tf.Tensor,
  { strides, dilationRate, padding }: Slide,
): tf.Tensor {
  return onImages(x, kernel, (images, filter) =>
    tf.depthwiseConv2d(images, filter, pairOf(strides), padding, 'NHWC', pairOf(dilationRate)),
  );
}

/** The adjoint of {@link convolve}: each element, times the kernel, is added where the kernel stood. `sizes` are those of the result. */
export function convolveTransposed(
  x: tf.Tensor,
  kernel: tf.Tensor,
  sizes: readonly number[],
  { strides, padding }: Pick<Slide, 'strides' | 'padding'>,
): tf.Tensor {
  const [batch, filters] = [x.shape[0]!, kernel.shape.at(-2)!];
  if (x.rank === 5) {
    const shape = [batch, ...sizes, filters] as [number, number, number, number, number];
    return tf.conv3dTranspose(
      x as tf.Tensor5D,
      kernel as tf.Tensor5D,
      shape,
      [...strides] as Triple,
      padding,
    );
  }
  return onImages(x, kernel, (images, filter) =>
    tf.conv2dTranspose(images, filter, [batch, ...pairOf(sizes), filters], pairOf(strides), padding),
  );
}

function onImages(
  x: tf.Tensor,
  kernel: tf.Tensor,
  run: (images: tf.Tensor4D, filter: tf.Tensor4D) => tf.Tensor,
): tf.Tensor {
  if (x.rank === 4) return run(x as tf.Tensor4D, kernel as tf.Tensor4D);
  const [images, filter] = [tf.expandDims(x, 1), tf.expandDims(kernel, 0)];
  return tf.squeeze(run(images as tf.Tensor4D, filter as tf.Tensor4D), [1]);
}

/** One number for each axis of images. */
function pairOf(sizes: readonly number[]): Pair {
  return [sizes.at(-2) ?? 1, sizes.at(-1)!];
}

/** How many elements a kernel reaches over, in each dimension. */
export function reachOf({
  kernelSize,
  dilationRate,
}: {
  readonly kernelSize: readonly number[];
  readonly dilationRate: readonly number[];
}): number[] {
  return kernelSize.map((size, i) => (size - 1) * dilationRate[i]! + 1);
}

/** Throws: OPTION_INVALID for a layer with both strides and dilation, which Keras does not slide so. */
export function refuseStridedDilation({
  label,
  strides,
  dilationRate,
}: Pick<Slide, 'strides' | 'dilationRate'> & { readonly label: string }): void {
  if (Math.max(...strides) === 1 || Math.max(...dilationRate) === 1) return;
  throw optionInvalid(label, 'dilationRate', `1, because strides is ${formatShape(strides)}`, dilationRate);
}
