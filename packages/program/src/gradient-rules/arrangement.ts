// Gradients of kernels that move values about without computing: reshaping, joining, cutting, padding, repeating.
import * as tf from '@tensorflow/tfjs-core';
import type { GradientRule } from '../gradient-rule.js';
import { sizeOf, type Shape } from '../shape.js';
import { listOf, once, reshapeTo, runKernel, sumTo } from './broadcasting.js';
import { spread } from './spread.js';

export const Identity: GradientRule = ({ dy }) => ({ x: () => dy[0]! });

export const Cast: GradientRule = ({ inputs, dy: [dy] }) => ({
  x: () => {
    const { dtype } = inputs['x']!;
    if (dtype === dy!.dtype) return dy!;
    return dtype === 'complex64' ? tf.complex(dy!, tf.zerosLike(dy!)) : tf.real(dy!);
  },
});

export const Reshape: GradientRule = ({ inputs, dy }) => ({ x: () => reshapeTo(dy[0]!, inputs['x']!.shape) });

export const ExpandDims: GradientRule = ({ inputs, dy }) => ({
  input: () => reshapeTo(dy[0]!, inputs['input']!.shape),
});

export const Transpose: GradientRule = ({ attrs, dy }) => {
  const perm = attrs['perm'] as readonly number[];
  return {
    x: () =>
      tf.transpose(
        dy[0]!,
        perm.map((_, i) => perm.indexOf(i)),
      ),
  };
};

export const Concat: GradientRule = ({ inputs, attrs, dy }) => {
  const parts = listOf(inputs);
  const axis = tf.util.parseAxisParam(attrs['axis'] as number, dy[0]!.shape)[0]!;
  const split = once(() =>
    splitAlong(
      dy[0]!,
      parts.map((part) => part.shape[axis]!),
      axis,
    ),
  );
  return Object.fromEntries(parts.map((_, i) => [String(i), () => split()[i]!]));
};

function splitAlong(x: tf.Tensor, sizes: number[], axis: number): tf.Tensor[] {
  if (x.dtype !== 'complex64') return tf.split(x, sizes, axis);
  const imaginary = splitAlong(tf.imag(x), sizes, axis);
  return splitAlong(tf.real(x), sizes, axis).map((real, i) => tf.complex(real, imaginary[i]!));
}

export const SplitV: GradientRule = ({ attrs, dy }) => ({
  x: () => tf.concat([...dy], attrs['axis'] as number),
});

export const Pack: GradientRule = ({ inputs, attrs, dy }) => {
  const parts = once(() => tf.unstack(dy[0]!, attrs['axis'] as number));
  return Object.fromEntries(listOf(inputs).map((_, i) => [String(i), () => parts()[i]!]));
};

export const Unpack: GradientRule = ({ attrs, dy }) => ({
  value: () => tf.stack([...dy], attrs['axis'] as number),
});

export const Slice: GradientRule = ({ inputs, attrs, dy }) => {
  const x = inputs['x']!;
  return {
    x: () => {
      const [begin, size] = tf.slice_util.parseSliceParams(
        x,
        attrs['begin'] as number[],
        attrs['size'] as number[],
      ) as [number[], number[]];
      const paddings = x.shape.map((length, i): [number, number] => {
        const before = begin[i]!;
        return [before, length - before - size[i]!];
      });
      return paddings.every(([before, after]) => before === 0 && after === 0)
        ? dy[0]!
        : tf.pad(dy[0]!, paddings);
    },
  };
};

export const StridedSlice: GradientRule = ({ inputs, attrs, dy }) => {
  const x = inputs['x']!;
  return {
    x: () => unslice(dy[0]!, x.shape, attrs as unknown as tf.StridedSliceAttrs),
  };
};

/** Puts what a strided slice took back in its place, zeros elsewhere: axis by axis spread, turned and padded. */
function unslice(dy: tf.Tensor, shape: Shape, a: tf.StridedSliceAttrs): tf.Tensor {
  const { begin, end, strides } = tf.slice_util.sliceInfo(
    [...shape],
    a.begin,
    a.end,
    a.strides,
    a.beginMask,
    a.endMask,
    a.ellipsisMask,
    a.newAxisMask,
    a.shrinkAxisMask,
  );
  const counts = tf.slice_util.computeOutShape(begin, end, strides);
  let found = reshapeTo(dy, counts);
  const backwards = strides.flatMap((stride, i) => (stride < 0 ? [i] : []));
  if (backwards.length > 0) found = tf.reverse(found, backwards);
  strides.forEach((stride, i) => (found = spread(found, i, Math.abs(stride))));
  const paddings = shape.map((size, i): [number, number] => {
    const first = strides[i]! > 0 ? begin[i]! : begin[i]! + (counts[i]! - 1) * strides[i]!;
    return [first, size - first - found.shape[i]!];
  });
  return paddings.every(([before, after]) => before === 0 && after === 0) ? found : tf.pad(found, paddings);
}

export const PadV2: GradientRule = ({ inputs, attrs, dy }) => ({
  x: () =>
    tf.slice(
      dy[0]!,
      (attrs['paddings'] as [number, number][]).map(([before]) => before),
      inputs['x']!.shape,
    ),
});

export const MirrorPad: GradientRule = ({ inputs, attrs, dy }) => ({
  x: () => {
    const skip = attrs['mode'] === 'reflect' ? 1 : 0;
    return (attrs['paddings'] as [number, number][]).reduce(
      (found, [before, after], axis) => unmirror(found, axis, before, after, inputs['x']!.shape[axis]!, skip),
      dy[0]!,
    );
  },
});

/** Folds both mirrored margins of an axis back onto the values they were copied from. */
function unmirror(
  dy: tf.Tensor,
  axis: number,
  before: number,
  after: number,
  size: number,
  skip: number,
): tf.Tensor {
  if (before === 0 && after === 0) return dy;
  const part = (start: number, length: number): tf.Tensor =>
    tf.slice(
      dy,
      dy.shape.map((_, i) => (i === axis ? start : 0)),
      dy.shape.map((all, i) => (i === axis ? length : all)),
    );
  const fold = (margin: tf.Tensor, start: number): tf.Tensor =>
    tf.pad(
      tf.reverse(margin, axis),
      dy.shape.map((_, i): [number, number] =>
        i === axis ? [start, size - start - margin.shape[axis]!] : [0, 0],
      ),
    );
  let found = part(before, size);
  if (before > 0) found = tf.add(found, fold(part(0, before), skip));
  if (after > 0) found = tf.add(found, fold(part(before + size, after), size - skip - after));
  return found;
}

export const Tile: GradientRule = ({ inputs, attrs, dy }) => ({
  x: () => {
    const x = inputs['x']!;
    const reps = attrs['reps'] as readonly number[];
    if (reps.every((rep, i) => rep === 1 || x.shape[i] === 1)) return sumTo(dy[0]!, x.shape);
    const parts = x.shape.map((size, i) =>
      reps[i] === 1 || size === 1 ? [reps[i]! * size] : [reps[i]!, size],
    );
    const split: number[] = [];
    const axes: number[] = [];
    parts.forEach((sizes, i) => {
      if (reps[i] !== 1) axes.push(split.length);
      split.push(...sizes);
    });
    return reshapeTo(tf.sum(tf.reshape(dy[0]!, split), axes), x.shape);
  },
});

export const BroadcastTo: GradientRule = ({ inputs, dy }) => ({ x: () => sumTo(dy[0]!, inputs['x']!.shape) });

export const Reverse: GradientRule = ({ attrs, dy }) => ({
  x: () => tf.reverse(dy[0]!, attrs['dims'] as number[]),
});

export const FlipLeftRight: GradientRule = ({ dy }) => ({
  image: () => runKernel(tf.FlipLeftRight, { image: dy[0]! }),
});

export const SpaceToBatchND: GradientRule = ({ attrs, dy }) => ({
  x: () => tf.batchToSpaceND(dy[0]!, attrs['blockShape'] as number[], attrs['paddings'] as number[][]),
});

export const BatchToSpaceND: GradientRule = ({ attrs, dy }) => ({
  x: () => tf.spaceToBatchND(dy[0]!, attrs['blockShape'] as number[], attrs['crops'] as number[][]),
});

export const DepthToSpace: GradientRule = ({ inputs, attrs, dy }) => ({
  x: () => {
    const { shape } = inputs['x']!;
    const block = attrs['blockSize'] as number;
    const [batch, height, width, depth] = dy[0]!.shape as [number, number, number, number];
    if (attrs['dataFormat'] === 'NCHW') {
      const split = tf.reshape(dy[0]!, [batch, height, width / block, block, depth / block, block]);
      return tf.reshape(tf.transpose(split, [0, 3, 5, 1, 2, 4]), shape);
    }
    const split = tf.reshape(dy[0]!, [batch, height / block, block, width / block, block, depth]);
    return tf.reshape(tf.transpose(split, [0, 1, 3, 2, 4, 5]), [
      batch,
      height / block,
      width / block,
      sizeOf([block, block, depth]),
    ]);
  },
});
