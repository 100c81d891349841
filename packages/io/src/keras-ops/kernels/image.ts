// Images: other sizes, depth and space, and normalisation over channels. Sizes are changed by tfjs' own rules, which those of
// Keras' resize are not: by matrices and rows that are known beforehand.
import { isPolynomial } from '@lamella/program';
import type { SymbolicTensor } from '@lamella/core';
import type { KernelCall, KernelRule } from '../kernel-call.js';
import { float, type Argument } from '../value.js';

function lengths(call: KernelCall, name: string): number[] {
  const { shape: sizes } = call.type(name);
  if (sizes.slice(1).some(isPolynomial)) throw call.fail('an image of unknown size');
  return sizes.slice(1) as number[];
}

/** Where the pixel number `at` of a resized axis comes from. */
function origin(call: KernelCall, at: number, from: number, to: number): number {
  const aligned = call.attribute('alignCorners', false) && to > 1;
  const scale = aligned ? (from - 1) / (to - 1) : from / to;
  return call.attribute('halfPixelCenters', false) ? scale * (at + 0.5) - 0.5 : scale * at;
}

export const ResizeBilinear: KernelRule = (call) => {
  const from = lengths(call, 'images');
  const weights = (axis: 0 | 1): Argument => {
    const [old, size] = [from[axis]!, call.integers('size')[axis]!];
    const data = new Float32Array(size * old);
    for (let at = 0; at < size; at++) {
      const place = Math.min(old - 1, Math.max(0, origin(call, at, old, size)));
      const [low, high] = [Math.floor(place), Math.ceil(place)];
      data[at * old + low] = 1 - (place - low);
      data[at * old + high]! += place - low;
    }
    return call.writer.inline({ shape: [size, old], dtype: 'float32', data });
  };
  const images = call.apply('Cast', [call.tensor('images')], { dtype: 'float32' });
  const tall = call.apply('Einsum', [images, weights(0)], { subscripts: 'bijc,hi->bhjc' });
  return call.apply('Einsum', [tall, weights(1)], { subscripts: 'bhjc,wj->bhwc' });
};

export const ResizeNearestNeighbor: KernelRule = (call) => {
  const from = lengths(call, 'images');
  if (call.attribute('halfPixelCenters', false))
    throw call.fail('nearest pixels by their centres, on which backends differ');
  return ([0, 1] as const).reduce<SymbolicTensor>((images, axis) => {
    const [old, size] = [from[axis]!, call.integers('size')[axis]!];
    const rows = Int32Array.from({ length: size }, (_, at) => {
      const place = origin(call, at, old, size);
      return Math.min(old - 1, call.attribute('alignCorners', false) ? Math.round(place) : Math.floor(place));
    });
    const indices = call.writer.inline({ shape: [size], dtype: 'int32', data: rows });
    return call.apply('Take', [images, indices], { axis: axis + 1 });
  }, call.tensor('images'));
};

export const DepthToSpace: KernelRule = (call) => {
  if (call.normal['isChannelsFirst'] === true) throw call.fail('channels that come first');
  const block = call.attribute<number>('blockSize');
  const [height, width, depth] = lengths(call, 'x') as [number, number, number];
  const rest = depth / (block * block);
  const split = call.apply('Reshape', [call.tensor('x')], {
    newshape: [-1, height, width, block, block, rest],
  });
  const spread = call.apply('Transpose', [split], { axes: [0, 1, 3, 2, 4, 5] });
  return call.apply('Reshape', [spread], { newshape: [-1, height * block, width * block, rest] });
};

export const FlipLeftRight: KernelRule = (call) => call.apply('Flip', [call.tensor('image')], { axis: 2 });

/** Local response normalisation: sums of squares over neighbouring channels are a product with a band of ones. */
export const LRN: KernelRule = (call) => {
  const channels = lengths(call, 'x').at(-1)!;
  const radius = call.attribute<number>('depthRadius');
  const band = Float32Array.from({ length: channels ** 2 }, (_, i) =>
    Number(Math.abs(Math.floor(i / channels) - (i % channels)) <= radius),
  );
  const x = call.tensor('x');
  const ones = call.writer.inline({ shape: [channels, channels], dtype: 'float32', data: band });
  const sums = call.apply('Matmul', [call.apply('Square', [x]), ones]);
  const scaled = call.apply('Multiply', [sums, float(call.attribute<number>('alpha'))]);
  const raised = call.apply('Power', [
    call.apply('Add', [scaled, float(call.attribute<number>('bias'))]),
    float(-call.attribute<number>('beta')),
  ]);
  return call.apply('Multiply', [x, raised]);
};
