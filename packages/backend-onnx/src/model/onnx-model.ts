// The parts of an ONNX model that Lamella writes, as plain values, and their encoding as a ModelProto.
// Field numbers are those of onnx.proto (IR version 10). Not here: what the operators mean (lowering/).
import { ProtobufMessage } from '@lamella/files/protobuf-message';

/** ONNX's element types, by Lamella's names, with their numbers in TensorProto.DataType. */
export const elementTypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  complex64: 14,
  bfloat16: 16,
} as const;

export type ElementType = keyof typeof elementTypes;

/** A float attribute; a plain number is an integer one. */
export interface FloatAttribute {
  readonly float: number;
}

/** A graph attribute: what an operator runs, which may read values of the graph around it by their names. */
export interface GraphAttribute {
  readonly graph: OnnxGraph;
}

export type OnnxAttribute = number | string | readonly number[] | FloatAttribute | GraphAttribute;

export interface OnnxNode {
  readonly type: string;
  /** Empty names stand for optional inputs that are left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
  readonly name: string;
}

export interface OnnxTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Its elements as they lie in memory, little-endian. */
  readonly bytes: Uint8Array;
}

/** An input or output of the graph. A size that is known only when the graph runs has a name instead. */
export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | string)[];
  /** What people should know of it. */
  readonly doc?: string;
}

export interface OnnxGraph {
  /** `lamella` by default. */
  readonly name?: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

export interface OnnxModel extends OnnxGraph {
  /** What a file tells about itself beside the graph. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The version of the default operator set that lowerings are written for. */
export const opsetVersion = 21;
const irVersion = 10;

/** The bytes of a ModelProto, what an `.onnx` file holds. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const opset = new ProtobufMessage().string(1, '').int(2, opsetVersion);
  const message = new ProtobufMessage()
    .int(1, irVersion)
    .string(2, 'lamella')
    .message(7, encodeGraph(model))
    .message(8, opset);
  for (const [key, value] of Object.entries(model.metadata ?? {}))
    message.message(14, new ProtobufMessage().string(1, key).string(2, value));
  return message.finish();
}

function encodeGraph({ name, nodes, initializers, inputs, outputs }: OnnxGraph): ProtobufMessage {
  const graph = new ProtobufMessage().string(2, name ?? 'lamella');
  for (const node of nodes) graph.message(1, encodeNode(node));
  for (const tensor of initializers) graph.message(5, encodeTensor(tensor));
  for (const value of inputs) graph.message(11, encodeValue(value));
  for (const value of outputs) graph.message(12, encodeValue(value));
  return graph;
}

function encodeNode(node: OnnxNode): ProtobufMessage {
  const message = new ProtobufMessage();
  for (const input of node.inputs) message.string(1, input);
  for (const output of node.outputs) message.string(2, output);
  message.string(3, node.name).string(4, node.type);
  for (const [name, value] of Object.entries(node.attributes))
    message.message(5, encodeAttribute(name, value));
  return message;
}

function encodeAttribute(name: string, value: OnnxAttribute): ProtobufMessage {
  const message = new ProtobufMessage().string(1, name);
  if (typeof value === 'number') return message.int(3, value).int(20, 2);
  if (typeof value === 'string') return message.string(4, value).int(20, 3);
  if ('graph' in value) return message.message(6, encodeGraph(value.graph)).int(20, 5);
  if ('float' in value) return message.float(2, value.float).int(20, 1);
  return message.ints(8, value).int(20, 7);
}

function encodeTensor(tensor: OnnxTensor): ProtobufMessage {
  return new ProtobufMessage()
    .ints(1, tensor.shape)
    .int(2, elementTypes[tensor.type])
    .string(8, tensor.name)
    .bytes(9, tensor.bytes);
}

function encodeValue(value: OnnxValue): ProtobufMessage {
  const shape = new ProtobufMessage();
  for (const size of value.shape) {
    const dimension = new ProtobufMessage();
    shape.message(1, typeof size === 'number' ? dimension.int(1, size) : dimension.string(2, size));
  }
  const tensorType = new ProtobufMessage().int(1, elementTypes[value.type]).message(2, shape);
  const message = new ProtobufMessage()
    .string(1, value.name)
    .message(2, new ProtobufMessage().message(1, tensorType));
  return value.doc === undefined ? message : message.string(3, value.doc);
}
