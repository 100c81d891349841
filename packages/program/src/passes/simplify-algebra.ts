// Rewrites that make the work smaller and keep every bit: chains of reshapes and transposes, reductions over axes of size
// one, and broadcasts, which are pushed towards the end until the kernel that reads them does the broadcasting itself.
import type { ReductionAttributes } from '../kernels/reductions.js';
import { broadcastShapes } from '../kernel-rules/broadcast.js';
import { attributesOf, traitsOf } from '../kernels.js';
import type { Program, ProgramNode, ValueId, ValueType } from '../program.js';
import { broadcastable, sameShape, sizeOf, type Shape } from '../shape.js';
import { rewrite, sameType, type Rewriter } from './rewriter.js';

/** The same Program with less work for the same bits. */
export function simplifyAlgebra(program: Program): Program {
  return rewrite(program, (node, rewriter) => {
    const id = ruleFor(node)?.(node, rewriter);
    return id === undefined ? undefined : [id];
  });
}

type Rule = (node: ProgramNode, rewriter: Rewriter) => ValueId | undefined;

function ruleFor({ kernel }: ProgramNode): Rule | undefined {
  const { elementWise, moves, reduces } = traitsOf(kernel);
  if (moves === 'shape') return mergeReshapes;
  if (kernel === 'Transpose') return mergeTransposes;
  if (reduces) return reduceNothing;
  return elementWise === 'binary'
    ? simplifyBroadcasting
    : elementWise === 'unary'
      ? sinkBroadcast
      : undefined;
}

function reshape(origin: ProgramNode, x: ValueId, type: ValueType, rewriter: Rewriter): ValueId {
  if (sameType(rewriter.type(x), type)) return x;
  return rewriter.addNode(origin, 'Reshape', { x }, { shape: type.shape }, type);
}

/** A reshape of a reshape is one reshape. */
function mergeReshapes(node: ProgramNode, rewriter: Rewriter): ValueId | undefined {
  const inner = rewriter.producer(node.inputs['x'] ?? node.inputs['input']!);
  if (inner === undefined || traitsOf(inner.kernel).moves !== 'shape') return undefined;
  return reshape(
    node,
    inner.inputs['x'] ?? inner.inputs['input']!,
    rewriter.type(node.outputs[0]!),
    rewriter,
  );
}

/** A transpose of a transpose is one transpose; one that moves only axes of size one is a reshape. */
function mergeTransposes(node: ProgramNode, rewriter: Rewriter): ValueId | undefined {
  const x = node.inputs['x']!;
  const perm = node.attrs['perm'] as readonly number[];
  const type = rewriter.type(node.outputs[0]!);
  const inner = rewriter.producer(x);
  if (inner?.kernel === 'Transpose') {
    const first = inner.attrs['perm'] as readonly number[];
    const both = perm.map((axis) => first[axis]!);
    return rewriter.addNode(
      node,
      'Transpose',
      { x: inner.inputs['x']! },
      { ...node.attrs, perm: both },
      type,
    );
  }
  const { shape } = rewriter.type(x);
  const wide = perm.filter((axis) => shape[axis] !== 1);
  const isOrdered = wide.every((axis, i) => i === 0 || axis > wide[i - 1]!);
  return isOrdered ? reshape(node, x, type, rewriter) : undefined;
}

/** A reduction over axes of size one only drops them. */
function reduceNothing(node: ProgramNode, rewriter: Rewriter): ValueId | undefined {
  const x = node.inputs['x']!;
  const from = rewriter.type(x);
  const type = rewriter.type(node.outputs[0]!);
  const { axes } = attributesOf<ReductionAttributes>(node, (id) => rewriter.type(id));
  if (from.dtype !== type.dtype || axes.some((axis) => from.shape[axis] !== 1)) return undefined;
  return reshape(node, x, type, rewriter);
}

/** The input of a `Tile` that only broadcasts: of the same rank, with ones where the copies are. */
function broadcastSource(id: ValueId, rewriter: Rewriter): ValueId | undefined {
  const tile = rewriter.producer(id);
  if (tile?.kernel !== 'Tile') return undefined;
  const reps = tile.attrs['reps'] as readonly number[];
  const { shape } = rewriter.type(tile.inputs['x']!);
  return reps.every((rep, axis) => rep === 1 || shape[axis] === 1) ? tile.inputs['x'] : undefined;
}

function tileTo(origin: ProgramNode, x: ValueId, type: ValueType, rewriter: Rewriter): ValueId {
  const { shape } = rewriter.type(x);
  return rewriter.addNode(
    origin,
    'Tile',
    { x },
    { reps: type.shape.map((size, axis) => (shape[axis] === size ? 1 : size)) },
    type,
  );
}

function simplifyBroadcasting(node: ProgramNode, rewriter: Rewriter): ValueId | undefined {
  return spreadOnes(node, rewriter) ?? useSources(node, rewriter);
}

/** A product with ones that are larger than the other factor copies that factor. */
function spreadOnes(node: ProgramNode, rewriter: Rewriter): ValueId | undefined {
  if (node.kernel !== 'Multiply') return undefined;
  const { a, b } = node.inputs as { a: ValueId; b: ValueId };
  const x = rewriter.splat(b) === 1 ? a : rewriter.splat(a) === 1 ? b : undefined;
  const type = rewriter.type(node.outputs[0]!);
  if (
    x === undefined ||
    rewriter.splat(x) !== undefined ||
    rewriter.type(x).dtype !== type.dtype ||
    sizeOf(type.shape) === 0
  )
    return undefined;
  const { shape } = rewriter.type(x);
  if (sameShape(shape, type.shape)) return undefined;
  const padded = [...Array.from({ length: type.shape.length - shape.length }, () => 1), ...shape];
  return tileTo(node, reshape(node, x, { shape: padded, dtype: type.dtype }, rewriter), type, rewriter);
}

/** Reads the sources of broadcasts, and scalars for tensors of one number, and broadcasts the result where it must be. */
function useSources(node: ProgramNode, rewriter: Rewriter): ValueId | undefined {
  const { a, b } = node.inputs as { a: ValueId; b: ValueId };
  const type = rewriter.type(node.outputs[0]!);
  if (sizeOf(type.shape) <= 1) return undefined;
  const sourceA = smaller(a, rewriter);
  const sourceB = smaller(b, rewriter);
  const choices: [ValueId, ValueId][] = [
    [a, sourceB],
    [sourceA, b],
  ];
  for (const [p, q] of choices) {
    if ((p === a && q === b) || !gives(p, q, type.shape, rewriter)) continue;
    return rewriter.addNode(node, node.kernel, { a: p, b: q }, node.attrs, type);
  }
  if (sourceA === a && sourceB === b) return undefined;
  const { shape: shapeA } = rewriter.type(sourceA);
  const { shape: shapeB } = rewriter.type(sourceB);
  if (!broadcastable(shapeA, shapeB)) return undefined;
  const shape = broadcastShapes(node.kernel, shapeA, shapeB);
  if (shape.length !== type.shape.length || sizeOf(shape) >= sizeOf(type.shape)) return undefined;
  const small = rewriter.addNode(node, node.kernel, { a: sourceA, b: sourceB }, node.attrs, {
    shape,
    dtype: type.dtype,
  });
  return tileTo(node, small, type, rewriter);
}

/** A scalar for a larger tensor of one number, the source of a broadcast, or the value itself. */
function smaller(id: ValueId, rewriter: Rewriter): ValueId {
  const { shape, dtype } = rewriter.type(id);
  const splat = shape.length === 0 || sizeOf(shape) === 0 ? undefined : rewriter.splat(id);
  if (splat !== undefined && dtype !== 'bool') {
    return rewriter.addConstant(dtype === 'float32' ? Float32Array.of(splat) : Int32Array.of(splat), {
      shape: [],
      dtype,
    });
  }
  return broadcastSource(id, rewriter) ?? id;
}

function gives(a: ValueId, b: ValueId, shape: Shape, rewriter: Rewriter): boolean {
  const p = rewriter.type(a).shape;
  const q = rewriter.type(b).shape;
  return broadcastable(p, q) && sameShape(broadcastShapes('', p, q), shape);
}

/** An element-wise kernel of copies is copies of the kernel's result. */
function sinkBroadcast(node: ProgramNode, rewriter: Rewriter): ValueId | undefined {
  const type = rewriter.type(node.outputs[0]!);
  const source = broadcastSource(node.inputs['x']!, rewriter);
  if (source === undefined || type.dtype === 'bool') return undefined;
  const small = rewriter.addNode(node, node.kernel, { x: source }, node.attrs, {
    shape: rewriter.type(source).shape,
    dtype: type.dtype,
  });
  return tileTo(node, small, type, rewriter);
}
