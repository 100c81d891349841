// Resizing of images [batch, height, width, channels]. tfjs' own backward kernels ignore half pixel centers, and the plain one
// swaps height and width; a resize is two matrix products, and so is its gradient.
import * as tf from '@tensorflow/tfjs-core';
import type { DType } from '../dtype.js';
import { runKernel } from '../kernel-rules/broadcasting.js';
import type { GradientRule } from '../kernel-rules/gradient-rule.js';
import type { AttributeRule } from '../kernel-rules/attribute-rule.js';
import type { Kernel } from '../kernel-rules/kernel.js';
import { misfit, requireRank, requireReal, requireShape, type Named } from '../kernel-rules/requirements.js';
import type { ShapeRule } from '../kernel-rules/shape-rule.js';
import { formatShape } from '../shape.js';

/** What these kernels read. */
interface ResizeAttributes {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

const attributes: AttributeRule = ({
  alignCorners = false,
  halfPixelCenters = false,
  ...rest
}: Partial<ResizeAttributes>) => ({ ...rest, alignCorners, halfPixelCenters });

function resizedShape(kernel: string, resultOf: (dtype: DType) => DType): ShapeRule {
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

type Weights = (
  inSize: number,
  outSize: number,
  attrs: ResizeAttributes,
) => readonly (readonly [number, number])[][];

function ratioOf(inSize: number, outSize: number, attrs: ResizeAttributes): number {
  return attrs.alignCorners && outSize > 1 ? (inSize - 1) / (outSize - 1) : inSize / outSize;
}

/** For each output row, the input rows it is made of and their weights, as tfjs' resize kernels choose them. */
const bilinearWeights: Weights = (inSize, outSize, attrs) => {
  const ratio = ratioOf(inSize, outSize, attrs);
  return Array.from({ length: outSize }, (_, i) => {
    const source = attrs.halfPixelCenters ? ratio * (i + 0.5) - 0.5 : ratio * i;
    const floor = Math.max(0, Math.floor(source));
    const ceil = Math.min(inSize - 1, Math.ceil(source));
    return [
      [floor, 1 - (source - floor)],
      [ceil, source - floor],
    ] as const;
  }) as [number, number][][];
};

/** The matrix, [in, out], that takes the gradient of the output rows back to the input rows. */
function backMatrix(inSize: number, outSize: number, attrs: ResizeAttributes, weights: Weights): tf.Tensor {
  const data = new Float32Array(inSize * outSize);
  weights(inSize, outSize, attrs).forEach((row, out) =>
    row.forEach(([from, weight]) => (data[from * outSize + out]! += weight)),
  );
  return tf.tensor(data, [1, inSize, outSize]);
}

function resize(weights: Weights): GradientRule {
  return ({ inputs, attrs, dy: [dy] }) => ({
    images: () => {
      const [batch, height, width, channels] = inputs['images']!.shape as [number, number, number, number];
      const [, outHeight, outWidth] = dy!.shape as [number, number, number, number];
      const rows = tf.matMul(
        backMatrix(height, outHeight, attrs as unknown as ResizeAttributes, weights),
        tf.reshape(dy!, [batch, outHeight, outWidth * channels]),
      );
      const columns = tf.matMul(
        backMatrix(width, outWidth, attrs as unknown as ResizeAttributes, weights),
        tf.reshape(rows, [batch * height, outWidth, channels]),
      );
      return tf.reshape(columns, [batch, height, width, channels]);
    },
  });
}

export const ResizeBilinear: Kernel = {
  attributes,
  shape: resizedShape('ResizeBilinear', () => 'float32'),
  gradient: resize(bilinearWeights),
};

function backwardShape(kernel: string): ShapeRule {
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

/** The backward kernels are linear in `dy`; their adjoint is the resize itself. */
function resizeBackward(forward: string): GradientRule {
  return ({ inputs, raw, dy: [v] }) => ({
    dy: () => runKernel(forward, { images: v! }, { ...raw, size: inputs['dy']!.shape.slice(1, 3) }),
  });
}

export const ResizeBilinearGrad: Kernel = {
  attributes,
  shape: backwardShape('ResizeBilinearGrad'),
  gradient: resizeBackward(tf.ResizeBilinear),
};

const nearestWeights: Weights = (inSize, outSize, attrs) => {
  const ratio = ratioOf(inSize, outSize, attrs);
  return Array.from({ length: outSize }, (_, i) => {
    const source = attrs.halfPixelCenters ? ratio * (i + 0.5) : ratio * i;
    return [
      [Math.max(0, Math.min(inSize - 1, attrs.alignCorners ? Math.round(source) : Math.floor(source))), 1],
    ];
  });
};

export const ResizeNearestNeighbor: Kernel = {
  chooses: true,
  attributes,
  shape: resizedShape('ResizeNearestNeighbor', (dtype) => dtype),
  gradient: resize(nearestWeights),
};

export const ResizeNearestNeighborGrad: Kernel = {
  attributes,
  shape: backwardShape('ResizeNearestNeighborGrad'),
  gradient: resizeBackward(tf.ResizeNearestNeighbor),
};
