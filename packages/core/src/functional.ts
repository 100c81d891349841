// The Functional: a graph of layers as a layer. It runs, nests and shares; training is @lamella/training's.
import * as tf from '@tensorflow/tfjs-core';
import {
  fitsShape,
  flatten,
  formatShape,
  mapTree,
  sameShape,
  shapeMismatch,
  structureOf,
  tfjsDType,
  unflatten,
  type SymbolicShape,
  type Tree,
  type TreeStructure,
} from '@lamella/program';
import { arrange } from './arrange.js';
import { argumentMasks, type CallArguments } from './call-arguments.js';
import { callContext, type CallContext, type Mask } from './call-context.js';
import { inputInvalid, layerUnknown, structureMismatch } from './errors.js';
import { buildGraph, type Graph } from './graph.js';
import { invokePart } from './invoke-part.js';
import { Layer, type LayerOptions, type LayerResult } from './layer.js';
import { asMask } from './masks.js';
import type { Node } from './node.js';
import { summarize, type SummaryOptions } from './summary/summary.js';
import { withSubmodelInputs } from './submodel-inputs.js';
import { checkSymbolic } from './symbolic-inputs.js';
import { isTensorSpec, type SymbolicTensor, type SymbolicTree, type TensorSpec } from './symbolic-tensor.js';

/** The ends of a graph: a tensor, or lists and records of them, nested as one likes. */
export interface FunctionalOptions<
  I extends SymbolicTree = SymbolicTree,
  O extends SymbolicTree = SymbolicTree,
> extends LayerOptions {
  readonly inputs: I;
  readonly outputs: O;
}

/**
 * A graph of layers as a layer. Applications make a `Model`, which is one that trains too.
 *
 * Throws: INPUT_INVALID, GRAPH_DISCONNECTED, GRAPH_CYCLIC, NAME_DUPLICATE, PACKAGE_DUPLICATED.
 */
export class Functional<
  In extends Tree<tf.Tensor> = Tree<tf.Tensor>,
  Out extends Tree<tf.Tensor> = Tree<tf.Tensor>,
> extends Layer {
  static readonly className: string = 'Functional';
  /** The leaves of the inputs and outputs, in order. */
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
  /** How inputs and outputs are nested. */
  readonly inputStructure: TreeStructure;
  readonly outputStructure: TreeStructure;
  readonly graph: Graph;

  constructor(options: FunctionalOptions) {
    super(options);
    checkSymbolic(this.label, 'inputs', options.inputs);
    checkSymbolic(this.label, 'outputs', options.outputs);
    const given = flatten<SymbolicTensor>(options.inputs);
    if (new Set(given).size < given.length)
      throw inputInvalid(this.label, 'the same tensor stands twice in inputs');
    const { inputs, outputs } = withSubmodelInputs(this.label, options);
    this.inputs = flatten(inputs);
    this.outputs = flatten(outputs);
    this.inputStructure = structureOf(inputs);
    this.outputStructure = structureOf(outputs);
    this.graph = buildGraph(this.label, this.inputs, this.outputs);
    this.ensureBuilt(mapTree(inputs, (tensor) => tensor.shape));
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
  override computeOutputs(inputs: Tree<TensorSpec>, args: CallArguments<TensorSpec>): Tree<TensorSpec> {
    const isAsDeclared = this.arranged(inputs).every(
      ({ shape, mask }, i) => sameShape(shape, this.inputs[i]!.shape) && (mask ?? null) === null,
    );
    return isAsDeclared ? unflatten(this.outputStructure, this.outputs) : super.computeOutputs(inputs, args);
  }

  /** Prints the layers and the totals as Keras does. */
  summary(options: SummaryOptions = {}): void {
    (options.printFn ?? console.log)(summarize(this, options));
  }

  override call(inputs: In, context: CallContext): Out {
    return this.invoke(inputs, context).outputs as Out;
  }

  override invoke(inputs: Tree<tf.Tensor>, context: CallContext): LayerResult {
    const given = flatten(inputs);
    const places = this.arranged(numbered(inputs));
    this.checkShapes(places.map((place) => given[place]!));
    const values = new Map<SymbolicTensor, tf.Tensor>();
    const masks = new Map<SymbolicTensor, Mask>();
    this.inputs.forEach((tensor, i) => {
      const value = given[places[i]!]!;
      // Integers become floats where floats are declared, as in Keras.
      const dtype = tfjsDType(tensor.dtype);
      values.set(tensor, value.dtype === dtype ? value : tf.cast(value, dtype));
      masks.set(tensor, context.masks[places[i]!] ?? null);
    });
    for (const node of this.graph.nodes) {
      if (node.parents.length === 0) continue;
      const result = runNode(node, values, masks, context);
      const outputs = flatten(result.outputs);
      node.outputs.forEach((tensor, i) => {
        values.set(tensor, outputs[i]!);
        masks.set(tensor, result.masks[i] ?? null);
      });
    }
    return {
      outputs: unflatten(
        this.outputStructure,
        this.outputs.map((tensor) => values.get(tensor)!),
      ),
      masks: this.outputs.map((tensor) => masks.get(tensor) ?? null),
    };
  }

  /** Inputs may be nested as declared, stand in a list in order, or in a record by the names of the inputs. */
  protected override checkStructure(inputs: Tree<unknown>): void {
    this.arranged(inputs);
  }

  /** The leaves of inputs in the order of {@link inputs}. Throws: STRUCTURE_MISMATCH. */
  private arranged<T>(given: Tree<T>): T[] {
    const names = this.inputs.map(({ name }) => name);
    const found = arrange(given, {
      structure: this.inputStructure,
      names,
      isLeaf: (value) => isTensorSpec(value) || typeof value === 'number',
    });
    if (found !== undefined) return found;
    throw structureMismatch(this.label, this.inputStructure, structureOf(given, isTensorSpec), names);
  }

  private checkShapes(inputs: readonly tf.Tensor[]): void {
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
  masks: ReadonlyMap<SymbolicTensor, Mask>,
  context: CallContext,
): LayerResult {
  const { inputs, args, mask } = node.callOn((tensor) => values.get(tensor)!);
  const maskOf = (tensor: SymbolicTensor): Mask => masks.get(tensor) ?? null;
  const inner: CallContext = {
    ...callContext({
      training: context.overridesTraining ? context.training : (node.training ?? context.training),
      overridesTraining: context.overridesTraining || node.training !== undefined,
      masks: mask === undefined ? flatten(node.inputs).map(maskOf) : flatten(mask).map(asMask),
      args,
      argMasks: argumentMasks(node.args, maskOf),
    }),
    addLoss: context.addLoss,
  };
  return invokePart(node.layer, inputs, inner);
}

/** A tree of the numbers of its leaves. */
function numbered(tree: Tree<tf.Tensor>): Tree<number> {
  let next = 0;
  return mapTree(tree, () => next++);
}

function describeFeed(shape: SymbolicShape): string {
  return `[${shape.map((size, i) => size ?? (i === 0 ? 'batch' : 'any')).join(', ')}]`;
}
