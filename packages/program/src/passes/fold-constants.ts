// Computes what depends on constants only: numbers that fill a whole tensor, at any size, and small tensors. It keeps a
// large tensor of one number as a `Fill` node, never as data. Not here: kernels whose last bits differ between backends.
import type { TypedArray } from '../dtype.js';
import type { Kernel } from '../kernel-rules/kernel.js';
import { findKernel } from '../kernels.js';
import type { Program, ProgramNode, ValueId, ValueType } from '../program.js';
import { sizeOf } from '../shape.js';
import { evaluate, type Operand } from './constant-evaluation.js';
import { isFolded, rewrite, type Rewriter } from './rewriter.js';

/** Constants that are no single number are folded up to this many elements. */
const largest = 1024;

/** The same Program with what is known beforehand computed beforehand. */
export function foldConstants(program: Program): Program {
  return rewrite(program, (node, rewriter) => {
    if (node.outputs.length !== 1 || node.programs !== undefined) return undefined;
    const type = rewriter.type(node.outputs[0]!);
    if (sizeOf(type.shape) === 0 || !isFolded(type.dtype)) return undefined;
    const value = known(node, type, rewriter);
    if (value === undefined) return undefined;
    const folded = materialise(value, node, type, rewriter);
    return folded === undefined ? undefined : [folded];
  });
}

/** A value as a constant, or a `Fill` node where it is large; undefined where `node` is that already. */
function materialise(
  value: TypedArray | number,
  node: ProgramNode,
  type: ValueType,
  rewriter: Rewriter,
): ValueId | undefined {
  if (typeof value !== 'number') return rewriter.addConstant(value, type);
  if (sizeOf(type.shape) === 1) return rewriter.addConstant(filled(value, type), type);
  if (node.kernel === 'Fill' || type.dtype === 'bool') return undefined;
  return rewriter.addNode(node, 'Fill', {}, { shape: type.shape, value, dtype: type.dtype }, type);
}

function filled(value: number, { dtype, shape }: ValueType): TypedArray {
  const array = dtype === 'float32' ? Float32Array : dtype === 'int32' ? Int32Array : Uint8Array;
  return new array(sizeOf(shape)).fill(value);
}

/** The value of the node's output, if it is known. */
function known(node: ProgramNode, type: ValueType, rewriter: Rewriter): TypedArray | number | undefined {
  const kernel = findKernel(node.kernel);
  if (kernel === undefined) return undefined;
  if (kernel.splat !== undefined) return kernel.splat(node.attrs, type.dtype);
  const { a, b } = node.inputs;
  const x = node.inputs['x'] ?? node.inputs['input'];
  if (x !== undefined && kernel.moves !== undefined) return moved(kernel, x, rewriter);
  if (x !== undefined && kernel.reduceSplat !== undefined)
    return reduced(kernel.reduceSplat, x, type, rewriter);
  if (kernel.fold === undefined) return undefined;
  const names = kernel.elementWise === 'unary' ? [x] : [a, b];
  const operands = names.map((id) => (id === undefined ? undefined : operand(id, rewriter)));
  if (operands.some((item) => item === undefined)) return undefined;
  if (sizeOf(type.shape) > largest && operands.some((item) => typeof item!.data !== 'number'))
    return undefined;
  return evaluate(kernel.fold, operands as Operand[], type);
}

function operand(id: ValueId, rewriter: Rewriter): Operand | undefined {
  const type = rewriter.type(id);
  const data = rewriter.splat(id) ?? smallData(id, rewriter);
  if (data === undefined || Number.isNaN(data)) return undefined;
  if (typeof data !== 'number' && data.some((value) => Number.isNaN(value))) return undefined;
  return { type, data };
}

function smallData(id: ValueId, rewriter: Rewriter): TypedArray | undefined {
  const data = rewriter.constant(id);
  const { dtype } = rewriter.type(id);
  if (data === undefined || Array.isArray(data) || data.length > largest || dtype === 'complex64')
    return undefined;
  return data as TypedArray;
}

function moved(kernel: Kernel, x: ValueId, rewriter: Rewriter): TypedArray | number | undefined {
  const splat = rewriter.splat(x);
  if (splat !== undefined) return splat;
  return kernel.moves === 'shape' ? smallData(x, rewriter) : undefined;
}

/** Sums and means of one whole number, where every partial sum is exact. */
function reduced(
  reduce: NonNullable<Kernel['reduceSplat']>,
  x: ValueId,
  type: ValueType,
  rewriter: Rewriter,
): number | undefined {
  const splat = rewriter.splat(x);
  const from = rewriter.type(x);
  if (splat === undefined || !Number.isInteger(splat) || from.dtype !== type.dtype) return undefined;
  const count = sizeOf(from.shape) / sizeOf(type.shape);
  return Math.abs(splat * count) >= 2 ** 24 ? undefined : reduce(splat, count);
}
