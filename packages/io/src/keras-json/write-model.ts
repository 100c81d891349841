// From a model to the config Keras stores it as: its layers in Keras' order, each with the calls that belong to this model.
import {
  isInputLayer,
  pythonName,
  type Functional,
  type Layer,
  type Node,
  type SymbolicTensor,
} from '@lamella/core';
import { unflatten, type Tree } from '@lamella/program';
import { Sequential } from '@lamella/training';
import { isOperation } from '../operations/operation.js';
import { writeOperation, writeOperationCall } from '../operations/operation-entry.js';
import { withKerasNames } from './file-facts.js';
import { writeLambda, isLambda } from './lambda.js';
import { kerasOption } from './names.js';
import type { WritableJson } from './python-json.js';
import { CallCounts, entriesOf, sharedLayers } from './shared-layers.js';
import { isStoredAsGraph } from './stored-graph.js';
import { isModel } from './subclassed-model.js';
import { buildConfig, classReference, writeConfig, writtenPolicy, type ConfigStyle } from './write-object.js';

type Entry = { [key: string]: WritableJson };

/** Layers that other ones stand for in a file. */
export type Replacements = ReadonlyMap<Layer, Layer>;

/** The envelope of a model, or of a layer by itself. */
export function writeModel(model: Layer, style: ConfigStyle, replacements: Replacements = new Map()): Entry {
  const calls = new CallCounts();
  if (!isStoredAsGraph(model)) {
    const entry = writeLayer(model, { style, replacements, ids: new Map(), calls });
    return isModel(model) ? { ...entry, compile_config: {} } : entry;
  }
  const ids = sharedLayers(model, (layer) => replacements.get(layer) ?? layer);
  return write(model, { style, replacements, ids, calls });
}

/** What the writing of one model needs throughout. */
interface Writing {
  readonly style: ConfigStyle;
  readonly replacements: Replacements;
  /** Numbers of layers that stand in several models. */
  readonly ids: ReadonlyMap<Layer, number>;
  /** The calls of the models written so far. */
  readonly calls: CallCounts;
}

function write(model: Functional, writing: Writing): Entry {
  const entry = isSequential(model) ? writeSequential(model, writing) : writeFunctional(model, writing);
  writing.calls.add(model);
  return entry;
}

function isSequential(model: Layer): model is Sequential {
  return model.className === Sequential.className;
}

/** The envelope of a graph in the form of version 3, but for its config. */
function graphEnvelope(model: Functional): Entry {
  const members = isSequential(model)
    ? {
        module: 'keras',
        class_name: 'Sequential',
        registered_name: null,
        build_config: { input_shape: [...model.inputs[0]!.shape] },
      }
    : {
        module: 'keras.src.models.functional',
        class_name: 'Functional',
        registered_name: 'Functional',
        build_config: { input_shape: null },
      };
  return { ...members, compile_config: {} };
}

function writeSequential(model: Sequential, writing: Writing): Entry {
  const input = model.inputs[0]!;
  const config: Entry = {
    name: model.name,
    trainable: model.trainable,
    dtype: model.dtypePolicy.toJSON(),
    layers: entriesOf(model).map((layer) => writeLayer(layer, writing)),
    build_input_shape: [...input.shape],
  };
  if (writing.style === 'hybrid') return { class_name: 'Sequential', config };
  return { ...graphEnvelope(model), config };
}

function writeFunctional(model: Functional, writing: Writing): Entry {
  const written = (layer: Layer): Layer => writing.replacements.get(layer) ?? layer;
  const own = new Set(model.graph.nodes);
  const numbers = new Map<Node, number>();
  for (const layer of model.graph.layers)
    layer.inboundNodes.filter((node) => own.has(node)).forEach((node, i) => numbers.set(node, i));
  // Models inside come first: what they call has been called when it is this model's turn.
  const layers = model.layers.map((layer) => [layer, writeLayer(layer, writing)] as const);
  // Where Keras takes them for one layer, it counts those calls, too; in .h5 it makes a layer for each place.
  const isCounted = (layer: Layer): boolean => writing.style === 'v3' && writing.ids.has(layer);
  const numberOf = (node: Node): number =>
    numbers.get(node)! + (isCounted(node.layer) ? writing.calls.of(node.layer) : 0);
  const history = (tensor: SymbolicTensor): WritableJson[] => [
    tensor.node.layer.name,
    numberOf(tensor.node),
    tensor.index,
  ];
  const outer = (tensor: SymbolicTensor): WritableJson[] => {
    // In the lists of inputs and outputs, Keras counts a nested functional model's own graph as its call 0.
    const shift = isFunctionalNotSequential(written(tensor.node.layer)) ? 1 : 0;
    return [tensor.node.layer.name, numberOf(tensor.node) + shift, tensor.index];
  };
  const config: Entry = {
    name: model.name,
    trainable: model.trainable,
    layers: layers.map(([layer, entry]) => ({
      ...entry,
      name: layer.name,
      inbound_nodes: layer.inboundNodes
        .filter((node) => own.has(node) && node.parents.length > 0)
        .map((node) => writeNode(node, isStoredAsGraph(written(layer)), history)),
    })),
    input_layers: unflatten(model.inputStructure, model.inputs.map(outer)) as WritableJson,
    output_layers: unflatten(model.outputStructure, model.outputs.map(outer)) as WritableJson,
  };
  if (writing.style === 'hybrid') return { class_name: 'Functional', config };
  return { ...graphEnvelope(model), config };
}

function isFunctionalNotSequential(layer: Layer): boolean {
  return layer.className === 'Functional';
}

function writeNode(
  node: Node,
  ofModel: boolean,
  history: (tensor: SymbolicTensor) => WritableJson[],
): WritableJson {
  const stored = (tensor: SymbolicTensor): WritableJson => ({
    class_name: '__keras_tensor__',
    config: { shape: [...tensor.shape], dtype: tensor.dtype, keras_history: history(tensor) },
  });
  if (isOperation(node.layer)) return writeOperationCall(node.layer, node.parents.map(stored));
  const { inputs, args, mask, training } = node.callOn(stored);
  const kwargs = Object.entries(args).map(([name, value]) => [kerasOption(name), value]);
  return {
    args: [withKerasNames(node.layer, inputs as Tree<WritableJson>) as WritableJson],
    kwargs: {
      ...(Object.fromEntries(kwargs) as Entry),
      ...(mask !== undefined ? { mask: mask as WritableJson } : ofModel && { mask: null }),
      ...(training !== undefined && { training }),
    },
  };
}

function writeLayer(given: Layer, writing: Writing): Entry {
  const layer = writing.replacements.get(given) ?? given;
  const id = writing.ids.get(layer);
  return { ...writeEntry(layer, writing), ...(id !== undefined && { shared_object_id: id }) };
}

function writeEntry(layer: Layer, writing: Writing): Entry {
  const { style } = writing;
  if (isStoredAsGraph(layer)) return write(layer, writing);
  if (isLambda(layer)) return writeLambda(layer, style);
  if (isOperation(layer)) return writeOperation(layer);
  const config: Entry = writeConfig(layer, layer.label, style, (inner) => writeAmongOptions(inner, writing));
  if (!isInputLayer(layer)) Object.assign(config, writtenPolicy(layer));
  const { module, class_name, registered_name } = classReference(layer);
  if (style === 'hybrid') return { class_name: registered_name ?? pythonName(layer), config };
  return { module, class_name, config, registered_name, ...buildConfig(layer) };
}

/** A layer that another one has among its options. Keras writes their envelopes in the form of version 3, whatever the file. */
function writeAmongOptions(layer: Layer, writing: Writing): Entry {
  if (!isStoredAsGraph(layer)) return writeLayer(layer, { ...writing, style: 'v3' });
  return { ...graphEnvelope(layer), ...writeLayer(layer, writing) };
}
