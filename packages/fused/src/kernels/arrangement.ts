// Kernels that move elements about. Most only change how elements are counted; Concat, Pack, PadV2 and Tile write anew.
import type { NormalAttributes, Shape } from '@lamella/program';
import { broadcast, join, reshape, slice, splat, transpose, type View } from '../graph/graph.js';
import { numberOf, type Kernel, type KernelFamily } from './kernel.js';

function view(lower: (x: View, attrs: NormalAttributes, shape: Shape) => View, name = 'x'): Kernel {
  return { lower: ({ inputs, attrs, outputs }) => [lower(inputs[name]!, attrs, outputs[0]!.shape)] };
}

function concatenate(views: readonly View[], axis: number, shape: Shape): View {
  let start = 0;
  const parts = views.map((part) => {
    const begin = shape.map((_, i) => (i === axis ? start : 0));
    start += part.shape[axis]!;
    return { view: part, begin };
  });
  return join(shape, views[0]!.node.dtype, parts);
}

function withAxis(x: View, axis: number): View {
  return reshape(x, [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)]);
}

/** Parts along an axis, one after the other, of the outputs' sizes. */
function split(x: View, axis: number, sizes: readonly number[]): View[] {
  let start = 0;
  return sizes.map((size) => {
    const begin = x.shape.map((_, i) => (i === axis ? start : 0));
    start += size;
    return slice(
      x,
      begin,
      x.shape.map((whole, i) => (i === axis ? size : whole)),
    );
  });
}

/** The kernels by name. */
export const arrangementKernels: KernelFamily = {
  Reshape: view((x, _, shape) => reshape(x, shape)),
  ExpandDims: view((x, _, shape) => reshape(x, shape), 'input'),
  Transpose: view((x, attrs) => transpose(x, attrs['perm'] as number[])),
  BroadcastTo: view((x, _, shape) => broadcast(x, shape)),
  Reverse: view((x, attrs) => {
    const axes = attrs['axes'] as number[];
    const isReversed = x.shape.map((_, axis) => axes.includes(axis));
    return slice(
      x,
      x.shape.map((size, axis) => (isReversed[axis] ? size - 1 : 0)),
      x.shape,
      isReversed.map((reversed) => (reversed ? -1 : 1)),
    );
  }),
  Slice: view((x, attrs, shape) => {
    return slice(x, attrs['begin'] as number[], shape);
  }),
  Tile: view((x, _, shape) => {
    // [a, b] tiled is [ra, a, rb, b], where the new axes repeat.
    const apart = x.shape.flatMap((size) => [1, size]);
    const repeated = x.shape.flatMap((size, axis) => [size === 0 ? 0 : shape[axis]! / size, size]);
    return reshape(broadcast(reshape(x, apart), repeated), shape);
  }),
  Concat: {
    lower: ({ inputs, attrs, outputs }) => {
      const { shape } = outputs[0]!;
      return [concatenate(Object.values(inputs), attrs['axis'] as number, shape)];
    },
  },
  Pack: {
    lower: ({ inputs, attrs, outputs }) => {
      const { shape } = outputs[0]!;
      const axis = attrs['axis'] as number;
      return [
        concatenate(
          Object.values(inputs).map((part) => withAxis(part, axis)),
          axis,
          shape,
        ),
      ];
    },
  },
  Unpack: {
    lower: ({ inputs, attrs, outputs }) => {
      const x = inputs['value']!;
      const axis = attrs['axis'] as number;
      return split(
        x,
        axis,
        outputs.map(() => 1),
      ).map((part) => reshape(part, outputs[0]!.shape));
    },
  },
  SplitV: {
    lower: ({ inputs, attrs, outputs }) => {
      const x = inputs['x']!;
      const axis = attrs['axis'] as number;
      return split(
        x,
        axis,
        outputs.map(({ shape }) => shape[axis]!),
      );
    },
  },
  PadV2: {
    lower: ({ inputs, attrs, outputs }) => {
      const x = inputs['x']!;
      const before = (attrs['paddings'] as readonly (readonly number[])[]).map(([first]) => first!);
      return [
        join(
          outputs[0]!.shape,
          outputs[0]!.dtype,
          [{ view: x, begin: before }],
          numberOf(attrs, 'constantValue', 0),
        ),
      ];
    },
    supports: ({ attrs }) =>
      (attrs['paddings'] as readonly (readonly number[])[]).flat().every((n) => n >= 0),
  },
  Fill: {
    lower: ({ attrs, outputs }) => [
      splat(numberOf(attrs, 'value', Number(attrs['value'])), outputs[0]!.dtype, outputs[0]!.shape),
    ],
  },
  /** Kept for `tf.customGrad`; forward it is the identity. */
  CustomGradient: view((x) => x, 'value'),
};
