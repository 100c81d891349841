// What a Program becomes on its way to loops: nodes that compute element by element, fold, or join, and views of them.
// Movement (transposing, slicing, broadcasting) is a change of strides and costs nothing. Not here: fusing (groups.ts).
import { sameShape, sizeOf, type DType, type Shape } from '@lamella/program';
import type { Lanes, Value } from '../loop/lanes.js';
import type { Element, FoldKind } from '../loop/loop.js';

/** A node's elements in some order: the element at position p is at offset + sum of p[i] * strides[i]. Units: elements. */
export interface View {
  readonly node: Node;
  readonly shape: Shape;
  readonly offset: number;
  readonly strides: readonly number[];
}

/** What the body of a node is given beside its values. */
export interface Position {
  /** The position along an axis, int32. */
  index(axis: number): Value;
  /** The element of table number `table` that is `index` steps along its looked-up axis; `index` must be within bounds. */
  lookUp(table: number, index: Value): Value;
}

/** Computes one element. */
export type Body = (l: Lanes, values: readonly Value[], position: Position) => Value;

/** A view whose elements are found by computed indices: `stride` is the looked-up axis', elsewhere the view broadcasts. */
export interface Table {
  readonly view: View;
  readonly stride: number;
}

interface NodeParts {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Elements that lie in memory before the loops run; `element` says how. */
export interface SourceNode extends NodeParts {
  readonly kind: 'source';
  readonly element: Element;
}

/** One value everywhere, written into the code. */
export interface SplatNode extends NodeParts {
  readonly kind: 'splat';
  readonly value: number;
}

/** Each element from the elements at the same position of its inputs, all of the node's shape. */
export interface MapNode extends NodeParts {
  readonly kind: 'map';
  readonly inputs: readonly View[];
  readonly tables: readonly Table[];
  readonly body: Body;
}

/** Each element from all elements along `axes` of its inputs, all of shape `domain`; the other axes make the shape. */
export interface FoldNode extends NodeParts {
  readonly kind: 'fold';
  readonly inputs: readonly View[];
  readonly domain: Shape;
  readonly axes: readonly number[];
  readonly fold: FoldKind;
  readonly body: Body;
  readonly finish: (l: Lanes, folded: Value) => Value;
}

/** Parts written one after the other into regions of the node, over an optional filling. */
export interface JoinNode extends NodeParts {
  readonly kind: 'join';
  readonly filling?: number;
  readonly parts: readonly { readonly view: View; readonly offset: number }[];
}

export type Node = SourceNode | SplatNode | MapNode | FoldNode | JoinNode;

/** The strides of elements that lie row after row. */
export function rowMajor(shape: Shape): number[] {
  const strides: number[] = [];
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** A node as it lies. */
export function whole(node: Node): View {
  return { node, shape: node.shape, offset: 0, strides: rowMajor(node.shape) };
}

/** Whether a view shows its node's elements, all of them, in the order in which they lie, whatever the shape. */
export function isWhole(view: View): boolean {
  const { node, shape, offset, strides } = view;
  if (offset !== 0 || sizeOf(shape) !== sizeOf(node.shape)) return false;
  const expected = rowMajor(shape);
  return shape.every((size, axis) => size === 1 || strides[axis] === expected[axis]);
}

/** One value everywhere. */
export function splat(value: number, dtype: DType, shape: Shape = []): View {
  return whole({ kind: 'splat', value, dtype, shape });
}

/** A view stretched to a shape it broadcasts to. */
export function broadcast(view: View, shape: Shape): View {
  const added = shape.length - view.shape.length;
  const strides = shape.map((_, axis) =>
    axis < added || view.shape[axis - added] === 1 ? 0 : view.strides[axis - added]!,
  );
  return { ...view, shape, strides };
}

/** The common shape of views that broadcast against each other. */
export function broadcastShape(views: readonly View[]): Shape {
  const rank = Math.max(0, ...views.map((view) => view.shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = views.map(({ shape }) => shape[axis - rank + shape.length] ?? 1);
    return sizes.find((size) => size !== 1) ?? 1;
  });
}

/** The axes in another order. */
export function transpose(view: View, order: readonly number[]): View {
  return {
    ...view,
    shape: order.map((axis) => view.shape[axis]!),
    strides: order.map((axis) => view.strides[axis]!),
  };
}

/** A box of a view; `steps` other than 1 skip elements or, below 0, go backwards from `begin`. */
export function slice(
  view: View,
  begin: readonly number[],
  shape: Shape,
  steps: readonly number[] = shape.map(() => 1),
): View {
  const offset = begin.reduce((sum, start, axis) => sum + start * view.strides[axis]!, view.offset);
  return { ...view, shape, offset, strides: view.strides.map((stride, axis) => stride * steps[axis]!) };
}

/** The same elements in the same order in another shape; copied where strides cannot say that. */
export function reshape(view: View, shape: Shape): View {
  if (sameShape(view.shape, shape)) return view;
  const kept = view.shape.flatMap((size, axis) => (size === 1 ? [] : [axis]));
  const wanted = shape.filter((size) => size !== 1);
  if (
    sameShape(
      kept.map((axis) => view.shape[axis]!),
      wanted,
    )
  ) {
    let next = 0;
    const strides = shape.map((size) => (size === 1 ? 0 : view.strides[kept[next++]!]!));
    return { ...view, shape, strides };
  }
  if (view.node.kind === 'splat') return { ...view, shape, strides: shape.map(() => 0) };
  const expected = rowMajor(view.shape);
  const isRowMajor = view.shape.every((size, axis) => size === 1 || view.strides[axis] === expected[axis]);
  return isRowMajor ? { ...view, shape, strides: rowMajor(shape) } : reshape(copy(view), shape);
}

/** The elements of a view as a node of their own. */
export function copy(view: View): View {
  return map([view], view.node.dtype, (_, [x]) => x!);
}

/** Computes element by element; inputs broadcast. */
export function map(
  inputs: readonly View[],
  dtype: DType,
  body: Body,
  shape: Shape = broadcastShape(inputs),
  tables: readonly Table[] = [],
): View {
  const views = inputs.map((input) => broadcast(input, shape));
  return whole({
    kind: 'map',
    inputs: views,
    tables,
    dtype,
    shape,
    body: (l, values, position) => l.to(dtype, body(l, values, position)),
  });
}

/** Folds the `axes` of the common shape of the inputs away. */
export function fold(
  inputs: readonly View[],
  axes: readonly number[],
  dtype: DType,
  kind: FoldKind,
  body: Body,
  finish: (l: Lanes, folded: Value) => Value = (_, folded) => folded,
): View {
  const domain = broadcastShape(inputs);
  return whole({
    kind: 'fold',
    inputs: inputs.map((input) => broadcast(input, domain)),
    domain,
    axes,
    fold: kind,
    dtype,
    shape: domain.filter((_, axis) => !axes.includes(axis)),
    body,
    finish: (l, folded) => l.to(dtype, finish(l, folded)),
  });
}

/** Parts at positions of a new node; `filling` is what is between them, where anything is. */
export function join(
  shape: Shape,
  dtype: DType,
  parts: readonly { readonly view: View; readonly begin: readonly number[] }[],
  filling?: number,
): View {
  const strides = rowMajor(shape);
  return whole({
    kind: 'join',
    shape,
    dtype,
    ...(filling !== undefined && { filling }),
    parts: parts.map(({ view, begin }) => ({
      view,
      offset: begin.reduce((sum, start, axis) => sum + start * strides[axis]!, 0),
    })),
  });
}

/** The views that a node reads. */
export function inputsOf(node: Node): readonly View[] {
  switch (node.kind) {
    case 'map':
      return [...node.inputs, ...node.tables.map(({ view }) => view)];
    case 'fold':
      return node.inputs;
    case 'join':
      return node.parts.map(({ view }) => view);
    default:
      return [];
  }
}
