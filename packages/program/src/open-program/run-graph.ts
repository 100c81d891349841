// Runs an open Program's graph on tensors once the unknown sizes are known: under a capture this writes it into the Program.
import * as tf from '@tensorflow/tfjs-core';
import { abstractTensor, currentRecorder, recordedType } from '../capture-backend.js';
import { capture } from '../capture.js';
import { allocateArray, tfjsDType, type TypedArray } from '../dtype.js';
import { programInvalid } from '../errors.js';
import type { Attributes, Program, ValueId, ValueType } from '../program.js';
import { runNode } from '../replay.js';
import { formatShape, sizeOf } from '../shape.js';
import { holdingKernel } from '../subprograms.js';
import { attributeAt, isSplat, type OpenConstant, type OpenProgramGraph, type OpenNode } from './graph.js';
import { sizeAt, type Size } from './size.js';

/** The elements a value of a stored Program may have: no honest model comes near, and memory still holds it. */
const mostElements = 2 ** 28;

/** The graph's outputs for one tensor for each of its inputs, in order. Throws: PROGRAM_INVALID, SHAPE_MISMATCH. */
export function runGraph(
  graph: OpenProgramGraph,
  inputs: readonly tf.Tensor[],
  sizes: readonly number[],
  onValue?: (id: ValueId, tensor: tf.Tensor) => void,
): tf.Tensor[] {
  const values = new Map<ValueId, tf.Tensor>(graph.inputs.map((input, i) => [input.id, inputs[i]!]));
  for (const constant of graph.constants) values.set(constant.id, constantAt(constant, sizes));
  for (const node of graph.nodes) {
    const results = runOpenNode(node, values, sizes);
    if (results.length !== node.outputs.length) {
      throw programInvalid(
        `${node.kernel} gives ${results.length} outputs, the Program says ${node.outputs.length}`,
      );
    }
    node.outputs.forEach((id, k) => values.set(id, bounded(node.kernel, results[k]!)));
  }
  if (onValue !== undefined) values.forEach((tensor, id) => onValue(id, tensor));
  const outputs = graph.outputs.map((output) => values.get(output.id)!);
  // Outside a capture an output may be an input itself: hand out tensors that can be disposed one by one.
  return currentRecorder() === undefined ? outputs.map((tensor) => tf.clone(tensor)) : outputs;
}

/** The graph as a Program whose inputs have these types. */
export function programAt(
  graph: OpenProgramGraph,
  types: readonly ValueType[],
  sizes: readonly number[],
): Program {
  const body = (): tf.Tensor[] => {
    const recorder = currentRecorder()!;
    const inputs = graph.inputs.map(({ shape: _shape, dtype: _dtype, ...input }, i) =>
      abstractTensor(recorder, recorder.input(input, types[i]!)),
    );
    return runGraph(graph, inputs, sizes);
  };
  const { program } = capture(body, [], { subject: 'Program' });
  return program.with({
    outputs: program.outputs.map(({ id }, i) => ({ id, name: graph.outputs[i]!.name })),
    updates: graph.updates,
  });
}

/** The types of all values of the graph where the unknowns have these sizes. Throws: PROGRAM_INVALID, SHAPE_MISMATCH. */
export function typesAt(graph: OpenProgramGraph, sizes: readonly number[]): ReadonlyMap<ValueId, ValueType> {
  const types = new Map<ValueId, ValueType>();
  const specs = graph.inputs.map(({ name, shape, dtype }) => ({ name, dtype, shape: shapeAt(shape, sizes) }));
  capture(
    (...inputs) => runGraph(graph, inputs, sizes, (id, tensor) => types.set(id, recordedType(tensor))),
    specs,
    { subject: 'Program' },
  );
  return types;
}

/** A shape where the unknowns have these sizes. Throws: PROGRAM_INVALID for one that no tensor can have. */
export function shapeAt(shape: readonly Size[], sizes: readonly number[]): number[] {
  const found = shape.map((size) => sizeAt(size, sizes));
  if (found.every((size) => Number.isInteger(size) && size >= 0) && sizeOf(found) <= mostElements)
    return found;
  throw programInvalid(`a value has the shape ${formatShape(found)}`);
}

function runOpenNode(
  node: OpenNode,
  values: ReadonlyMap<ValueId, tf.Tensor>,
  sizes: readonly number[],
): tf.Tensor[] {
  const attrs = attributeAt(node.attrs, sizes) as Attributes;
  const recorder = currentRecorder();
  const run = (): tf.Tensor[] => {
    const { kernel, inputs, outputs, scope } = node;
    const programs = programsAt(node, attrs, values, sizes);
    return runNode({ kernel, inputs, attrs, outputs, scope, ...(programs && { programs }) }, values);
  };
  if (recorder === undefined) return run();
  const typed = (): tf.Tensor[] => recorder.computing(node.float ?? 'float32', run);
  return node.scope === '' ? typed() : recorder.within(node.scope, typed);
}

/** The Programs that a node holds at these sizes: the types of their inputs follow from those of the node's. */
function programsAt(
  { kernel, inputs, programs = {} }: OpenNode,
  attrs: Attributes,
  values: ReadonlyMap<ValueId, tf.Tensor>,
  sizes: readonly number[],
): Record<string, Program> | undefined {
  const holder = holdingKernel(kernel);
  if (holder === undefined) return undefined;
  const given = Object.entries(inputs).map(([name, id]): [string, ValueType] => [
    name,
    recordedType(values.get(id)!),
  ]);
  const node = { inputs: Object.fromEntries(given), attrs };
  const found = holder.programs.map((name): [string, Program] => {
    const graph = programs[name];
    const types = holder.inputTypes(name, node);
    if (graph === undefined || graph.inputs.length !== types.length)
      throw programInvalid(`the Program ${name} of ${kernel} takes other inputs than its node has`);
    return [name, programAt(graph, types, sizes)];
  });
  const result = Object.fromEntries(found);
  // What does not fit is found here, whether the node is run or written down.
  holder.outputTypes({ ...node, programs: result });
  return result;
}

function constantAt({ data, shape, ...constant }: OpenConstant, sizes: readonly number[]): tf.Tensor {
  const dtype = tfjsDType(constant.dtype);
  const at = shapeAt(shape, sizes);
  if (!isSplat(data)) return tf.tensor(data as Float32Array, at, dtype);
  if (dtype === 'string' || dtype === 'complex64') throw programInvalid(`a ${dtype} constant is one number`);
  const values = (allocateArray(dtype, sizeOf(at)) as TypedArray).fill(sizeAt(data.splat, sizes));
  return tf.tensor(values as Float32Array, at, dtype);
}

function bounded(kernel: string, tensor: tf.Tensor): tf.Tensor {
  if (tensor.size <= mostElements) return tensor;
  throw programInvalid(`${kernel} would give a tensor of shape ${formatShape(tensor.shape)}`);
}
