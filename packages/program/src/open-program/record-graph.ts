// Writes an open Program's graph into the Program that is being captured, once the unknown sizes are known. Values need no
// tensors for that: a stored Program may have as many nodes as fit into its file.
import { abstractTensor, currentRecorder, valueOf } from '../capture-backend.js';
import { capture } from '../capture.js';
import { allocateArray, tfjsDType, type TypedArray } from '../dtype.js';
import { programInvalid } from '../errors.js';
import type { Attributes, Program, ValueId, ValueType } from '../program.js';
import type { Recorder } from '../recorder.js';
import { recordNode } from '../replay.js';
import { formatShape, sizeOf } from '../shape.js';
import { holdingKernel } from '../subprograms.js';
import { attributeAt, isSplat, type OpenConstant, type OpenProgramGraph, type OpenNode } from './graph.js';
import { sizeAt, type Size } from './size.js';

/** Constants of one number are written out up to this many elements; larger ones stay that number. */
const mostWrittenOut = 1024;

/** Each value's number in the recorder, by its number in the graph. */
type Places = ReadonlyMap<ValueId, ValueId>;

/**
 * Writes the graph into `recorder`, where `inputs` are the values of its inputs, in order.
 * Throws: PROGRAM_INVALID, SHAPE_MISMATCH, DTYPE_MISMATCH.
 */
export function recordGraph(
  recorder: Recorder,
  graph: OpenProgramGraph,
  inputs: readonly ValueId[],
  sizes: readonly number[],
): Places {
  const places = new Map<ValueId, ValueId>(graph.inputs.map(({ id }, i) => [id, inputs[i]!]));
  for (const constant of graph.constants) places.set(constant.id, recordConstant(recorder, constant, sizes));
  for (const node of graph.nodes) {
    const outputs = recordOpenNode(recorder, node, places, sizes);
    if (outputs.length !== node.outputs.length) {
      throw programInvalid(
        `${node.kernel} gives ${outputs.length} outputs, the Program says ${node.outputs.length}`,
      );
    }
    node.outputs.forEach((id, k) => places.set(id, outputs[k]!));
  }
  return places;
}

/** The graph as a Program whose inputs have these types. */
export function programAt(
  graph: OpenProgramGraph,
  types: readonly ValueType[],
  sizes: readonly number[],
): Program {
  const { program } = capture(
    () => {
      const recorder = currentRecorder()!;
      const inputs = graph.inputs.map(({ shape: _shape, dtype: _dtype, ...input }, i) =>
        recorder.input(input, types[i]!),
      );
      const places = recordGraph(recorder, graph, inputs, sizes);
      return graph.outputs.map(({ id }) => abstractTensor(recorder, places.get(id)!));
    },
    [],
    { subject: 'Program' },
  );
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
    (...tensors) => {
      const recorder = currentRecorder()!;
      const inputs = tensors.map((tensor) => valueOf(tensor, recorder));
      recordGraph(recorder, graph, inputs, sizes).forEach((place, id) =>
        types.set(id, recorder.values[place]!),
      );
      return [];
    },
    specs,
    { subject: 'Program' },
  );
  return types;
}

/** A shape where the unknowns have these sizes. Throws: PROGRAM_INVALID for one that no tensor can have. */
export function shapeAt(shape: readonly Size[], sizes: readonly number[]): number[] {
  const found = shape.map((size) => sizeAt(size, sizes));
  if (found.every((size) => Number.isInteger(size) && size >= 0)) return found;
  throw programInvalid(`a value has the shape ${formatShape(found)}`);
}

function recordOpenNode(
  recorder: Recorder,
  node: OpenNode,
  places: Places,
  sizes: readonly number[],
): readonly ValueId[] {
  const { kernel, inputs, scope } = node;
  const attrs = attributeAt(node.attrs, sizes) as Attributes;
  const record = (): readonly ValueId[] => {
    const programs = programsAt(recorder, node, attrs, places, sizes);
    return recordNode(recorder, { kernel, inputs, attrs, ...(programs && { programs }) }, (id) =>
      places.get(id)!,
    );
  };
  const typed = (): readonly ValueId[] => recorder.computing(node.float ?? 'float32', record);
  return scope === '' ? typed() : recorder.within(scope, typed);
}

/** The Programs that a node holds at these sizes: the types of their inputs follow from those of the node's. */
function programsAt(
  recorder: Recorder,
  { kernel, inputs, programs = {} }: OpenNode,
  attrs: Attributes,
  places: Places,
  sizes: readonly number[],
): Record<string, Program> | undefined {
  const holder = holdingKernel(kernel);
  if (holder === undefined) return undefined;
  const given = Object.entries(inputs).map(([name, id]): [string, ValueType] => [
    name,
    recorder.values[places.get(id)!]!,
  ]);
  const node = { inputs: Object.fromEntries(given), attrs };
  const found = holder.programs.map((name): [string, Program] => {
    const graph = programs[name];
    const types = holder.inputTypes(name, node);
    if (graph === undefined || graph.inputs.length !== types.length)
      throw programInvalid(`the Program ${name} of ${kernel} takes other inputs than its node has`);
    return [name, programAt(graph, types, sizes)];
  });
  return Object.fromEntries(found);
}

function recordConstant(
  recorder: Recorder,
  { data, shape, ...constant }: OpenConstant,
  sizes: readonly number[],
): ValueId {
  const dtype = tfjsDType(constant.dtype);
  const type = { shape: shapeAt(shape, sizes), dtype };
  if (!isSplat(data)) return recorder.constant(data, type);
  if (dtype === 'string' || dtype === 'complex64') throw programInvalid(`a ${dtype} constant is one number`);
  const value = sizeAt(data.splat, sizes);
  const count = sizeOf(type.shape);
  if (count > mostWrittenOut)
    return recorder.node('Fill', {}, { shape: type.shape, value, dtype }, [type])[0]!;
  return recorder.constant((allocateArray(dtype, count) as TypedArray).fill(value), type);
}
