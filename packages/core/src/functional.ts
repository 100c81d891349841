// The Functional: a graph of layers as a layer. It runs, nests and shares; training is @lamella/training's.
import type * as tf from '@tensorflow/tfjs-core';
import { fitsShape, formatShape, shapeMismatch, type SymbolicShape } from '@lamella/program';
import { callContext, type CallContext } from './call-context.js';
import { inputInvalid, layerUnknown } from './errors.js';
import { buildGraph, type Graph } from './graph.js';
import { InputLayer, isInputLayer } from './input.js';
import { Layer, type LayerOptions } from './layer.js';
import type { Node, Structure } from './node.js';
import { summarize, type SummaryOptions } from './summary/summary.js';
import { isSymbolicTensor, type SymbolicTensor } from './symbolic-tensor.js';

export interface FunctionalOptions extends LayerOptions {
  readonly inputs: SymbolicTensor | readonly SymbolicTensor[];
  readonly outputs: SymbolicTensor | readonly SymbolicTensor[];
}

export class Functional extends Layer {
  static readonly className: string = 'Functional';
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
  readonly inputStructure: Structure;
  readonly outputStructure: Structure;
  readonly graph: Graph;

  constructor(options: FunctionalOptions) {
    super(options);
    const inputs = tensors(this.label, 'inputs', options.inputs);
    const outputs = tensors(this.label, 'outputs', options.outputs);
    this.inputStructure = isSymbolicTensor(options.inputs) ? 'single' : 'list';
    this.outputStructure = isSymbolicTensor(options.outputs) ? 'single' : 'list';
    if (new Set(inputs).size < inputs.length)
      throw inputInvalid(this.label, 'the same tensor stands twice in inputs');
    const rooted = inputs.every((tensor) => isInputLayer(tensor.node.layer))
      ? { inputs, outputs }
      : reroot(this.label, inputs, outputs);
    this.inputs = rooted.inputs;
    this.outputs = rooted.outputs;
    this.graph = buildGraph(this.label, this.inputs, this.outputs);
    this.ensureBuilt(
      this.inputs.map((tensor) => tensor.shape),
      this.inputStructure,
    );
  }

  /** All layers, inputs included, in Keras' order. */
  get layers(): readonly Layer[] {
    return this.graph.layers;
  }

  override get sublayers(): readonly Layer[] {
    return this.graph.layers;
  }

  override get supportsMasking(): boolean {
    return true;
  }

  /** A layer by name, or by its place in {@link layers}. Throws: LAYER_UNKNOWN. */
  getLayer(nameOrIndex: string | number): Layer {
    const found =
      typeof nameOrIndex === 'number'
        ? this.layers[nameOrIndex]
        : this.layers.find((layer) => layer.name === nameOrIndex);
    if (found === undefined)
      throw layerUnknown(
        this.label,
        String(nameOrIndex),
        this.layers.map((layer) => layer.name),
      );
    return found;
  }

  /** Prints the layers and the totals as Keras does. */
  summary(options: SummaryOptions = {}): void {
    (options.print ?? console.log)(summarize(this, options));
  }

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor | tf.Tensor[] {
    const { outputs } = this.run(Array.isArray(inputs) ? inputs : [inputs], context);
    return this.outputStructure === 'single' ? outputs[0]! : outputs;
  }

  override invoke(
    inputs: readonly tf.Tensor[],
    _structure: Structure,
    context: CallContext,
  ): { outputs: tf.Tensor[]; masks: (tf.Tensor | null)[] } {
    return this.run(inputs, context);
  }

  private run(
    inputs: readonly tf.Tensor[],
    context: CallContext,
  ): { outputs: tf.Tensor[]; masks: (tf.Tensor | null)[] } {
    this.checkInputs(inputs);
    const values = new Map<SymbolicTensor, tf.Tensor>();
    const masks = new Map<SymbolicTensor, tf.Tensor | null>();
    this.inputs.forEach((tensor, i) => {
      values.set(tensor, inputs[i]!);
      masks.set(tensor, context.masks[i] ?? null);
    });
    for (const node of this.graph.nodes) {
      if (node.inputs.length === 0) continue;
      const results = runNode(node, values, masks, context);
      node.outputs.forEach((tensor, i) => {
        values.set(tensor, results.outputs[i]!);
        masks.set(tensor, results.masks[i] ?? null);
      });
    }
    return {
      outputs: this.outputs.map((tensor) => values.get(tensor)!),
      masks: this.outputs.map((tensor) => masks.get(tensor) ?? null),
    };
  }

  private checkInputs(inputs: readonly tf.Tensor[]): void {
    if (inputs.length !== this.inputs.length) {
      throw inputInvalid(
        this.label,
        `expected ${this.inputs.length} inputs (${this.inputs.map((tensor) => `"${tensor.name}"`).join(', ')}), got ${inputs.length}`,
      );
    }
    this.inputs.forEach((tensor, i) => {
      if (fitsShape(inputs[i]!.shape, tensor.shape)) return;
      throw shapeMismatch(
        this.label,
        `expected shape ${formatShape(tensor.shape)} for input "${tensor.name}", got ${formatShape(inputs[i]!.shape)}`,
        `feed ${describeFeed(tensor.shape)}, or rebuild the graph with input({ shape: ${formatShape(inputs[i]!.shape.slice(1))} })`,
      );
    });
  }
}

function runNode(
  node: Node,
  values: ReadonlyMap<SymbolicTensor, tf.Tensor>,
  masks: ReadonlyMap<SymbolicTensor, tf.Tensor | null>,
  context: CallContext,
): { outputs: tf.Tensor[]; masks: (tf.Tensor | null)[] } {
  const inputs = node.inputs.map((tensor) => values.get(tensor)!);
  const own = node.inputs.map((tensor) => masks.get(tensor) ?? null);
  const inner = {
    ...callContext({ training: node.options.training ?? context.training, masks: own }),
    addLoss: context.addLoss,
  };
  return node.layer.invoke(inputs, node.structure, inner);
}

/** Gives a graph that begins at intermediate tensors inputs of its own, by applying its (shared) layers once more. */
function reroot(
  subject: string,
  inputs: readonly SymbolicTensor[],
  outputs: readonly SymbolicTensor[],
): { inputs: SymbolicTensor[]; outputs: SymbolicTensor[] } {
  const replaced = new Map<SymbolicTensor, SymbolicTensor>();
  const fresh = inputs.map((tensor) => {
    const own = isInputLayer(tensor.node.layer)
      ? tensor
      : new InputLayer({
          batchShape: tensor.shape,
          dtype: tensor.dtype as 'float32',
          name: `${tensor.name}_input`,
        }).tensor;
    replaced.set(tensor, own);
    return own;
  });
  for (const node of buildGraph(subject, inputs, outputs).nodes) {
    if (node.outputs.every((tensor) => replaced.has(tensor)) || node.inputs.length === 0) continue;
    const args = node.inputs.map((tensor) => replaced.get(tensor) ?? tensor);
    const results = node.layer.applyAll(node.structure === 'single' ? args[0]! : args, node.options);
    node.outputs.forEach((tensor, i) => {
      if (!replaced.has(tensor)) replaced.set(tensor, results[i]!);
    });
  }
  return { inputs: fresh, outputs: outputs.map((tensor) => replaced.get(tensor) ?? tensor) };
}

function tensors(
  subject: string,
  what: string,
  given: SymbolicTensor | readonly SymbolicTensor[],
): readonly SymbolicTensor[] {
  const list: readonly unknown[] = isSymbolicTensor(given) ? [given] : Array.isArray(given) ? given : [given];
  if (list.length === 0) throw inputInvalid(subject, `${what} is empty`, 'pass at least one symbolic tensor');
  for (const item of list) {
    if (!isSymbolicTensor(item))
      throw inputInvalid(
        subject,
        `expected symbolic tensors in ${what}, got ${item === null ? 'null' : typeof item}`,
        'pass what input() and apply() return',
      );
  }
  return list as readonly SymbolicTensor[];
}

function describeFeed(shape: SymbolicShape): string {
  return `[${shape.map((size, i) => size ?? (i === 0 ? 'batch' : 'any')).join(', ')}]`;
}
