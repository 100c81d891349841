// The calls of a functional model, made in an order in which their inputs exist, whatever the order of the file. A call takes
// tensors, a mask and the training flag; anything else that a file passes to it is refused.
import { isInputLayer, type CallOptions, type Layer, type SymbolicTensor } from '@lamella/core';
import { fileInvalid } from '../errors.js';
import { isOperationEntry, readOperation } from '../operations/operation-entry.js';
import { referenceOf, type TensorReference } from '../operations/operand.js';
import { WithMask } from '../operations/with-mask.js';
import { isAutomaticMask } from './automatic-mask.js';
import { isRecord, type Json } from './python-json.js';
import { isEnvelope, type ReadContext } from './read-object.js';

type JsonRecord = { readonly [key: string]: Json };

/** The tensors between which a graph lies. */
export interface GraphEnds {
  readonly inputs: SymbolicTensor | SymbolicTensor[];
  readonly outputs: SymbolicTensor | SymbolicTensor[];
}

/** One stored call of a layer. */
interface Call {
  readonly layer: Layer;
  /** Which call of its layer it is. */
  readonly number: number;
  readonly inputs: readonly TensorReference[];
  readonly structure: 'single' | 'list';
  readonly mask: TensorReference | undefined;
  readonly options: CallOptions;
}

/** Builds the graph of a stored functional model; `layerOf` makes the layer of an entry. Throws: FILE_INVALID. */
export function readGraph(
  config: JsonRecord,
  entries: readonly Json[],
  layerOf: (entry: Json) => Layer,
  context: ReadContext,
): GraphEnds {
  const graph = new GraphReader(context);
  for (const entry of entries) graph.add(entry, layerOf);
  graph.run();
  return { inputs: graph.ends(config['input_layers']), outputs: graph.ends(config['output_layers']) };
}

class GraphReader {
  private readonly layers = new Map<string, Layer>();
  private readonly calls: Call[] = [];
  /** The outputs of each call of each layer. */
  private readonly made = new Map<string, (readonly SymbolicTensor[])[]>();
  /** Models inside this one whose calls the file counts from 1, as older ones do throughout. */
  private readonly fromOne = new Set<string>();
  private isOlder = false;
  private masks = 0;

  constructor(private readonly context: ReadContext) {}

  add(entry: Json, layerOf: (entry: Json) => Layer): void {
    const stored = isRecord(entry) ? entry['inbound_nodes'] : undefined;
    const nodes = Array.isArray(stored) ? (stored as readonly Json[]) : [];
    if (isOperationEntry(entry, this.context)) {
      const { layer, calls } = readOperation(entry, nodes, this.context.file);
      this.name(layer);
      calls.forEach((inputs, number) => {
        const structure = inputs.length === 1 ? 'single' : 'list';
        this.calls.push({ layer, number, inputs, structure, mask: undefined, options: {} });
      });
      return;
    }
    const layer = layerOf(entry);
    this.name(layer);
    if (isInputLayer(layer)) {
      this.made.set(layer.name, [[layer.tensor]]);
      if (nodes.length > 0) throw this.invalid(`input "${layer.name}" is called on something`);
    }
    nodes.forEach((node, number) => this.calls.push(this.readCall(layer, number, node)));
  }

  /** Makes the calls. Each waits for the calls that make its inputs, and for the one of its layer before it. */
  run(): void {
    if (this.isOlder) this.countOlder();
    const waiting = new Map<string, number[]>();
    const missing = this.calls.map((call, i) => {
      const needs = new Set(this.needs(call));
      for (const key of needs) waiting.set(key, [...(waiting.get(key) ?? []), i]);
      return needs.size;
    });
    const ready = this.calls.flatMap((_, i) => (missing[i] === 0 ? [i] : []));
    for (let next = 0; next < ready.length; next++) {
      const call = this.calls[ready[next]!]!;
      this.made.get(call.layer.name)!.push(this.apply(call));
      for (const i of waiting.get(keyOf(call.layer.name, call.number)) ?? [])
        if (--missing[i]! === 0) ready.push(i);
    }
    const loose = this.calls.filter((_, i) => missing[i]! > 0).map(({ layer }) => `"${layer.name}"`);
    if (loose.length > 0)
      throw this.invalid(`its graph has a loop or loose ends at ${loose.slice(0, 5).join(', ')}`);
  }

  /** The model's inputs or outputs: one tensor, a list, or a record sorted by its keys, as the constructor was given them. */
  ends(stored: Json | undefined): SymbolicTensor | SymbolicTensor[] {
    const reference = referenceOf(stored);
    if (reference !== undefined) return this.end(reference);
    const list = Array.isArray(stored)
      ? (stored as readonly Json[])
      : isRecord(stored)
        ? Object.keys(stored)
            .sort()
            .map((key) => stored[key]!)
        : undefined;
    if (list === undefined) throw this.invalid('the model lists no inputs or no outputs');
    return list.map((item) => {
      const inner = referenceOf(item);
      if (inner === undefined) throw this.invalid('an input or output of the model is malformed');
      return this.end(inner);
    });
  }

  private end([name, node, index]: TensorReference): SymbolicTensor {
    const made = this.made.get(name) ?? [];
    // Here, files of Keras 3 count the graph of an inner functional model itself as its call 0; older ones that of any model.
    const layer = this.layers.get(name);
    const isModel = layer !== undefined && 'graph' in layer;
    const shift = isModel && (this.isOlder || layer.className === 'Functional') ? 1 : 0;
    const tensor = made[node - shift]?.[index] ?? made[node]?.[index];
    if (tensor !== undefined) return tensor;
    throw this.invalid(
      `the model refers to output ${index} of call ${node} of "${name}", which does not exist`,
    );
  }

  private name(layer: Layer): void {
    if (this.layers.has(layer.name)) throw this.invalid(`two layers are named "${layer.name}"`);
    this.layers.set(layer.name, layer);
    this.made.set(layer.name, []);
  }

  private needs({ layer, number, inputs, mask }: Call): string[] {
    const keys = number === 0 ? [] : [keyOf(layer.name, number - 1)];
    for (const reference of mask === undefined ? inputs : [...inputs, mask]) {
      const [name, node] = this.counted(reference);
      const source = this.layers.get(name);
      if (source === undefined)
        throw this.invalid(`"${layer.name}" is called on the output of "${name}", which does not exist`);
      if (!isInputLayer(source)) keys.push(keyOf(name, node));
    }
    return keys;
  }

  private apply(call: Call): readonly SymbolicTensor[] {
    const tensors = call.inputs.map((reference) => this.find(reference, call.layer));
    const [first] = tensors;
    if (call.mask !== undefined && first !== undefined) {
      const mask = this.find(call.mask, call.layer);
      if (call.structure === 'list')
        throw this.invalid(`"${call.layer.name}" is called with a mask for a list`);
      if (!isAutomaticMask(first, mask))
        tensors[0] = new WithMask({ name: this.maskName(call) }).apply([first, mask]);
    }
    return call.layer.applyAll(call.structure === 'single' ? tensors[0]! : tensors, call.options);
  }

  private maskName({ layer }: Call): string {
    let name = `${layer.name}_mask`;
    while (this.layers.has(name)) name = `${layer.name}_mask_${++this.masks}`;
    this.layers.set(name, layer);
    return name;
  }

  private find(reference: TensorReference, layer: Layer): SymbolicTensor {
    const [name, node, index] = this.counted(reference);
    const tensor = this.made.get(name)?.[node]?.[index];
    if (tensor !== undefined) return tensor;
    throw this.invalid(
      `"${layer.name}" is called on output ${index} of call ${node} of "${name}", which does not exist`,
    );
  }

  private counted([name, node, index]: TensorReference): TensorReference {
    return this.fromOne.has(name) ? [name, node - 1, index] : [name, node, index];
  }

  private countOlder(): void {
    const least = new Map<string, number>();
    for (const { inputs } of this.calls)
      for (const [name, node] of inputs) least.set(name, Math.min(node, least.get(name) ?? Infinity));
    for (const [name, node] of least)
      if (node >= 1 && this.layers.has(name) && 'graph' in this.layers.get(name)!) this.fromOne.add(name);
  }

  private readCall(layer: Layer, number: number, node: Json): Call {
    if (Array.isArray(node)) return this.readOlderCall(layer, number, node);
    const args = isRecord(node) ? node['args'] : undefined;
    if (!isRecord(node) || !Array.isArray(args)) throw this.invalid(`"${layer.name}" has a malformed call`);
    if (args.length !== 1)
      throw this.invalid(
        `"${layer.name}" is called with ${args.length} arguments, and layers take one tensor or one list`,
      );
    const [only] = args as readonly Json[];
    const structure = Array.isArray(only) ? 'list' : 'single';
    const inputs = (structure === 'list' ? (only as readonly Json[]) : [only!]).map((item) =>
      this.reference(item, layer),
    );
    return {
      layer,
      number,
      inputs,
      structure,
      ...this.options(node['kwargs'], layer, (value) => this.reference(value, layer)),
    };
  }

  /** The form of Keras 2: a list for each input, with the options of the call in the first. */
  private readOlderCall(layer: Layer, number: number, node: readonly Json[]): Call {
    this.isOlder = true;
    const items = referenceOf(node) === undefined ? node : [node];
    const older = (value: Json): TensorReference => {
      const reference = referenceOf(value);
      if (reference === undefined)
        throw this.invalid(`"${layer.name}" is called on something that is no tensor`);
      return reference;
    };
    const inputs = items.map(older);
    const kwargs = Array.isArray(items[0]) ? (items[0] as readonly Json[])[3] : undefined;
    const structure = inputs.length === 1 ? 'single' : 'list';
    return { layer, number, inputs, structure, ...this.options(kwargs, layer, older) };
  }

  private reference(value: Json, layer: Layer): TensorReference {
    const config = isEnvelope(value) && value.class_name === '__keras_tensor__' ? value['config'] : undefined;
    const reference = isRecord(config) ? referenceOf(config['keras_history']) : undefined;
    if (reference === undefined)
      throw this.invalid(`"${layer.name}" is called on something that is no tensor`);
    return reference;
  }

  private options(
    kwargs: Json | undefined,
    layer: Layer,
    reference: (value: Json) => TensorReference,
  ): { mask: TensorReference | undefined; options: CallOptions } {
    const { training = null, mask = null, ...others } = isRecord(kwargs) ? kwargs : {};
    const smuggled = Object.keys(others).filter((key) => others[key] !== null);
    if (smuggled.length > 0)
      throw this.invalid(`"${layer.name}" is called with "${smuggled[0]}", which no layer takes here`);
    const isNoMask = mask === null || (Array.isArray(mask) && mask.every((item) => item === null));
    return {
      mask: isNoMask ? undefined : reference(mask),
      options: typeof training === 'boolean' ? { training } : {},
    };
  }

  private invalid(problem: string): Error {
    return fileInvalid(this.context.file, problem);
  }
}

function keyOf(name: string, call: number): string {
  return `${call} ${name}`;
}
