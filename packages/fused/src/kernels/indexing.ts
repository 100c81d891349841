// Kernels that look elements up or place them by computed positions.
// As in all Programs, an index below 0 counts from the end, and one out of bounds gives NaN (0 for integers and booleans).
import { sizeOf } from '@lamella/program';
import { fold, map, type View } from '../graph/graph.js';
import type { Lanes, Value } from '../loop/lanes.js';
import { numberOf, type KernelFamily } from './kernel.js';

/** Sums by comparing every position with every segment: for small work only. */
const mostComparisons = 2 ** 20;

function isWithin(l: Lanes, index: Value, size: number): Value {
  return l.and(l.le(l.i32(0), index), l.lt(index, l.i32(size)));
}

/** A view with new axes of stride 0 put in at `at`. */
function insertAxes(view: View, at: number, sizes: readonly number[]): View {
  const inserted = (list: readonly number[], items: readonly number[]): number[] => [
    ...list.slice(0, at),
    ...items,
    ...list.slice(at),
  ];
  return {
    ...view,
    shape: inserted(view.shape, sizes),
    strides: inserted(
      view.strides,
      sizes.map(() => 0),
    ),
  };
}

/** The kernels by name. */
export const indexingKernels: KernelFamily = {
  OneHot: {
    lower: ({ inputs, attrs, outputs }) => {
      const indices = inputs['indices']!;
      const { shape, dtype } = outputs[0]!;
      const axis = shape.length - 1;
      const on = numberOf(attrs, 'onValue', 1);
      const off = numberOf(attrs, 'offValue', 0);
      return [
        map(
          [insertAxes(indices, axis, [1])],
          dtype,
          (l, [index], at) => l.select(l.eq(index!, at.index(axis)), l.f64(on), l.f64(off)),
          shape,
        ),
      ];
    },
  },
  GatherV2: {
    lower: ({ inputs, attrs, outputs }) => {
      const x = inputs['x']!;
      const indices = inputs['indices']!;
      const axis = attrs['axis'] as number;
      const { shape, dtype } = outputs[0]!;
      const size = x.shape[axis]!;
      const without = (list: readonly number[]): number[] => list.filter((_, i) => i !== axis);
      const table = insertAxes(
        { ...x, shape: without(x.shape), strides: without(x.strides) },
        axis,
        indices.shape,
      );
      const after = x.shape.slice(axis + 1).map(() => 1);
      const positions = insertAxes(indices, indices.shape.length, after);
      return [
        map(
          [positions],
          dtype,
          (l, [given], at) => {
            const index = l.select(l.lt(given!, l.i32(0)), l.add(given!, l.i32(size)), given!);
            const isFound = isWithin(l, index, size);
            const element = at.lookUp(0, l.select(isFound, index, l.i32(0)));
            const nothing = l.constant(element.lane, element.lane === 'f32' ? NaN : 0);
            return l.select(isFound, element, nothing);
          },
          shape,
          [{ view: table, stride: x.strides[axis]! }],
        ),
      ];
    },
    supports: ({ inputs, attrs, outputs }) =>
      attrs['batchDims'] === 0 && sizeOf(inputs['x']!.shape) > 0 && sizeOf(outputs[0]!.shape) > 0,
  },
  UnsortedSegmentSum: {
    lower: ({ inputs, outputs }) => {
      const x = inputs['x']!;
      const ids = inputs['segmentIds']!;
      const { shape, dtype } = outputs[0]!;
      const segments = map([], 'int32', (_, __, at) => at.index(0), [shape[0]!]);
      const rest = x.shape.slice(1).map(() => 1);
      const ofSegment = insertAxes(segments, 1, [1, ...rest]);
      return [
        fold(
          [ofSegment, insertAxes(insertAxes(ids, 1, rest), 0, [1]), insertAxes(x, 0, [1])],
          [1],
          dtype,
          'sum',
          (l, [segment, id, value]) => l.select(l.eq(segment!, id!), l.toF64(value!), l.f64(0)),
        ),
      ];
    },
    supports: ({ inputs, outputs }) =>
      inputs['segmentIds']!.shape.length === 1 &&
      sizeOf(inputs['x']!.shape) > 0 &&
      sizeOf(inputs['x']!.shape) * outputs[0]!.shape[0]! <= mostComparisons,
  },
  Range: {
    lower: ({ attrs, outputs }) => {
      const { shape, dtype } = outputs[0]!;
      const start = numberOf(attrs, 'start', 0);
      const step = numberOf(attrs, 'step', 1);
      return [
        map([], dtype, (l, _, at) => l.add(l.f64(start), l.mul(l.toF64(at.index(0)), l.f64(step))), shape),
      ];
    },
    supports: ({ attrs }) => numberOf(attrs, 'stop', 0) >= numberOf(attrs, 'start', 0),
  },
};
