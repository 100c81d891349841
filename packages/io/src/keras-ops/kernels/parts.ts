// Parts of tensors: slices, rows by number, the largest ones; and numbers as positions.
import type { SymbolicTensor } from '@lamella/core';
import { isPolynomial, sameSize, sizeOf, sumOfSizes, type Size } from '@lamella/program';
import type { KernelCall, KernelRule } from '../kernel-call.js';
import { float, integer, numberOperand, slice, type Argument } from '../value.js';

/** A place on an axis as Python says it: from the end, where it follows the axis' size. */
function place(call: KernelCall, at: Size, size: Size): number | null {
  if (sameSize(at, size)) return null;
  if (!isPolynomial(at)) return at;
  const fromEnd = sumOfSizes(at, size, -1);
  if (isPolynomial(fromEnd) || fromEnd > 0) throw call.fail('a slice whose ends follow the batch');
  return fromEnd;
}

export const Slice: KernelRule = (call) => {
  const x = call.tensor('x');
  const { shape: sizes } = call.type('x');
  const begin = call.sizes('begin');
  const key = sizes.map((size, axis): Argument => {
    const from = begin[axis] ?? 0;
    const length = call.output.shape[axis]!;
    if (sameSize(length, size)) return slice(null, null);
    const start = place(call, from, size);
    return slice(start === 0 ? null : start, place(call, sumOfSizes(from, length), size));
  });
  return call.apply('GetItem', [x, key]);
};

/** tfjs' masks say which bounds are left out and which parts of the key add or drop an axis. */
export const StridedSlice: KernelRule = (call) => {
  const [begin, end, strides] = [call.sizes('begin'), call.sizes('end'), call.integers('strides')];
  const has = (mask: string, i: number): boolean => ((call.attribute<number>(mask, 0) >> i) & 1) === 1;
  const added = begin.filter((_, i) => has('newAxisMask', i)).length;
  const { shape: sizes } = call.type('x');
  let axis = 0;
  const key = begin.map((_, i): Argument => {
    if (has('ellipsisMask', i)) {
      axis += sizes.length - (begin.length - 1 - added);
      return { kind: 'ellipsis' };
    }
    if (has('newAxisMask', i)) return { kind: 'plain', value: null };
    const size = sizes[axis++]!;
    const from = place(call, begin[i]!, size);
    if (has('shrinkAxisMask', i)) return integer(from!);
    const start = has('beginMask', i) || (from === 0 && strides[i]! > 0) ? null : from;
    return slice(
      start,
      has('endMask', i) ? null : place(call, end[i]!, size),
      strides[i] === 1 ? null : strides[i]!,
    );
  });
  return call.apply('GetItem', [call.tensor('x'), key]);
};

export const SplitV: KernelRule = (call) => {
  const { axis } = call;
  const lengths = call.outputs.map(({ shape }) => shape[axis]!);
  if (lengths.some(isPolynomial)) throw call.fail('a split of the batch');
  let edge = 0;
  const edges = (lengths as number[]).slice(0, -1).map((length) => (edge += length));
  if (edges.length === 0) return call.tensor('x');
  return call.writer.applyAll('Split', [call.tensor('x')], { indices_or_sections: edges, axis });
};

export const Unpack: KernelRule = (call) =>
  call.writer.applyAll('Unstack', [call.tensor('value')], {
    num: call.outputs.length,
    axis: call.axis,
  });

export const GatherV2: KernelRule = (call) => {
  const batchDims = call.normal['batchDims'] as number;
  if (batchDims !== 0) return gatherEach(call, batchDims);
  return call.apply('Take', [call.argument('x'), call.argument('indices')], { axis: call.axis });
};

/** Rows by numbers of their own for each element of the batch: rows of all elements in one, the numbers moved on. */
function gatherEach(call: KernelCall, batchDims: number): SymbolicTensor {
  const [batch, rows, ...rest] = call.type('x').shape;
  const inner = call.type('indices').shape.slice(1);
  const isOpen = [rows!, ...rest, ...inner].some(isPolynomial);
  if (batchDims !== 1 || call.axis !== 1 || isOpen)
    throw call.fail('rows by number, with numbers of their own for each of several axes (batchDims)');
  const numbers = call.writer.positions(batch!);
  const offsets = call.apply('Reshape', [call.apply('Multiply', [numbers, integer(rows as number)])], {
    newshape: [-1, ...inner.map(() => 1)],
  });
  const all = call.apply('Reshape', [call.tensor('x')], { newshape: [-1, ...(rest as number[])] });
  return call.apply('Take', [all, call.apply('Add', [call.argument('indices'), offsets])], { axis: 0 });
}

/** Elements by places of several numbers: all of them in a row, by one number each. */
export const GatherNd: KernelRule = (call) => {
  const depth = call.type('indices').shape.at(-1)!;
  const { shape: sizes } = call.type('params');
  if (isPolynomial(depth) || depth === 0) throw call.fail('elements by places of no known number');
  const [axes, rest] = [sizes.slice(0, depth), sizes.slice(depth)];
  if ([...axes.slice(1), ...rest].some(isPolynomial)) throw call.fail('elements by places on unknown axes');
  const strides = axes.map((_, i) => sizeOf(axes.slice(i + 1) as number[]));
  const weights = call.writer.inline({ shape: [depth], dtype: 'int32', data: Int32Array.from(strides) });
  const rows = call.apply('Sum', [call.apply('Multiply', [call.tensor('indices'), weights])], {
    axis: call.rank('indices') - 1,
    keepdims: false,
  });
  const flat = call.apply('Reshape', [call.tensor('params')], { newshape: [-1, ...(rest as number[])] });
  return call.apply('Take', [flat, rows], { axis: 0 });
};

export const OneHot: KernelRule = (call) => {
  const { dtype } = call.output;
  const [on, off] = [call.attribute<number>('onValue', 1), call.attribute<number>('offValue', 0)];
  const depth = call.output.shape.at(-1)!;
  if (isPolynomial(depth)) throw call.fail('as many classes as the batch is large');
  const hot = (as: string): SymbolicTensor =>
    call.apply('OneHot', [call.tensor('indices')], { num_classes: depth, axis: -1, dtype: as });
  if (on === 1 && off === 0) return hot(dtype);
  return call.apply('Where', [hot('bool'), numberOperand(on, dtype), numberOperand(off, dtype)]);
};

export const TopK: KernelRule = (call) =>
  call.writer.applyAll('TopK', [call.tensor('x')], {
    k: call.attribute<number>('k', 1),
    sorted: call.attribute('sorted', true),
  });

/** A vector on the diagonal of a matrix. */
export const Diag: KernelRule = (call) => {
  const [size] = call.type('x').shape;
  if (call.rank('x') !== 1 || size === undefined || isPolynomial(size))
    throw call.fail('a diagonal of a tensor that is no vector of known size');
  const rows = call.apply('ExpandDims', [call.tensor('x')], { axis: 1 });
  const zero = call.output.dtype === 'float32' ? float(0) : integer(0);
  const eye = call.writer.inline({
    shape: [size, size],
    dtype: 'bool',
    data: Uint8Array.from({ length: size * size }, (_, i) => Number(i % (size + 1) === 0)),
  });
  return call.apply('Where', [eye, rows, zero]);
};
