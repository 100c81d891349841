// TensorFlow's functions in a graph of Keras 2 (`x + 2`, `tf.reduce_mean(x)`: TFOpLambda, SlicingOpLambda) as operations of
// Keras 3, which are read, run and saved as such. One function may become several operations; what has none is refused.
import { fileInvalid } from '../errors.js';
import { isRecord, type Json } from '../keras-json/python-json.js';
import { referenceOf } from '../operations/operand.js';
import { dynamicSize, TensorFlowCall } from './tensorflow-call.js';
import { translations } from './tensorflow-functions.js';

type JsonRecord = { readonly [key: string]: Json };

/** Where TensorFlow has functions of the same names that take something else than tensors. */
const otherKinds = /^(sparse|ragged|strings)\./;

/** Whether a stored layer is a call of a function of TensorFlow. */
export function isTensorFlowOperation(layer: JsonRecord): boolean {
  const name = layer['class_name'];
  return name === 'TFOpLambda' || name === 'SlicingOpLambda' || name === 'TensorFlowOpLayer';
}

/** The name of TensorFlow's function that a layer calls. */
function functionOf(layer: JsonRecord): string {
  const config = isRecord(layer['config']) ? layer['config'] : {};
  return typeof config['function'] === 'string' ? config['function'] : String(config['name'] ?? '');
}

/** Whether there are operations for the function of a layer. */
export function isTranslatable(layer: JsonRecord): boolean {
  const name = functionOf(layer);
  return (
    layer['class_name'] !== 'TensorFlowOpLayer' &&
    !otherKinds.test(name) &&
    Object.hasOwn(translations, name.replace(/^.*\./, ''))
  );
}

/** The names of the layers among these that give sizes of tensors: `tf.shape`, and what is taken out of it. */
export function namesOfSizes(layers: readonly Json[]): ReadonlySet<Json> {
  const found = new Set<Json>();
  const givesSize = (layer: JsonRecord): boolean => {
    const name = functionOf(layer).replace(/^.*\./, '');
    if (name === 'shape') return true;
    const [node] = Array.isArray(layer['inbound_nodes']) ? (layer['inbound_nodes'] as readonly Json[]) : [];
    return name === 'getitem' && Array.isArray(node) && found.has((node as readonly Json[])[0]!);
  };
  // They stand in the order in which they were made.
  for (const layer of layers)
    if (isRecord(layer) && isTensorFlowOperation(layer) && givesSize(layer)) found.add(layer['name'] ?? null);
  return found;
}

/** One line about a function that has no operations. */
export function describeFunction(layer: JsonRecord): string {
  return `tf.${functionOf(layer)} (${String(layer['class_name'])} of Keras 2): no operation here stands for it; use a layer or a Lambda`;
}

/**
 * The operations for one such layer; the last has its name. `names` are those of the graph's layers, `sizes` those that give
 * sizes, `counted` brings the call of a reference into today's count. Throws: FILE_INVALID.
 */
export function readTensorFlowOperations(
  layer: JsonRecord,
  names: ReadonlySet<Json>,
  sizes: ReadonlySet<Json>,
  counted: (reference: Json) => Json,
  file: string,
): Json[] {
  const name = String(layer['name']);
  const nodes = layer['inbound_nodes'];
  const node = Array.isArray(nodes) && nodes.length === 1 ? (nodes as readonly Json[])[0] : undefined;
  if (!Array.isArray(node)) throw fileInvalid(file, `operation "${name}" has a malformed call`);
  const isTensor = (value: Json): boolean => {
    const reference = referenceOf(value);
    return reference !== undefined && names.has(reference[0]);
  };
  const operand = (value: Json): Json => {
    if (isTensor(value)) {
      const [source] = value as readonly Json[];
      return sizes.has(source!) ? dynamicSize : tensor(counted((value as readonly Json[]).slice(0, 3)));
    }
    if (!Array.isArray(value)) return value;
    if (value[0] === '_CONSTANT_VALUE') return (value as readonly Json[])[2]!;
    // A list of numbers stays the one that was read, which knows which of them are floats.
    const list = value as readonly Json[];
    const operands = list.map(operand);
    return operands.every((item, i) => item === list[i]) ? value : operands;
  };
  const [start] = node as readonly Json[];
  const isList = Array.isArray(start);
  const options = (isList ? (start as readonly Json[]) : (node as readonly Json[]))[3];
  const first = isList ? (node as readonly Json[]).map(operand) : operand(node);
  const kwargs = isRecord(options)
    ? Object.fromEntries(Object.entries(options).map(([key, value]) => [key, operand(value)]))
    : {};
  const call = new TensorFlowCall(name, first, kwargs, file);
  translations[functionOf(layer).replace(/^.*\./, '')]!(call);
  return call.finish();
}

/** A reference as calls of operations hold it. */
function tensor(history: Json): Json {
  return { class_name: '__keras_tensor__', config: { keras_history: history } };
}
