// Functional: a model that is a graph of layers.
import type * as tf from '@tensorflow/tfjs-core';
import {
  callContext,
  hostPartOf,
  LayerGraph,
  type Autocast,
  type CallArguments,
  type CallContext,
  type Composition,
  type Functional as FunctionalLayer,
  type GraphEnds,
  type GraphOptions,
  type HostPart,
  type Layer,
  type LayerResult,
  type SymbolicTree,
  type TensorSpec,
} from '@lamella/core';
import type { Tree } from '@lamella/program';
import { Model, type ModelOptions } from './model.js';

/** The options of a {@link Functional}: the ends of its graph, a tensor each, or lists and records of them. */
export interface FunctionalOptions<
  I extends SymbolicTree = SymbolicTree,
  O extends SymbolicTree = SymbolicTree,
>
  extends ModelOptions, GraphOptions<I, O> {}

/**
 * A graph of layers as a model. It runs, nests and shares like any layer. Source: keras.Model(inputs, outputs).
 *
 * Throws: INPUT_INVALID, GRAPH_DISCONNECTED, GRAPH_CYCLIC, NAME_DUPLICATE, PACKAGE_DUPLICATED.
 */
export class Functional<
  In extends Tree<tf.Tensor> = Tree<tf.Tensor>,
  Out extends Tree<tf.Tensor> = Tree<tf.Tensor>,
>
  extends Model<In, Out>
  implements FunctionalLayer
{
  static readonly className: string = 'Functional';
  readonly graph: LayerGraph;
  readonly #hostPart: HostPart | undefined;

  constructor(options: FunctionalOptions, composition?: Composition) {
    super(options, composition);
    this.graph = new LayerGraph(this.label, options);
    // Says at once what stands where it cannot.
    this.#hostPart = hostPartOf(this.label, this.graph);
    this.ensureBuilt(this.graph.inputShape);
    // False freezes all there is; true is the default and leaves layers frozen that were frozen before.
    if (options.trainable === false) this.trainable = false;
  }

  override get label(): string {
    return `Model "${this.name}"`;
  }

  /** All layers, inputs included, in Keras' order. */
  override get layers(): readonly Layer[] {
    return this.graph.layers;
  }

  override get sublayers(): readonly Layer[] {
    return this.graph.layers;
  }

  /** Its layers cast what comes to them. */
  override get autocast(): Autocast {
    return 'none';
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override get hostPart(): HostPart | undefined {
    return this.#hostPart;
  }

  protected override get ends(): GraphEnds {
    return this.graph;
  }

  /** The outputs of the graph, where the inputs are as declared; else those that its layers give for them. */
  override computeOutputs(inputs: Tree<TensorSpec>, args: CallArguments<TensorSpec>): Tree<TensorSpec> {
    return this.graph.outputsFor(inputs) ?? super.computeOutputs(inputs, args);
  }

  override call(inputs: In, context: CallContext = callContext()): Out {
    return this.invoke(inputs, context).outputs as Out;
  }

  override invoke(inputs: Tree<tf.Tensor>, context: CallContext): LayerResult {
    return this.graph.compute(inputs, context);
  }

  protected override checkStructure(inputs: Tree<unknown>): void {
    this.graph.arranged(inputs);
  }
}
