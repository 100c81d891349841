// Kernels that fold axes away: sums, extremes and their positions, and softmax, which is made of them.
// Sums and products run in float64 and are rounded once, in an order that depends on the shapes alone.
import { sizeOf, type NormalAttributes, type Shape } from '@lamella/program';
import { fold, map, reshape, splat, type View } from '../graph/graph.js';
import { exp, log } from '../loop/functions.js';
import type { Lanes, Value } from '../loop/lanes.js';
import type { FoldKind } from '../loop/loop.js';
import type { Kernel, KernelFamily } from './kernel.js';

function reduction(
  kind: FoldKind,
  body: (l: Lanes, x: Value) => Value,
  finish?: (l: Lanes, folded: Value, count: number) => Value,
): Kernel {
  return {
    lower: ({ inputs, attrs, outputs }) => {
      const x = inputs['x']!;
      const axes = attrs['axes'] as number[];
      const count = sizeOf(axes.map((axis) => x.shape[axis]!));
      const folded = fold(
        [x],
        axes,
        outputs[0]!.dtype,
        kind,
        (l, [value]) => body(l, value!),
        (l, value) => finish?.(l, value, count) ?? value,
      );
      return [reshape(folded, outputs[0]!.shape)];
    },
    supports: ({ inputs }) => sizeOf(inputs['x']!.shape) > 0,
  };
}

const asIs = (_: Lanes, x: Value): Value => x;
const inFloat64 = (l: Lanes, x: Value): Value => l.toF64(x);
const asNumber = (l: Lanes, x: Value): Value => (x.lane === 'mask' ? l.toI32(x) : x);
const divided = (l: Lanes, sum: Value, count: number): Value => l.div(sum, l.f64(count));

/** The position of the largest element (or smallest): the first, and the first at all when that is NaN. */
function positionOfExtreme(isLargest: boolean): Kernel {
  return {
    lower: ({ inputs, attrs }) => {
      const x = inputs['x']!;
      const axis = attrs['axis'] as number;
      const size = x.shape[axis]!;
      const value = (l: Lanes, element: Value): Value => {
        const number = isLargest ? l.toF64(element) : l.neg(l.toF64(element));
        return l.select(l.eq(number, number), number, l.f64(-Infinity));
      };
      // Every dtype survives float32 here: only equality with one of the elements counts, and integers go through int32.
      const isInt = x.node.dtype !== 'float32';
      const extreme = fold([x], [axis], isInt ? 'int32' : 'float32', 'max', (l, [element]) =>
        isInt ? sided(l, asNumber(l, element!), isLargest) : l.toF32(value(l, element!)),
      );
      const first = slice0(x, axis);
      const position = map(
        [kept(extreme, x.shape, axis), x, splat(0, 'int32')],
        'int32',
        (l, [most, element], at) => {
          const own = isInt ? sided(l, asNumber(l, element!), isLargest) : l.toF32(value(l, element!));
          return l.select(l.eq(own, most!), at.index(axis), l.i32(size));
        },
      );
      const found = fold([position], [axis], 'int32', 'min', (_, [index]) => index!);
      return [
        map([found, first], 'int32', (l, [index, start]) =>
          isInt ? index! : l.select(l.ne(start!, start!), l.i32(0), index!),
        ),
      ];
    },
    supports: ({ inputs }) => sizeOf(inputs['x']!.shape) > 0,
  };
}

function sided(l: Lanes, x: Value, isLargest: boolean): Value {
  // ~x turns the order of integers round without overflowing.
  return isLargest ? x : l.xor(x, l.i32(-1));
}

function slice0(view: View, axis: number): View {
  const without = <T>(list: readonly T[]): T[] => list.filter((_, i) => i !== axis);
  return { ...view, shape: without(view.shape), strides: without(view.strides) };
}

/** A folded result with the folded axis back, of size 1. */
function kept(view: View, shape: Shape, axis: number): View {
  return reshape(
    view,
    shape.map((size, i) => (i === axis ? 1 : size)),
  );
}

interface SoftmaxParts {
  readonly axis: number;
  readonly shifted: View;
}

function shifted(logits: View, attrs: NormalAttributes): SoftmaxParts {
  const axis = attrs['axis'] as number;
  const most = fold([logits], [axis], 'float32', 'max', (l, [x]) => l.toF32(x!));
  const difference = map([logits, kept(most, logits.shape, axis)], 'float32', (l, [x, m]) =>
    l.sub(l.toF32(x!), m!),
  );
  return { axis, shifted: difference };
}

function sum(view: View, axis: number): View {
  return fold([view], [axis], 'float32', 'sum', (l, [x]) => l.toF64(x!));
}

/** The kernels by name. */
export const reductionKernels: KernelFamily = {
  Sum: reduction('sum', inFloat64),
  Mean: reduction('sum', inFloat64, divided),
  Prod: reduction('product', inFloat64),
  Max: reduction('max', asNumber),
  Min: reduction('min', asNumber),
  All: reduction('all', asIs),
  Any: reduction('any', asIs),
  ArgMax: positionOfExtreme(true),
  ArgMin: positionOfExtreme(false),

  Softmax: {
    lower: ({ inputs, attrs }) => {
      const parts = shifted(inputs['logits']!, attrs);
      const powers = map([parts.shifted], 'float32', (l, [x]) => exp(l, l.toF64(x!)));
      const total = kept(sum(powers, parts.axis), powers.shape, parts.axis);
      return [map([powers, total], 'float32', (l, [x, s]) => l.div(x!, s!))];
    },
    supports: ({ outputs }) => sizeOf(outputs[0]!.shape) > 0,
  },
  LogSoftmax: {
    lower: ({ inputs, attrs }) => {
      const parts = shifted(inputs['logits']!, attrs);
      const powers = map([parts.shifted], 'float32', (l, [x]) => exp(l, l.toF64(x!)));
      const total = kept(sum(powers, parts.axis), powers.shape, parts.axis);
      return [map([parts.shifted, total], 'float32', (l, [x, s]) => l.sub(x!, l.toF32(log(l, l.toF64(s!)))))];
    },
    supports: ({ outputs }) => sizeOf(outputs[0]!.shape) > 0,
  },
};
