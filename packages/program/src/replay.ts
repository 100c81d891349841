// Replay: runs a Program node by node on whatever tfjs backend is current. Under a capture this inlines the Program.
import * as tf from '@tensorflow/tfjs-core';
import { abstractTensor, currentRecorder, valueOf } from './capture-backend.js';
import { tfjsDType, type DType } from './dtype.js';
import { programInvalid } from './errors.js';
import type { HoldingKernel } from './holding-kernel.js';
import { findKernel } from './kernels.js';
import {
  floatOf,
  type Program,
  type ProgramConstant,
  type ProgramNode,
  type ValueId,
  type ValueType,
} from './program.js';
import { holdingKernel } from './subprograms.js';

/**
 * Runs `program` on `inputs` (one tensor for each of its inputs, in order) and returns its outputs.
 * The caller owns the result; every intermediate tensor is disposed as soon as its last reader has run.
 */
export function replay(program: Program, inputs: readonly tf.Tensor[]): tf.Tensor[] {
  if (inputs.length !== program.inputs.length) {
    throw programInvalid(`expected ${program.inputs.length} inputs, got ${inputs.length}`);
  }
  const recording = currentRecorder() !== undefined;
  return recording ? run(program, inputs, () => undefined) : replayNow(program, inputs);
}

function replayNow(program: Program, inputs: readonly tf.Tensor[]): tf.Tensor[] {
  const keep = new Set<ValueId>([...program.inputs, ...program.outputs].map((value) => value.id));
  const lastUse = new Map<ValueId, number>();
  program.nodes.forEach((node, i) => {
    for (const id of [...node.outputs, ...Object.values(node.inputs)]) lastUse.set(id, i);
  });
  const ending = new Map<number, ValueId[]>();
  for (const [id, i] of lastUse) {
    if (!keep.has(id)) ending.set(i, [...(ending.get(i) ?? []), id]);
  }
  return tf.tidy(() =>
    run(program, inputs, (i, values) => ending.get(i)?.forEach((id) => values.get(id)?.dispose())),
  );
}

type AfterNode = (index: number, values: ReadonlyMap<ValueId, tf.Tensor>) => void;

function run(program: Program, inputs: readonly tf.Tensor[], after: AfterNode): tf.Tensor[] {
  const values = new Map<ValueId, tf.Tensor>(program.inputs.map((input, i) => [input.id, inputs[i]!]));
  for (const constant of program.constants)
    values.set(constant.id, constantTensor(constant, program.type(constant.id)));
  const recorder = currentRecorder();
  program.nodes.forEach((node, i) => {
    const compute = (): tf.Tensor[] => runNode(node, values);
    const results = recorder?.computing(floatOf(node, program.values), compute) ?? compute();
    node.outputs.forEach((id, k) => values.set(id, results[k]!));
    after(i, values);
  });
  // An output may be an input itself, or appear twice: hand out tensors that can be disposed one by one.
  return program.outputs.map((output) => tf.clone(values.get(output.id)!));
}

/** The inputs of one node by name, out of what `values` holds. */
export function inputTensors(
  node: ProgramNode,
  values: ReadonlyMap<ValueId, tf.Tensor>,
): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(node.inputs).map(([name, id]) => [name, values.get(id)!]));
}

/** The outputs of one node, whose inputs `values` holds. */
export function runNode(node: ProgramNode, values: ReadonlyMap<ValueId, tf.Tensor>): tf.Tensor[] {
  const inputs = inputTensors(node, values);
  const holder = holdingKernel(node.kernel);
  if (holder !== undefined) return runHolder(holder, node, inputs);
  if (currentRecorder() === undefined) {
    const result = findKernel(node.kernel)?.replay?.(inputs, node.attrs as tf.NamedAttrMap);
    if (result !== undefined) return [result];
    // Outside a capture tfjs computes what it can: narrower floats are float32 there.
    if (node.kernel === tf.Cast) return [tf.cast(inputs['x']!, tfjsDType(node.attrs['dtype'] as DType))];
  }
  // Kernels that take a list expect a real array; integer keys come in ascending order.
  const given = '0' in inputs ? (Object.values(inputs) as unknown as tf.NamedTensorMap) : inputs;
  const result = tf.engine().runKernel(node.kernel, given, node.attrs as tf.NamedAttrMap) as
    tf.Tensor | tf.Tensor[];
  return Array.isArray(result) ? result : [result];
}

/** Under a capture the node is written down with the Programs that it holds. */
function runHolder(
  holder: HoldingKernel,
  { kernel, attrs, programs = {} }: ProgramNode,
  inputs: Record<string, tf.Tensor>,
): tf.Tensor[] {
  const recorder = currentRecorder();
  if (recorder === undefined) return holder.run({ inputs, attrs, programs }, replay);
  const ids = Object.fromEntries(
    Object.entries(inputs).map(([name, tensor]) => [name, valueOf(tensor, recorder)]),
  );
  const given = Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, recorder.values[id]!]));
  const types = holder.outputTypes({ inputs: given, attrs, programs });
  return recorder.node(kernel, ids, attrs, types, { ...programs }).map((id) => abstractTensor(recorder, id));
}

/** A constant of a Program as a tensor. */
export function constantTensor(constant: ProgramConstant, type: ValueType): tf.Tensor {
  return tf.tensor(constant.data as Float32Array, [...type.shape], tfjsDType(type.dtype));
}
