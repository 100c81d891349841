// Shapes: other ones, other orders, copies, padding, and tensors put together.
import type { SymbolicTensor } from '@lamella/core';
import { isPolynomial, sameSize, type Size } from '@lamella/program';
import type { KernelCall, KernelRule } from '../kernel-call.js';
import { numberOperand } from '../value.js';

/** One size of the new shape may follow the batch, as Keras' -1; where more do, only axes of one may come and go. */
export const Reshape: KernelRule = (call) => {
  const sizes = call.output.shape;
  const x = call.tensor('x');
  if (sizes.filter(isPolynomial).length <= 1)
    return call.apply('Reshape', [x], { newshape: sizes.map((size) => (isPolynomial(size) ? -1 : size)) });
  return reshapedByOnes(call, x, call.type('x').shape, sizes);
};

function reshapedByOnes(
  call: KernelCall,
  x: SymbolicTensor,
  from: readonly Size[],
  to: readonly Size[],
): SymbolicTensor {
  const [before, after] = [from, to].map((sizes) => sizes.filter((size) => size !== 1));
  if (before!.length !== after!.length || before!.some((size, i) => !sameSize(size, after![i]!)))
    throw call.fail('a new shape in which several sizes are unknown');
  const ones = (sizes: readonly Size[]): number[] =>
    sizes.flatMap((size, axis) => (size === 1 ? [axis] : []));
  const squeezed = ones(from)
    .reverse()
    .reduce((tensor, axis) => call.apply('Squeeze', [tensor], { axis }), x);
  return ones(to).reduce((tensor, axis) => call.apply('ExpandDims', [tensor], { axis }), squeezed);
}

export const ExpandDims: KernelRule = (call) =>
  call.apply('ExpandDims', [call.tensor('input')], { axis: call.axis });

export const Transpose: KernelRule = (call) =>
  call.apply('Transpose', [call.tensor('x')], { axes: call.normal['perm'] as number[] });

export const Tile: KernelRule = (call) => {
  const repeats = call.sizes('reps').map((size) => (isPolynomial(size) ? undefined : size));
  const x = call.tensor('x');
  const { shape: sizes } = call.type('x');
  if (repeats.some((count, axis) => count === undefined && sizes[axis] !== 1))
    throw call.fail('as many copies of an axis as the batch is large');
  const fixed = repeats.map((count) => count ?? 1);
  const tiled = fixed.every((count) => count === 1) ? x : call.apply('Tile', [x], { repeats: fixed });
  return fixed.length === repeats.filter((count) => count !== undefined).length
    ? tiled
    : call.writer.broadcastTo(tiled, call.output.shape);
};

export const BroadcastTo: KernelRule = (call) => call.writer.broadcastTo(call.tensor('x'), call.output.shape);

export const Reverse: KernelRule = (call) => {
  const { axes } = call;
  return axes.length === 0 ? call.tensor('x') : call.apply('Flip', [call.tensor('x')], { axis: axes });
};

/** Pairs of paddings. Throws where they follow the batch. */
function paddings(call: KernelCall): number[][] {
  return call.attribute<readonly (readonly Size[])[]>('paddings').map((pair) =>
    pair.map((size) => {
      if (isPolynomial(size)) throw call.fail('a padding that follows the batch');
      return size;
    }),
  );
}

export const PadV2: KernelRule = (call) =>
  call.apply(
    'Pad',
    [call.tensor('x'), numberOperand(call.attribute<number>('constantValue', 0), call.output.dtype)],
    { pad_width: paddings(call), mode: 'constant' },
  );

export const MirrorPad: KernelRule = (call) =>
  call.apply('Pad', [call.tensor('x')], { pad_width: paddings(call), mode: call.attribute<string>('mode') });

export const Concat: KernelRule = (call) =>
  call.apply('Concatenate', [call.names.map((name) => call.argument(name))], { axis: call.axis });

export const Pack: KernelRule = (call) =>
  call.apply('Stack', [call.names.map((name) => call.argument(name))], { axis: call.axis });
