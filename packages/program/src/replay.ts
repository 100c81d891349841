// Replay: runs a Program node by node on whatever tfjs backend is current. Under a capture this inlines the Program.
import * as tf from '@tensorflow/tfjs-core';
import { abstractTensor, currentRecorder, recordCall, valueOf } from './capture-backend.js';
import { tfjsDType, type DType } from './dtype.js';
import { programInvalid } from './errors.js';
import { findKernel } from './kernels.js';
import {
  floatOf,
  type Program,
  type ProgramConstant,
  type ProgramNode,
  type ValueId,
  type ValueType,
} from './program.js';
import type { Recorder } from './recorder.js';
import { holdingKernel } from './subprograms.js';

/**
 * Runs `program` on `inputs` (one tensor for each of its inputs, in order) and returns its outputs.
 * The caller owns the result; every intermediate tensor is disposed as soon as its last reader has run.
 */
export function replay(program: Program, inputs: readonly tf.Tensor[]): tf.Tensor[] {
  if (inputs.length !== program.inputs.length) {
    throw programInvalid(`expected ${program.inputs.length} inputs, got ${inputs.length}`);
  }
  const recorder = currentRecorder();
  return recorder === undefined ? replayNow(program, inputs) : inline(program, inputs, recorder);
}

/** Writes the Program into another one. */
function inline(program: Program, inputs: readonly tf.Tensor[], recorder: Recorder): tf.Tensor[] {
  const ids = new Map(program.inputs.map(({ id }, i) => [id, valueOf(inputs[i]!, recorder)]));
  for (const { id, data } of program.constants) ids.set(id, recorder.constant(data, program.type(id)));
  for (const node of program.nodes) {
    const outputs = recorder.computing(floatOf(node, program.values), () =>
      recordNode(recorder, node, (id) => ids.get(id)!),
    );
    node.outputs.forEach((id, k) => ids.set(id, outputs[k]!));
  }
  return program.outputs.map(({ id }) => abstractTensor(recorder, ids.get(id)!));
}

/** Writes a node into `recorder`, whose value of an input `idOf` gives; what comes out. */
export function recordNode(
  recorder: Recorder,
  { kernel, inputs, attrs, programs = {} }: Pick<ProgramNode, 'kernel' | 'inputs' | 'attrs' | 'programs'>,
  idOf: (id: ValueId) => ValueId,
): readonly ValueId[] {
  const ids: Record<string, ValueId> = {};
  for (const name in inputs) ids[name] = idOf(inputs[name]!);
  const holder = holdingKernel(kernel);
  if (holder === undefined) return recordCall(recorder, kernel, ids, attrs);
  const given = Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, recorder.values[id]!]));
  return recorder.node(kernel, ids, attrs, holder.outputTypes({ inputs: given, attrs, programs }), programs);
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
  return tf.tidy(() => {
    const values = new Map<ValueId, tf.Tensor>(program.inputs.map((input, i) => [input.id, inputs[i]!]));
    for (const constant of program.constants)
      values.set(constant.id, constantTensor(constant, program.type(constant.id)));
    program.nodes.forEach((node, i) => {
      const results = runNode(node, values);
      node.outputs.forEach((id, k) => values.set(id, results[k]!));
      ending.get(i)?.forEach((id) => values.get(id)?.dispose());
    });
    // An output may be an input itself, or appear twice: hand out tensors that can be disposed one by one.
    return program.outputs.map((output) => tf.clone(values.get(output.id)!));
  });
}

/** The inputs of one node by name, out of what `values` holds. */
export function inputTensors(
  node: ProgramNode,
  values: ReadonlyMap<ValueId, tf.Tensor>,
): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(node.inputs).map(([name, id]) => [name, values.get(id)!]));
}

/** The outputs of one node, whose inputs `values` holds: computed, or under a capture written down. */
export function runNode(node: ProgramNode, values: ReadonlyMap<ValueId, tf.Tensor>): tf.Tensor[] {
  const { kernel, attrs, programs = {} } = node;
  const recorder = currentRecorder();
  if (recorder !== undefined)
    return recordNode(recorder, node, (id) => valueOf(values.get(id)!, recorder)).map((id) =>
      abstractTensor(recorder, id),
    );
  const inputs = inputTensors(node, values);
  const holder = holdingKernel(kernel);
  if (holder !== undefined) return holder.run({ inputs, attrs, programs, scope: node.scope }, replay);
  const result = findKernel(kernel)?.replay?.(inputs, attrs as tf.NamedAttrMap);
  if (result !== undefined) return [result];
  // tfjs computes what it can: narrower floats are float32 here.
  if (kernel === tf.Cast) return [tf.cast(inputs['x']!, tfjsDType(attrs['dtype'] as DType))];
  // Kernels that take a list expect a real array; integer keys come in ascending order.
  const given = '0' in inputs ? (Object.values(inputs) as unknown as tf.NamedTensorMap) : inputs;
  const results = tf.engine().runKernel(kernel, given, attrs as tf.NamedAttrMap) as tf.Tensor | tf.Tensor[];
  return Array.isArray(results) ? results : [results];
}

/** A constant of a Program as a tensor. */
export function constantTensor(constant: ProgramConstant, type: ValueType): tf.Tensor {
  return tf.tensor(constant.data as Float32Array, [...type.shape], tfjsDType(type.dtype));
}
