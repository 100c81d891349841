// A chain as Keras 2 stores it often has no input layer: its first layer carries the shape, or is a model with an input of its
// own. Here every chain begins with an input layer.
import { isRecord, type Json } from '../keras-json/python-json.js';

type JsonRecord = { readonly [key: string]: Json };

/** The layers with an input layer in front, where the first one says what goes in. */
export function withInput(layers: readonly Json[]): readonly Json[] {
  const [first] = layers;
  if (!isRecord(first) || first['class_name'] === 'InputLayer') return layers;
  const found = shapeOf(first);
  if (found === undefined) return layers;
  const own: JsonRecord = isRecord(first['config']) ? first['config'] : {};
  const name = `${typeof own['name'] === 'string' ? own['name'] : 'layer'}_input`;
  const dtype = typeof found['dtype'] === 'string' ? found['dtype'] : 'float32';
  const batchShape = found['batch_input_shape'] ?? found['batch_shape'] ?? null;
  return [{ class_name: 'InputLayer', config: { batch_input_shape: batchShape, dtype, name } }, ...layers];
}

/** The config that says the shape of a layer's input: its own, or that of the input of the model that it is. */
function shapeOf(entry: Json): JsonRecord | undefined {
  const config = isRecord(entry) ? entry['config'] : undefined;
  if (Array.isArray(config)) return shapeOf((config as readonly Json[])[0] ?? null);
  if (!isRecord(config)) return undefined;
  if (Array.isArray(config['batch_input_shape'] ?? config['batch_shape'])) return config;
  const layers = config['layers'];
  if (!Array.isArray(layers)) return undefined;
  const inner = layers as readonly Json[];
  const inputs = config['input_layers'];
  const name = Array.isArray(inputs) ? [inputs as readonly Json[]].flat(2)[0] : undefined;
  const input = inner.find((layer) => isRecord(layer) && name !== undefined && layer['name'] === name);
  return shapeOf(input ?? inner[0] ?? null);
}
