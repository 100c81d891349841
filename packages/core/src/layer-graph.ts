// The LayerGraph: calls of layers between inputs and outputs, ready to run. It is no layer itself: what is made of one, and
// trains, nests and is saved, is @lamella/training's Functional.
import * as tf from '@tensorflow/tfjs-core';
import {
  asFloat,
  fitsShape,
  isFloatDType,
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
import { argumentMasks } from './call-arguments.js';
import { callContext, type CallContext, type Mask } from './call-context.js';
import { inputInvalid, structureMismatch } from './errors.js';
import { buildGraph, type Graph } from './graph.js';
import { invokePart, type LayerResult } from './invoke-part.js';
import { Layer } from './layer.js';
import { asMask } from './masks.js';
import type { Node } from './node.js';
import { withSubmodelInputs } from './submodel-inputs.js';
import { checkSymbolic } from './symbolic-inputs.js';
import type { SymbolicTensor, SymbolicTree } from './symbolic-tensor.js';
import { isTensorSpec, type TensorSpec } from './tensor-spec.js';

/** What goes into a graph and what comes out of it, as one gives it: a tensor, or lists and records of them. */
export interface GraphOptions<I extends SymbolicTree = SymbolicTree, O extends SymbolicTree = SymbolicTree> {
  readonly inputs: I;
  readonly outputs: O;
}

/** The tensors between which something computes. */
export interface GraphEnds {
  /** The leaves of the inputs and outputs, in order. */
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
  /** How inputs and outputs are nested. */
  readonly inputStructure: TreeStructure;
  readonly outputStructure: TreeStructure;
}

/** A graph of layers that runs. Throws: INPUT_INVALID, GRAPH_DISCONNECTED, GRAPH_CYCLIC, NAME_DUPLICATE, PACKAGE_DUPLICATED. */
export class LayerGraph implements Graph, GraphEnds {
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
  readonly inputStructure: TreeStructure;
  readonly outputStructure: TreeStructure;
  readonly nodes: Graph['nodes'];
  readonly layers: readonly Layer[];
  readonly depths: Graph['depths'];

  /** `subject` is how errors name what the graph belongs to. */
  constructor(
    private readonly subject: string,
    options: GraphOptions,
  ) {
    checkSymbolic(subject, 'inputs', options.inputs);
    checkSymbolic(subject, 'outputs', options.outputs);
    const given = flatten<SymbolicTensor>(options.inputs);
    if (new Set(given).size < given.length)
      throw inputInvalid(subject, 'the same tensor stands twice in inputs');
    const { inputs, outputs } = withSubmodelInputs(subject, options);
    this.inputs = flatten(inputs);
    this.outputs = flatten(outputs);
    this.inputStructure = structureOf(inputs);
    this.outputStructure = structureOf(outputs);
    const { nodes, layers, depths } = buildGraph(subject, this.inputs, this.outputs);
    this.nodes = nodes;
    this.layers = layers;
    this.depths = depths;
  }

  /** The shapes of the inputs, nested like them. */
  get inputShape(): Tree<SymbolicShape> {
    return unflatten(
      this.inputStructure,
      this.inputs.map(({ shape }) => shape),
    );
  }

  /** The outputs as they are declared, where the inputs are so; else undefined. */
  outputsFor(inputs: Tree<TensorSpec>): Tree<TensorSpec> | undefined {
    const isAsDeclared = this.arranged(inputs).every(
      ({ shape, mask }, i) => sameShape(shape, this.inputs[i]!.shape) && (mask ?? null) === null,
    );
    return isAsDeclared ? unflatten(this.outputStructure, this.outputs) : undefined;
  }

  /** Runs the calls, each under its layer's name. */
  compute(inputs: Tree<tf.Tensor>, context: CallContext): LayerResult {
    const given = flatten(inputs);
    const places = this.arranged(numbered(inputs));
    this.checkShapes(places.map((place) => given[place]!));
    const values = new Map<SymbolicTensor, tf.Tensor>();
    const masks = new Map<SymbolicTensor, Mask>();
    this.inputs.forEach((tensor, i) => {
      const value = given[places[i]!]!;
      // Integers become floats where floats are declared, as in Keras.
      const dtype = tfjsDType(tensor.dtype);
      const own = value.dtype === dtype ? value : tf.cast(value, dtype);
      values.set(tensor, isFloatDType(tensor.dtype) ? asFloat(own, tensor.dtype) : own);
      masks.set(tensor, context.masks[places[i]!] ?? null);
    });
    for (const node of this.nodes) {
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

  /**
   * The leaves of inputs in the order of {@link inputs}: they may be nested as declared, stand in a list in order, or in a
   * record by the names of the inputs. Throws: STRUCTURE_MISMATCH.
   */
  arranged<T>(given: Tree<T>): T[] {
    const names = this.inputs.map(({ name }) => name);
    const found = arrange(given, {
      structure: this.inputStructure,
      names,
      isLeaf: (value) => isTensorSpec(value) || typeof value === 'number',
    });
    if (found !== undefined) return found;
    throw structureMismatch(this.subject, this.inputStructure, structureOf(given, isTensorSpec), names);
  }

  private checkShapes(inputs: readonly tf.Tensor[]): void {
    this.inputs.forEach((tensor, i) => {
      if (fitsShape(inputs[i]!.shape, tensor.shape)) return;
      throw shapeMismatch(
        this.subject,
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
      masksCameAlong: mask === undefined,
      args,
      argMasks: argumentMasks(node.args, maskOf),
    }),
    addLoss: context.addLoss,
  };
  const result = invokePart(node.layer, inputs, inner);
  checkPromised(node, flatten(result.outputs));
  return result;
}

/** A rule for shapes of its own may be wrong, and the layer is the one to say so of: not the next, which is built for the rule's. */
function checkPromised({ layer, outputs }: Node, computed: readonly tf.Tensor[]): void {
  if (layer.computeOutputs === Layer.prototype.computeOutputs) return;
  outputs.forEach(({ shape }, i) => {
    const actual = computed[i]?.shape;
    if (actual !== undefined && fitsShape(actual, shape)) return;
    throw shapeMismatch(
      layer.label,
      `its computeOutputs() says ${formatShape(shape)}, and its call() gives ${actual === undefined ? 'nothing' : formatShape(actual)}`,
      'mend computeOutputs(), or leave it out: shapes are then inferred from call()',
    );
  });
}

/** A tree of the numbers of its leaves. */
function numbered(tree: Tree<tf.Tensor>): Tree<number> {
  let next = 0;
  return mapTree(tree, () => next++);
}

function describeFeed(shape: SymbolicShape): string {
  return `[${shape.map((size, i) => size ?? (i === 0 ? 'batch' : 'any')).join(', ')}]`;
}
