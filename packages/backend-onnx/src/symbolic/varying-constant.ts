// Constants that differ with the unknown sizes, as the graph can compute them: numbers that are polynomials of the sizes,
// one value or one row spread over a shape, whole numbers counted up, and the identity matrix.
import {
  arrayOver,
  bytesPerElement,
  fitPolynomial,
  isPolynomial,
  numbersOf,
  sizeOf,
  type Size,
} from '@lamella/program';
import type { ElementType, OnnxTensor } from '../model/onnx-model.js';
import { elementTypes } from '../model/onnx-model.js';
import type { SizeExpressions } from './size-expressions.js';

type Points = readonly (readonly number[])[];

/** A constant of fixed shape is computed element by element up to this many. */
const mostElements = 64;

/** The name of the constant that has the values of `tensors` at `points`, or undefined where it follows them in no such way. */
export function varyingConstant(
  tensors: readonly OnnxTensor[],
  points: Points,
  sizes: SizeExpressions,
): string | undefined {
  const { type } = tensors[0]!;
  const shape = fitList(
    tensors.map((tensor) => tensor.shape),
    points,
  );
  if (shape === undefined) return undefined;
  const values = tensors.map(elementsOf);
  if (!shape.some(isPolynomial)) return ofFixedShape(values, shape as number[], type, points, sizes);
  return (
    splat(values, shape, type, points, sizes) ??
    repeated(tensors, values, shape, type, sizes) ??
    counted(values, shape, type, sizes) ??
    identity(values, shape, type, points, sizes)
  );
}

/** The sizes in a list of numbers at each point, or undefined where its length or an entry follows them in no simple way. */
export function fitList(lists: readonly (readonly number[])[], points: Points): Size[] | undefined {
  if (lists.some((list) => list.length !== lists[0]!.length)) return undefined;
  const fitted = lists[0]!.map((_, i) =>
    fitPolynomial(
      lists.map((list) => list[i]!),
      points,
    ),
  );
  return fitted.some((size) => size === undefined) ? undefined : (fitted as Size[]);
}

/** A tensor's elements as numbers. */
export function elementsOf({ type, bytes }: OnnxTensor): number[] {
  const { buffer } = bytes.slice();
  const data =
    type === 'int64'
      ? new BigInt64Array(buffer)
      : arrayOver(type, buffer, 0, bytes.length / bytesPerElement(type));
  return Array.from(numbersOf(data, type));
}

function ofFixedShape(
  values: readonly number[][],
  shape: readonly number[],
  type: ElementType,
  points: Points,
  sizes: SizeExpressions,
): string | undefined {
  if (values[0]!.length > mostElements) return undefined;
  const fitted = fitList(values, points);
  if (fitted === undefined) return undefined;
  if (shape.length === 0) return sizes.scalar(fitted[0]!, type);
  // What is no whole number cannot be in a list of sizes.
  if (fitted.some((size) => !isPolynomial(size) && !Number.isInteger(size))) return undefined;
  const { graph } = sizes;
  const list = sizes.vector(fitted);
  const shaped = shape.length === 1 ? list : graph.reshape(list, shape);
  return type === 'int64' ? shaped : graph.cast(shaped, type);
}

/** One value everywhere. */
function splat(
  values: readonly number[][],
  shape: readonly Size[],
  type: ElementType,
  points: Points,
  sizes: SizeExpressions,
): string | undefined {
  if (values.some((list) => list.some((value) => !Object.is(value, list[0])))) return undefined;
  const value = fitPolynomial(
    values.map((list) => list[0]!),
    points,
  );
  if (value === undefined) return undefined;
  return sizes.graph.op('Expand', [sizes.scalar(value, type), sizes.vector(shape)]);
}

/** The same along every axis whose size is unknown. */
function repeated(
  tensors: readonly OnnxTensor[],
  values: readonly number[][],
  shape: readonly Size[],
  type: ElementType,
  sizes: SizeExpressions,
): string | undefined {
  const kept = shape.map((size) => (isPolynomial(size) ? 1 : size));
  const pattern = new Array<number>(sizeOf(kept));
  const isRepeated = tensors.every((tensor, point) =>
    values[point]!.every((value, index) => {
      const place = placeIn(kept, tensor.shape, index);
      pattern[place] ??= value;
      return Object.is(pattern[place], value);
    }),
  );
  if (!isRepeated) return undefined;
  return sizes.graph.op('Expand', [sizes.graph.tensor(pattern, kept, type), sizes.vector(shape)]);
}

/** Where the element `index` of a tensor of `shape` lies in one of shape `kept`, whose other axes have size 1. */
function placeIn(kept: readonly number[], shape: readonly number[], index: number): number {
  let rest = index;
  let place = 0;
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const position = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
    if (kept[axis] === shape[axis]) place += position * stride;
    stride *= kept[axis]!;
  }
  return place;
}

/** Whole numbers in equal steps, as many as the shape has elements. */
function counted(
  values: readonly number[][],
  shape: readonly Size[],
  type: ElementType,
  sizes: SizeExpressions,
): string | undefined {
  const [start, second] = values[0]! as [number, number];
  const step = second - start;
  if (!Number.isInteger(start) || !Number.isInteger(step) || type === 'bool') return undefined;
  if (values.some((list) => list.some((value, i) => value !== start + i * step))) return undefined;
  const { graph } = sizes;
  const count = graph.op('ReduceProd', [sizes.vector(shape)], { keepdims: 0 });
  const whole = graph.op('Range', [graph.scalar(0, 'int64'), count, graph.scalar(1, 'int64')]);
  const scaled = step === 1 ? whole : graph.op('Mul', [whole, graph.scalar(step, 'int64')]);
  const moved = start === 0 ? scaled : graph.op('Add', [scaled, graph.scalar(start, 'int64')]);
  const list = type === 'int64' ? moved : graph.cast(moved, type);
  return shape.length === 1 ? list : graph.op('Reshape', [list, sizes.vector(shape)]);
}

/** Ones on the diagonal of a square matrix, zeros elsewhere; of any shape with as many elements. */
function identity(
  values: readonly number[][],
  shape: readonly Size[],
  type: ElementType,
  points: Points,
  sizes: SizeExpressions,
): string | undefined {
  const edges = values.map((list) => Math.sqrt(list.length));
  const edge = edges.every(Number.isInteger) ? fitPolynomial(edges, points) : undefined;
  if (edge === undefined) return undefined;
  if (values.some((list, p) => list.some((value, i) => value !== Number(i % (edges[p]! + 1) === 0))))
    return undefined;
  const { graph } = sizes;
  const zeros = graph.op('Expand', [graph.scalar(0), sizes.vector([edge, edge])]);
  const matrix = graph.op('EyeLike', [zeros], { dtype: elementTypes.float32 });
  const typed = type === 'float32' ? matrix : graph.cast(matrix, type);
  return graph.op('Reshape', [typed, sizes.vector(shape)]);
}
