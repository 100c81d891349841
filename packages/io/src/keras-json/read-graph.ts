// The calls of a functional model, made in an order in which their inputs exist, whatever the order of the file. A call takes
// a tree of tensors, a mask, the training flag, and the arguments that the layer's class lists.
import {
  isFunctional,
  isInputLayer,
  isSymbolicTensor,
  callArgumentsOf,
  camelCase,
  type ApplyOptions,
  type CallConstant,
  type Layer,
  type SymbolicTensor,
  type SymbolicTree,
} from '@lamella/core';
import { flatten, mapTree, suggest, type Tree } from '@lamella/program';
import { fileInvalid } from '../errors.js';
import { isOperationEntry, readOperation } from '../operations/operation-entry.js';
import { referenceOf, type TensorReference } from '../operations/operand.js';
import { isAutomaticMask } from './automatic-mask.js';
import { withOwnNames } from './file-facts.js';
import { isRecord, type Json } from './python-json.js';
import { isEnvelope, type ReadContext } from './read-object.js';

type JsonRecord = { readonly [key: string]: Json };

/** The tensors between which a graph lies. */
export interface GraphEnds {
  readonly inputs: SymbolicTree;
  readonly outputs: SymbolicTree;
}

/** What stands in a call: a tensor, told by reference, or a plain value. */
type Value = TensorReference | CallConstant;

/** One stored call of a layer. */
interface Call {
  readonly layer: Layer;
  /** Which call of its layer it is. */
  readonly number: number;
  readonly inputs: Tree<Value>;
  readonly args: Readonly<Record<string, Tree<Value>>>;
  readonly mask?: Tree<Value>;
  readonly training?: boolean;
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
  graph.countShared([config['input_layers'], config['output_layers']]);
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
  /** Calls that layers shared with models inside had before this model's own, where the file counts those, too. */
  private readonly before = new Map<string, number>();

  constructor(private readonly context: ReadContext) {}

  add(entry: Json, layerOf: (entry: Json) => Layer): void {
    const stored = isRecord(entry) ? entry['inbound_nodes'] : undefined;
    const nodes = Array.isArray(stored) ? (stored as readonly Json[]) : [];
    if (isOperationEntry(entry, this.context)) {
      const { layer, calls } = readOperation(entry, nodes, this.context.file);
      this.name(layer);
      calls.forEach((inputs, number) => {
        this.calls.push({ layer, number, inputs: inputs.length === 1 ? inputs[0]! : inputs, args: {} });
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

  /** Finds out whether the file counts the calls of models inside; `ends` are the model's. Before any call is made. */
  countShared(ends: readonly (Json | undefined)[]): void {
    const called = [...this.layers.values()].filter(
      (layer) => !isInputLayer(layer) && layer.inboundNodes.length > 0,
    );
    if (called.length === 0) return;
    const references = [
      ...this.calls.flatMap(referencesIn),
      ...flatten(ends as Tree<unknown>, isReference).filter(isReference),
    ];
    const leastOf = new Map<string, number>();
    for (const [of, node] of references) leastOf.set(of, Math.min(node, leastOf.get(of) ?? Infinity));
    for (const { name, inboundNodes } of called) {
      const least = leastOf.get(name) ?? Infinity;
      if (least >= inboundNodes.length && least < Infinity) this.before.set(name, inboundNodes.length);
    }
  }

  /** Makes the calls. Each waits for the calls that make its inputs, and for the one of its layer before it. */
  run(): void {
    if (this.isOlder && this.context.countsCallsFromZero !== true) this.countOlder();
    // By the name of a layer and the number of its call, without a text of both: names may be long, and calls many.
    const waiting = new Map<string, Map<number, Set<number>>>();
    const missing = this.calls.map((call, i) => {
      let count = 0;
      for (const [name, number] of this.needs(call)) {
        const ofLayer = waiting.get(name) ?? new Map<number, Set<number>>();
        const ofCall = ofLayer.get(number) ?? new Set<number>();
        if (!ofCall.has(i)) count++;
        waiting.set(name, ofLayer.set(number, ofCall.add(i)));
      }
      return count;
    });
    const ready = this.calls.flatMap((_, i) => (missing[i] === 0 ? [i] : []));
    for (let next = 0; next < ready.length; next++) {
      const call = this.calls[ready[next]!]!;
      this.made.get(call.layer.name)!.push(this.apply(call));
      for (const i of waiting.get(call.layer.name)?.get(call.number) ?? [])
        if (--missing[i]! === 0) ready.push(i);
    }
    const loose = this.calls.filter((_, i) => missing[i]! > 0).map(({ layer }) => `"${layer.name}"`);
    if (loose.length > 0)
      throw this.invalid(`its graph has a loop or loose ends at ${loose.slice(0, 5).join(', ')}`);
  }

  /** The model's inputs or outputs, nested as the constructor was given them. */
  ends(stored: Json | undefined): SymbolicTree {
    if (stored === undefined || stored === null)
      throw this.invalid('the model lists no inputs or no outputs');
    const end = (item: unknown): SymbolicTensor => {
      const reference = referenceOf(item as Json);
      if (reference === undefined) throw this.invalid('an input or output of the model is malformed');
      return this.end(reference);
    };
    // Keras 2 writes a list where there is one tensor.
    const isOne = this.isOlder && Array.isArray(stored) && stored.length === 1 && isReference(stored[0]);
    return mapTree((isOne ? stored[0] : stored) as Tree<unknown>, end, isReference);
  }

  private end([name, node, index]: TensorReference): SymbolicTensor {
    const made = this.made.get(name) ?? [];
    // Here, files of Keras 3 count the graph of an inner functional model itself as its call 0; older ones that of any model.
    const layer = this.layers.get(name);
    const isModel = layer !== undefined && isFunctional(layer);
    const shift = isModel && (this.isOlder || layer.className === 'Functional') ? 1 : 0;
    const own = node - (this.before.get(name) ?? 0);
    const tensor = made[own - shift]?.[index] ?? made[own]?.[index];
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

  /** The calls, by the names and numbers, that a call waits for. */
  private needs(call: Call): (readonly [name: string, number: number])[] {
    const { layer, number } = call;
    const keys: [string, number][] = number === 0 ? [] : [[layer.name, number - 1]];
    for (const reference of referencesIn(call)) {
      const [name, node] = this.counted(reference);
      const source = this.layers.get(name);
      if (source === undefined)
        throw this.invalid(`"${layer.name}" is called on the output of "${name}", which does not exist`);
      if (!isInputLayer(source)) keys.push([name, node]);
    }
    return keys;
  }

  private apply(call: Call): readonly SymbolicTensor[] {
    const { layer, inputs, args, mask, training } = call;
    this.context.budget.spend('steps', 50 + 30 * referencesIn(call).length, `the calls of "${layer.name}"`);
    const found = (tree: Tree<Value>): Tree<SymbolicTensor | CallConstant> =>
      mapTree(tree, (value) => (isReference(value) ? this.find(value, layer) : value), isReference);
    const tensors = found(inputs);
    if (!flatten(tensors).every(isSymbolicTensor))
      throw this.invalid(`"${layer.name}" is called on something that is no tensor`);
    const given = mask === undefined ? undefined : found(mask);
    const options: ApplyOptions<SymbolicTensor> = {
      ...Object.fromEntries(Object.entries(args).map(([name, value]) => [name, found(value)])),
      ...(training !== undefined && { training }),
      ...(given !== undefined &&
        !isAutomatic(tensors as SymbolicTree, given) && { mask: given as Tree<SymbolicTensor | null> }),
    };
    return flatten(layer.apply(tensors as SymbolicTree, options));
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
    const own = node - (this.before.get(name) ?? 0);
    return this.fromOne.has(name) ? [name, own - 1, index] : [name, own, index];
  }

  private countOlder(): void {
    const least = new Map<string, number>();
    for (const call of this.calls)
      for (const [name, node] of referencesIn(call))
        least.set(name, Math.min(node - (this.before.get(name) ?? 0), least.get(name) ?? Infinity));
    for (const [name, node] of least)
      if (node >= 1 && this.layers.has(name) && isFunctional(this.layers.get(name)!)) this.fromOne.add(name);
  }

  private readCall(layer: Layer, number: number, node: Json): Call {
    if (Array.isArray(node)) return this.readOlderCall(layer, number, node);
    const args = isRecord(node) ? node['args'] : undefined;
    if (!isRecord(node) || !Array.isArray(args)) return this.readOlderCall(layer, number, node);
    const names = callArgumentsOf(layer);
    const [first, kwargs] = args.length > 0 ? [[], node['kwargs']] : firstByName(node['kwargs'], names);
    const [inputs, ...others] = [...first, ...(args as readonly Json[])].map((item) =>
      this.value(item, layer),
    );
    if (inputs === undefined) throw this.invalid(`"${layer.name}" is called on nothing`);
    if (others.length > names.length)
      throw this.invalid(
        `"${layer.name}" is called with ${args.length} arguments, and it takes at most ${names.length + 1}`,
      );
    return { layer, number, inputs: withOwnNames(layer, inputs), ...this.options(kwargs, layer, others) };
  }

  /** The form of Keras 2: references in a tree, with the options of the call in the first. */
  private readOlderCall(layer: Layer, number: number, node: Json): Call {
    this.isOlder = true;
    const isOne = Array.isArray(node) && node.length === 1;
    const { inputs, states } = apartFromStates(layer, this.value(isOne ? node[0]! : node, layer));
    const first = flatten(node as Tree<Json>, isReference)[0];
    const kwargs = Array.isArray(first) ? (first as readonly Json[])[3] : undefined;
    const { args, ...options } = this.options(kwargs, layer);
    return { layer, number, inputs, args: { ...states, ...args }, ...options };
  }

  /** A value of a call: references in place of tensors. */
  private value(stored: Json, layer: Layer): Tree<Value> {
    return mapTree(
      stored as Tree<unknown>,
      (leaf): Value => {
        const older = referenceOf(leaf as Json);
        if (older !== undefined) return older;
        if (!isRecord(leaf as Json)) return leaf as CallConstant;
        const config = isEnvelope(leaf as Json) ? (leaf as JsonRecord)['config'] : undefined;
        const isTensor = (leaf as JsonRecord)['class_name'] === '__keras_tensor__';
        const reference = isTensor && isRecord(config) ? referenceOf(config['keras_history']) : undefined;
        if (reference === undefined)
          throw this.invalid(`"${layer.name}" is called on something that is no tensor`);
        return reference;
      },
      (node) => isReference(node) || isEnvelope(node as Json),
    );
  }

  /** What is given beside the first argument: by position, and by name. */
  private options(
    kwargs: Json | undefined,
    layer: Layer,
    byPosition: readonly Tree<Value>[] = [],
  ): Pick<Call, 'args' | 'mask' | 'training'> {
    const known = callArgumentsOf(layer);
    const placed = Object.fromEntries(byPosition.map((value, i) => [known[i]!, value]));
    const { training = null, mask = null, ...others } = isRecord(kwargs) ? kwargs : {};
    const args = Object.entries(others).flatMap(([key, stored]): [string, Tree<Value>][] => {
      const name = camelCase(key);
      if (stored === null) return [];
      if (!known.includes(name))
        throw this.invalid(
          `"${layer.name}" is called with "${key}", which ${layer.className} does not take. ${suggest(name, known)}`,
        );
      return [[name, this.value(stored, layer)]];
    });
    const given = placed['mask'] ?? this.value(mask, layer);
    const masks = flatten(given, isReference);
    if (!masks.every((item) => item === null || isReference(item)))
      throw this.invalid(`"${layer.name}" is called with a mask that is no tensor`);
    const isNoMask = masks.every((item) => item === null);
    return {
      args: { ...argumentsIn(placed), ...Object.fromEntries(args) },
      ...(!isNoMask && { mask: given }),
      ...(typeof training === 'boolean' && { training }),
    };
  }

  private invalid(problem: string): Error {
    return fileInvalid(this.context.file, problem);
  }
}

function isReference(value: unknown): value is TensorReference {
  return referenceOf(value as Json) !== undefined;
}

function referencesIn({ inputs, args, mask = null }: Call): TensorReference[] {
  return flatten<Value>([inputs, args, mask], isReference).filter(isReference);
}

/** Keras 2 lists the states that a recurrent layer begins with behind its input. */
function apartFromStates(
  layer: Layer,
  given: Tree<Value>,
): { readonly inputs: Tree<Value>; readonly states: Readonly<Record<string, Tree<Value>>> } {
  if (!callArgumentsOf(layer).includes('initialState') || isReference(given) || !Array.isArray(given))
    return { inputs: given, states: {} };
  const [inputs, ...initialState] = given as readonly Tree<Value>[];
  return { inputs: inputs!, states: initialState.length === 0 ? {} : { initialState } };
}

/** A first argument that Python gave by its name, which is its author's to choose, and what else was given by name. */
function firstByName(kwargs: Json | undefined, known: readonly string[]): [Json[], Json | undefined] {
  if (!isRecord(kwargs)) return [[], kwargs];
  const taken = [...known, 'mask', 'training'];
  const name = Object.keys(kwargs).find((key) => !taken.includes(camelCase(key)));
  if (name === undefined) return [[], kwargs];
  const { [name]: first, ...others } = kwargs;
  return [first === undefined ? [] : [first], others];
}

/** The arguments of a class's own that are given. */
function argumentsIn(placed: Readonly<Record<string, Tree<Value>>>): Call['args'] {
  const { mask: _, ...own } = placed;
  return Object.fromEntries(Object.entries(own).filter(([, value]) => value !== null));
}

/** Whether each given mask is the one that its tensor has anyway. */
function isAutomatic(tensors: SymbolicTree, masks: Tree<SymbolicTensor | CallConstant>): boolean {
  const given = flatten(masks);
  const own = flatten(tensors);
  return (
    given.length === own.length &&
    given.every((mask, i) =>
      isSymbolicTensor(mask) ? isAutomaticMask(own[i]!, mask) : own[i]!.mask === null,
    )
  );
}
