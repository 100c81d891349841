// Equal small constants of a finished graph become one, and constants that nothing reads go.
import { namesRead, renameValues } from '../model/inner-graphs.js';
import type { OnnxModel, OnnxTensor } from '../model/onnx-model.js';

/** Constants of more bytes are not compared: they are weights. */
const mostBytes = 256;

/** The same graph with fewer constants. */
export function shareConstants(model: OnnxModel): OnnxModel {
  const kept = new Map<string, OnnxTensor>();
  const names = new Map<string, string>();
  for (const tensor of model.initializers) {
    const key =
      tensor.bytes.length > mostBytes
        ? tensor.name
        : `${tensor.type} ${tensor.shape.join()} ${tensor.bytes.join()}`;
    const first = kept.get(key) ?? tensor;
    kept.set(key, first);
    names.set(tensor.name, first.name);
  }
  const nodes = model.nodes.map((node) => renameValues(node, (name) => names.get(name) ?? name));
  const used = new Set(nodes.flatMap(namesRead));
  return { ...model, nodes, initializers: [...kept.values()].filter(({ name }) => used.has(name)) };
}
