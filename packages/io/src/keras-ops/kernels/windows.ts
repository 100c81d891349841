// Convolutions and pooling over windows, channels last.
import type { SymbolicTensor } from '@lamella/core';
import { isPolynomial } from '@lamella/program';
import type { KernelCall, KernelRule } from '../kernel-call.js';
import { float, slice } from '../value.js';

/** The padding as Keras says it; other paddings than its own are added before. */
function padded(
  call: KernelCall,
  x: SymbolicTensor,
  value: number | undefined,
): { x: SymbolicTensor; padding: string } {
  const pad = call.attribute<string | number | readonly (readonly number[])[]>('pad', 'valid');
  if (typeof pad === 'string') return { x, padding: pad };
  const widths = Array.isArray(pad)
    ? (pad as number[][])
    : Array.from({ length: x.rank }, (_, i) =>
        i === 0 || i === x.rank - 1 ? [0, 0] : ([pad, pad] as number[]),
      );
  if (widths.every(([before, after]) => before === 0 && after === 0)) return { x, padding: 'valid' };
  if (value === undefined) throw call.fail('a padding that counts for the average');
  if ((call.attribute('dimRoundingMode') ?? 'floor') !== 'floor') throw call.fail('a size rounded up');
  return {
    x: call.apply('Pad', [x, float(value)], { pad_width: widths, mode: 'constant' }),
    padding: 'valid',
  };
}

/** One number for each axis of space. */
function spatial(call: KernelCall, name: 'strides' | 'dilations' | 'filterSize'): number[] {
  return [...(call.normal[name] as readonly number[])];
}

function checkLayout(call: KernelCall): void {
  if (call.normal['isChannelsFirst'] === true) throw call.fail('channels that come first');
}

/** Keras reads pooling's lists back as lists, and then fails; a number serves. */
function single(call: KernelCall, name: 'strides' | 'filterSize'): number {
  const [first, ...others] = spatial(call, name);
  if (others.some((size) => size !== first))
    throw call.fail(`"${name}" of several sizes, which Keras cannot read back`);
  return first!;
}

function pooling(operation: string, padding: number | undefined): KernelRule {
  return (call) => {
    checkLayout(call);
    const { x, ...rest } = padded(call, call.tensor('x'), padding);
    return call.apply(operation, [x], {
      pool_size: single(call, 'filterSize'),
      strides: single(call, 'strides'),
      ...rest,
      data_format: 'channels_last',
    });
  };
}

export const MaxPool = pooling('MaxPool', -Infinity);
export const MaxPool3D = pooling('MaxPool', -Infinity);
export const AvgPool = pooling('AveragePool', undefined);
export const AvgPool3D = pooling('AveragePool', undefined);

function convolution(operation: string): KernelRule {
  return (call) => {
    checkLayout(call);
    const { x, ...rest } = padded(call, call.tensor('x'), 0);
    return call.apply(operation, [x, call.argument('filter')], {
      strides: spatial(call, 'strides'),
      ...rest,
      data_format: 'channels_last',
      dilation_rate: spatial(call, 'dilations'),
    });
  };
}

export const Conv2D = convolution('Conv');
export const Conv3D = convolution('Conv');
export const DepthwiseConv2dNative = convolution('DepthwiseConv');

/**
 * A transposed convolution: one of the input with zeros in between, by the kernel turned round. Keras has an operation for
 * it, which as part of a model fails (3.15.1).
 */
export const Conv2DBackpropInput: KernelRule = (call) => {
  checkLayout(call);
  const strides = spatial(call, 'strides');
  const [from, filter, to] = [call.type('dy').shape, call.type('filter').shape, call.output.shape];
  if ([...from.slice(1), ...filter, ...to.slice(1)].some(isPolynomial))
    throw call.fail('an image of unknown size');
  const [[height, width, channels], windows, lengths] = [from.slice(1), filter, to.slice(1)] as [
    [number, number, number],
    number[],
    number[],
  ];
  const spread = spreadOut(call, [height, width, channels], strides as [number, number]);
  const ends = [height, width].map((size, axis) => {
    const [stride, window, length] = [strides[axis]!, windows[axis]!, lengths[axis]!];
    const before = window - 1 - paddingBefore(call, axis, Math.max((size - 1) * stride + window - length, 0));
    return [before, length + window - 1 - size * stride - before] as const;
  });
  const grown = call.apply('Pad', [spread, float(0)], {
    pad_width: [[0, 0], ...ends.map(([before, after]) => [before, Math.max(after, 0)]), [0, 0]],
    mode: 'constant',
  });
  const isCut = ends.some(([, after]) => after < 0);
  const whole = slice(null, null);
  const cut = isCut
    ? call.apply('GetItem', [
        grown,
        [whole, ...ends.map(([, after]) => (after < 0 ? slice(null, after) : whole)), whole],
      ])
    : grown;
  const turned = call.apply('Flip', [call.argument('filter')], { axis: [0, 1] });
  const kernel = call.apply('Transpose', [turned], { axes: [0, 1, 3, 2] });
  return call.apply('Conv', [cut, kernel], { strides: 1, padding: 'valid', data_format: 'channels_last' });
};

function paddingBefore(call: KernelCall, axis: number, total: number): number {
  const pad = call.attribute<string | number | readonly (readonly number[])[]>('pad', 'valid');
  if (pad === 'same') return Math.floor(total / 2);
  if (pad === 'valid') return 0;
  return typeof pad === 'number' ? pad : (pad as number[][])[axis + 1]![0]!;
}

/** The images with zeros after each pixel, as many as the stride leaves out. */
function spreadOut(
  call: KernelCall,
  [height, width, channels]: [number, number, number],
  [down, right]: [number, number],
): SymbolicTensor {
  if (down === 1 && right === 1) return call.tensor('dy');
  const single = call.apply('Reshape', [call.tensor('dy')], {
    newshape: [-1, height, 1, width, 1, channels],
  });
  const zeros = [0, 0, down - 1, 0, right - 1, 0].map((after) => [0, after]);
  const wide = call.apply('Pad', [single, float(0)], { pad_width: zeros, mode: 'constant' });
  return call.apply('Reshape', [wide], { newshape: [-1, height * down, width * right, channels] });
}
