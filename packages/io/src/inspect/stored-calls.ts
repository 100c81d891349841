// Which tensors the layers of a stored model are called on, and which the model takes and gives. Nothing is made or checked:
// a reference to what is not there stays one.
import { referenceOf } from '../operations/operand.js';
import { isRecord, type Json } from '../keras-json/python-json.js';

/** A tensor of a stored model: an output of a layer, by the layer's name and the output's number. */
export interface StoredTensor {
  readonly layer: string;
  readonly index: number;
}

/** The tensors that each call of a stored layer is on, those among the arguments included, in the order of the file. */
export function storedCalls(entry: Json): StoredTensor[][] {
  const nodes = isRecord(entry) ? entry['inbound_nodes'] : undefined;
  return Array.isArray(nodes)
    ? (nodes as readonly Json[]).map(tensorsIn).filter((call) => call.length > 0)
    : [];
}

/** The inputs or outputs of a stored model. */
export function storedEnds(config: Json, key: 'input_layers' | 'output_layers'): StoredTensor[] {
  return isRecord(config) ? tensorsIn(config[key] ?? null) : [];
}

function tensorsIn(value: Json): StoredTensor[] {
  const reference = referenceOf(value);
  if (reference !== undefined) {
    const [layer, , index] = reference;
    // The form of Keras 2 has the arguments of the call in the reference.
    return [{ layer, index }, ...tensorsIn((value as readonly Json[])[3] ?? null)];
  }
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(tensorsIn);
  return isRecord(value) ? Object.values(value).flatMap(tensorsIn) : [];
}
