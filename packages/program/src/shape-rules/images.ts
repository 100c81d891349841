// Kernels on images [batch, height, width, channels].
import type { ShapeRule } from '../shape-rule.js';
import { formatShape, type Shape } from '../shape.js';
import { misfit, requireDType, requireRank, requireReal, requireShape, type Named } from './requirements.js';

function resize(kernel: string): ShapeRule {
  return ({ images }: Named<'images'>, { size }: { size: readonly [number, number] }) => {
    requireReal(kernel, 'images', images);
    requireRank(kernel, 'images', images, 4);
    if (size.length !== 2 || size.some((n) => !Number.isInteger(n) || n < 0)) {
      throw misfit(kernel, `expected a size of two whole numbers, got ${formatShape(size)}`);
    }
    const [batch, , , channels] = images.shape as [number, number, number, number];
    return { shape: [batch, size[0], size[1], channels], dtype: 'float32' };
  };
}

function resizeGradient(kernel: string): ShapeRule {
  return ({ images, dy }: Named<'images' | 'dy'>) => {
    requireRank(kernel, 'images', images, 4);
    requireRank(kernel, 'dy', dy, 4);
    const [batch, , , channels] = images.shape as [number, number, number, number];
    requireShape(kernel, 'dy', dy, [batch, dy.shape[1]!, dy.shape[2]!, channels], `for images ${formatShape(images.shape)}`);
    return { shape: images.shape, dtype: 'float32' };
  };
}

export const ResizeBilinear = resize('ResizeBilinear');
export const ResizeBilinearGrad = resizeGradient('ResizeBilinearGrad');
export const ResizeNearestNeighbor = resize('ResizeNearestNeighbor');
export const ResizeNearestNeighborGrad = resizeGradient('ResizeNearestNeighborGrad');
