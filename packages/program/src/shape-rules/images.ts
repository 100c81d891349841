// Kernels on images [batch, height, width, channels].
import type { DType } from '../dtype.js';
import { kernelUnsupported } from '../errors.js';
import type { ShapeRule } from '../shape-rule.js';
import { formatShape } from '../shape.js';
import { misfit, requireDType, requireRank, requireReal, requireShape, type Named } from './requirements.js';

function resize(kernel: string, resultOf: (dtype: DType) => DType): ShapeRule {
  return ({ images }: Named<'images'>, { size }: { size: readonly [number, number] }) => {
    requireReal(kernel, 'images', images);
    requireRank(kernel, 'images', images, 4);
    if (size.length !== 2 || size.some((n) => !Number.isInteger(n) || n < 0)) {
      throw misfit(kernel, `expected a size of two whole numbers, got ${formatShape(size)}`);
    }
    const [batch, , , channels] = images.shape as [number, number, number, number];
    return { shape: [batch, size[0], size[1], channels], dtype: resultOf(images.dtype) };
  };
}

function resizeGradient(kernel: string): ShapeRule {
  return ({ images, dy }: Named<'images' | 'dy'>) => {
    requireRank(kernel, 'images', images, 4);
    requireRank(kernel, 'dy', dy, 4);
    const [batch, , , channels] = images.shape as [number, number, number, number];
    requireShape(
      kernel,
      'dy',
      dy,
      [batch, dy.shape[1]!, dy.shape[2]!, channels],
      `for images ${formatShape(images.shape)}`,
    );
    return { shape: images.shape, dtype: 'float32' };
  };
}

export const ResizeBilinear = resize('ResizeBilinear', () => 'float32');
export const ResizeBilinearGrad = resizeGradient('ResizeBilinearGrad');
export const ResizeNearestNeighbor = resize('ResizeNearestNeighbor', (dtype) => dtype);
export const ResizeNearestNeighborGrad = resizeGradient('ResizeNearestNeighborGrad');

function sameImage(kernel: string): ShapeRule {
  return ({ image }: Named<'image'>) => {
    requireReal(kernel, 'image', image);
    requireRank(kernel, 'image', image, 4);
    return image;
  };
}

export const FlipLeftRight = sameImage('FlipLeftRight');
export const RotateWithOffset = sameImage('RotateWithOffset');

export const Transform: ShapeRule = (
  { image, transforms }: Named<'image' | 'transforms'>,
  { outputShape }: { outputShape?: readonly [number, number] | null },
) => {
  requireReal('Transform', 'image', image);
  requireRank('Transform', 'image', image, 4);
  const [batch, height, width, channels] = image.shape as [number, number, number, number];
  requireShape(
    'Transform',
    'transforms',
    transforms,
    [transforms.shape[0] === 1 ? 1 : batch, 8],
    `one for all images or one for each of ${formatShape(image.shape)}`,
  );
  const [newHeight, newWidth] = outputShape ?? [height, width];
  return { shape: [batch, newHeight, newWidth, channels], dtype: image.dtype };
};

export const CropAndResize: ShapeRule = (
  { image, boxes, boxInd }: Named<'image' | 'boxes' | 'boxInd'>,
  { cropSize }: { cropSize: readonly [number, number] },
) => {
  requireReal('CropAndResize', 'image', image);
  requireRank('CropAndResize', 'image', image, 4);
  requireRank('CropAndResize', 'boxes', boxes, 2);
  const count = boxes.shape[0]!;
  requireShape('CropAndResize', 'boxes', boxes, [count, 4]);
  requireDType('CropAndResize', 'boxInd', boxInd, 'int32');
  requireShape('CropAndResize', 'boxInd', boxInd, [count], 'one for each box');
  return { shape: [count, cropSize[0], cropSize[1], image.shape[3]!], dtype: 'float32' };
};

interface SuppressionAttributes {
  readonly maxOutputSize: number;
  readonly padToMaxOutputSize?: boolean;
}

/** The one suppression kernel whose output can have a fixed size, by padding. */
export const NonMaxSuppressionV4: ShapeRule = (
  { boxes, scores }: Named<'boxes' | 'scores'>,
  { maxOutputSize, padToMaxOutputSize }: SuppressionAttributes,
) => {
  requireRank('NonMaxSuppressionV4', 'boxes', boxes, 2);
  requireShape(
    'NonMaxSuppressionV4',
    'scores',
    scores,
    [boxes.shape[0]!],
    `one for each box of ${formatShape(boxes.shape)}`,
  );
  if (padToMaxOutputSize !== true) {
    throw kernelUnsupported(
      'Kernel "NonMaxSuppressionV4"',
      'NonMaxSuppressionV4',
      'shape known before it runs unless padded',
      'pass padToMaxOutputSize: true',
    );
  }
  return [
    { shape: [maxOutputSize], dtype: 'int32' },
    { shape: [], dtype: 'int32' },
  ];
};
