// Shape inference for any layer: its `call` is captured at two sizes of the unknown dimensions; what differs is unknown.
import { capture, type ArgumentSpec, type SymbolicShape, type ValueType } from '@lamella/program';
import { callContext } from './call-context.js';
import type { Layer } from './layer.js';
import type { TensorSpec } from './symbolic-tensor.js';

/** Sizes for unknown dimensions, by axis; primes, and large enough for networks that halve them several times. */
const probes: readonly (readonly number[])[] = [
  [3, 131, 139, 151, 163],
  [5, 137, 149, 157, 167],
];

/** The outputs' shapes and dtypes of `layer` for these inputs. */
export function inferOutputs(
  layer: Layer,
  inputs: readonly TensorSpec[],
  structure: 'single' | 'list',
): TensorSpec[] {
  const unknown = inputs.some((input) => input.shape.includes(null));
  const first = outputsAt(layer, inputs, structure, probes[0]!);
  if (!unknown) return first;
  const second = outputsAt(layer, inputs, structure, probes[1]!);
  return first.map((type, i) => ({
    dtype: type.dtype,
    shape: type.shape.map((size, axis) => (size === second[i]?.shape[axis] ? size : null)),
  }));
}

function outputsAt(
  layer: Layer,
  inputs: readonly TensorSpec[],
  structure: 'single' | 'list',
  sizes: readonly number[],
): ValueType[] {
  const args = inputs.map((input, i): ArgumentSpec => ({
    name: `input_${i}`,
    shape: fill(input.shape, sizes),
    dtype: input.dtype,
  }));
  const { program } = capture((...tensors) => layer.invoke(tensors, structure, callContext()).outputs, args, {
    subject: layer.label,
  });
  const declared = program.outputs.length - program.updates.length;
  return program.outputs.slice(0, declared).map((output) => program.type(output.id));
}

function fill(shape: SymbolicShape, sizes: readonly number[]): number[] {
  return shape.map((size, axis) => size ?? sizes[axis] ?? sizes[sizes.length - 1]!);
}
