// Numbers of channels that suit processors, and zeros round images that suit kernels with strides of 2.
import type { SymbolicTensor } from '@lamella/core';

/** The multiple of 8 that is next, and not a tenth less. */
export function inEights(count: number): number {
  const near = nearEights(count);
  return near < 0.9 * count ? near + 8 : near;
}

/** The multiple of 8 that is next, at least 8. */
export function nearEights(count: number): number {
  return Math.max(8, Math.floor((count + 4) / 8) * 8);
}

/** Zeros that let a kernel with strides of 2 end where it does with padding `same`. Source: Keras' `correct_pad`. */
export function padOf({ shape }: SymbolicTensor, kernelSize: number): [[number, number], [number, number]] {
  const half = Math.floor(kernelSize / 2);
  const [height, width] = shape
    .slice(1, 3)
    .map((size): [number, number] => [half - (size !== null && size % 2 === 1 ? 0 : 1), half]);
  return [height!, width!];
}
