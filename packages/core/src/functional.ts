// The Functional: a graph of layers as a layer. It runs, nests and shares; training is @lamella/training's.
import * as tf from '@tensorflow/tfjs-core';
import {
  fitsShape,
  formatShape,
  sameShape,
  shapeMismatch,
  withScope,
  type SymbolicShape,
} from '@lamella/program';
import { callContext, type CallContext } from './call-context.js';
import { checkCopy } from './copies.js';
import { inputInvalid, layerUnknown } from './errors.js';
import { buildGraph, type Graph } from './graph.js';
import { Layer, type LayerOptions } from './layer.js';
import type { Node, Structure } from './node.js';
import { summarize, type SummaryOptions } from './summary/summary.js';
import { reroot } from './reroot.js';
import { isSymbolicTensor, type SymbolicTensor, type TensorSpec } from './symbolic-tensor.js';

export interface FunctionalOptions extends LayerOptions {
  readonly inputs: SymbolicTensor | readonly SymbolicTensor[];
  readonly outputs: SymbolicTensor | readonly SymbolicTensor[];
}

/**
 * A graph of layers as a layer. Applications make a `Model`, which is one that trains too.
 *
 * Throws: INPUT_INVALID, GRAPH_DISCONNECTED, GRAPH_CYCLIC, NAME_DUPLICATE, PACKAGE_DUPLICATED.
 */
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
    const rooted = reroot(this.label, { inputs, outputs });
    this.inputs = rooted.inputs;
    this.outputs = rooted.outputs;
    this.graph = buildGraph(this.label, this.inputs, this.outputs);
    this.ensureBuilt(
      this.inputs.map((tensor) => tensor.shape),
      this.inputStructure,
    );
    // False freezes all there is; true is the default and leaves layers frozen that were frozen before.
    if (options.trainable === false) this.trainable = false;
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

  /** A layer by name, or by its place in {@link layers}, counted from the end where negative. Throws: LAYER_UNKNOWN. */
  getLayer(nameOrIndex: string | number): Layer {
    const found =
      typeof nameOrIndex === 'number'
        ? this.layers.at(nameOrIndex)
        : this.layers.find((layer) => layer.name === nameOrIndex);
    if (found === undefined)
      throw layerUnknown(
        this.label,
        String(nameOrIndex),
        this.layers.map((layer) => layer.name),
      );
    return found;
  }

  /** The outputs of the graph, where the inputs are as declared; else those that its layers give for them. */
  override computeOutputs(inputs: readonly TensorSpec[], structure: Structure): TensorSpec[] {
    const isAsDeclared =
      inputs.length === this.inputs.length &&
      inputs.every(
        (tensor, i) => sameShape(tensor.shape, this.inputs[i]!.shape) && (tensor.mask ?? null) === null,
      );
    return isAsDeclared ? [...this.outputs] : super.computeOutputs(inputs, structure);
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
      // Integers become floats where floats are declared, as in Keras.
      values.set(tensor, inputs[i]!.dtype === tensor.dtype ? inputs[i]! : tf.cast(inputs[i]!, tensor.dtype));
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
  const { layer } = node;
  // A layer gives its own name to what it does; a graph does so only inside another one.
  const isGraph = 'graph' in layer;
  const invoke = (): ReturnType<Layer['invoke']> => layer.invoke(inputs, node.structure, inner);
  return isGraph ? withScope(layer.name, invoke) : invoke();
}

function tensors(
  subject: string,
  what: string,
  given: SymbolicTensor | readonly SymbolicTensor[],
): readonly SymbolicTensor[] {
  const list: readonly unknown[] = isSymbolicTensor(given) ? [given] : Array.isArray(given) ? given : [given];
  if (list.length === 0) throw inputInvalid(subject, `${what} is empty`, 'pass at least one symbolic tensor');
  for (const item of list) {
    checkCopy(subject, item);
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
