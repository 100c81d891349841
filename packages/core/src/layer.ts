// The Layer: builds weights from an input shape, computes in tfjs-core calls, and can be applied to symbolic tensors.
// Not here: graphs of layers (functional.ts), training, files. Long because it is the one contract that others extend.
import type * as tf from '@tensorflow/tfjs-core';
import {
  notCapturable,
  withScope,
  type HostTensor,
  type Shape,
  type StorageDType,
  type SymbolicShape,
} from '@lamella/program';
import type { CallContext } from './call-context.js';
import type { Config, Serializable } from './config.js';
import { markCopy } from './copies.js';
import { createWeight } from './create-weight.js';
import { callFailed, inputInvalid, layerAlreadyBuilt, layerNotBuilt, nameInvalid } from './errors.js';
import { inferOutputs, withoutTrialSizes } from './infer-outputs.js';
import type { Constraint, Initializer, Regularizer } from './initializer.js';
import { withMaskShapes } from './mask-shapes.js';
import { snakeCaseClass, uniqueName } from './names.js';
import { Node, type CallOptions, type Structure } from './node.js';

import { symbolicInputs } from './symbolic-inputs.js';
import { isSymbolicTensor, type SymbolicTensor, type TensorSpec } from './symbolic-tensor.js';
import { whileRunning } from './weight-access.js';
import { getWeightValues, setWeightValues } from './weight-values.js';
import type { Weight } from './weight.js';

const brand = Symbol.for('lamella.Layer');

/** The options every layer takes. */
export interface LayerOptions {
  /** Unique in its model; by default the class name in snake_case, numbered. */
  readonly name?: string;
  readonly trainable?: boolean;
  /** Lamella computes in float32; other policies are refused by name. */
  readonly dtype?: 'float32';
}

export interface WeightSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype?: StorageDType;
  readonly initializer: Initializer;
  readonly regularizer?: Regularizer | null;
  readonly constraint?: Constraint | null;
  readonly trainable?: boolean;
}

/**
 * A step of a model. Subclasses name themselves with a static `className`, create weights in {@link build}, compute in
 * {@link call} with tfjs-core calls, and say their options in {@link getConfig}. Shapes are inferred by capturing `call`.
 *
 * @example
 * import * as tf from '@tensorflow/tfjs-core';
 * import { Layer, type Weight } from '@lamella/core';
 * import { initializers } from '@lamella/layers';
 *
 * class Scale extends Layer {
 *   static readonly className = 'acme>Scale';
 *   private factor!: Weight;
 *   override build(): void {
 *     this.factor = this.addWeight({ name: 'factor', shape: [], initializer: initializers.ones() });
 *   }
 *   override call(x: tf.Tensor): tf.Tensor {
 *     return tf.mul(x, this.factor.read());
 *   }
 * }
 */
export abstract class Layer implements Serializable {
  static {
    markCopy(this);
  }

  readonly kind = 'layers';
  readonly name: string;
  /** The calls on symbolic tensors, in order. */
  readonly inboundNodes: Node[] = [];
  /** In the order of creation, those first that were created to be trained. */
  // Hard private names: a subclass may have fields called `built` or `building`, in JavaScript unseen.
  readonly #ownWeights = { trainable: [] as Weight[], other: [] as Weight[] };
  #built: { readonly shapes: readonly SymbolicShape[]; readonly structure: Structure } | undefined;
  #building = false;
  #trainable: boolean;

  constructor(options: LayerOptions = {}) {
    this.name = options.name ?? uniqueName(snakeCaseClass(this.className));
    if (typeof this.name !== 'string' || this.name === '' || this.name.includes('/'))
      throw nameInvalid(this.className, this.name);
    this.#trainable = options.trainable ?? true;
    if (options.dtype !== undefined && options.dtype !== 'float32') {
      throw inputInvalid(
        this.label,
        `expected dtype "float32", got ${JSON.stringify(options.dtype)}`,
        'leave dtype out; other dtype policies are not supported yet',
      );
    }
    Object.defineProperty(this, brand, { value: true });
  }

  get className(): string {
    return (this.constructor as unknown as { className: string }).className;
  }

  /** Whether the layer's weights train; setting it sets it for all it is made of. Takes effect at the next step. */
  get trainable(): boolean {
    return this.#trainable;
  }

  set trainable(value: boolean) {
    this.#trainable = value;
    for (const layer of this.sublayers) layer.trainable = value;
  }

  /** How errors name the layer: `Dense "classifier"`. */
  get label(): string {
    return `${this.className.replace(/^.*>/, '')} "${this.name}"`;
  }

  /** Creates weights with {@link addWeight}. Called once, with the shape of the input, or a list of them. */
  build(_inputShape: SymbolicShape | readonly SymbolicShape[]): void {}

  /** Computes the outputs in tfjs-core calls. A list of tensors comes in where the layer was applied to a list. */
  abstract call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor | tf.Tensor[];

  /** The constructor's options. Subclasses add theirs to `super.getConfig()`. */
  getConfig(): Config {
    return { name: this.name, trainable: this.trainable };
  }

  /** The outputs' shapes and dtypes for given inputs. The default captures {@link call} at differing sizes. */
  computeOutputs(inputs: readonly TensorSpec[], structure: Structure): TensorSpec[] {
    return inferOutputs(this, inputs, structure);
  }

  /** Whether masks pass through, or are used; where not, a mask ends here. */
  get supportsMasking(): boolean {
    return false;
  }

  /** The mask of the output. The default passes the first input's mask on where {@link supportsMasking}. */
  computeMask(_inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor | null {
    return this.supportsMasking ? context.mask : null;
  }

  /** The layers this one is made of. */
  get sublayers(): readonly Layer[] {
    return [];
  }

  get isBuilt(): boolean {
    return this.#built !== undefined;
  }

  /** The input shapes seen at build, or undefined before. */
  get buildShapes(): readonly SymbolicShape[] | undefined {
    return this.#built?.shapes;
  }

  get buildStructure(): Structure {
    return this.#built?.structure ?? 'single';
  }

  /** All weights in Keras' order: own trainable, own non-trainable, then those of the sublayers. */
  get weights(): Weight[] {
    const { trainable, other } = this.#ownWeights;
    return unique([...trainable, ...other, ...this.sublayers.flatMap((layer) => layer.weights)]);
  }

  get trainableWeights(): Weight[] {
    if (!this.trainable) return [];
    return unique([
      ...[...this.#ownWeights.trainable, ...this.#ownWeights.other].filter((weight) => weight.trainable),
      ...this.sublayers.flatMap((layer) => layer.trainableWeights),
    ]);
  }

  get nonTrainableWeights(): Weight[] {
    const trainable = new Set(this.trainableWeights);
    return this.weights.filter((weight) => !trainable.has(weight));
  }

  /** The number of values in all weights. Throws: LAYER_NOT_BUILT. */
  get parameterCount(): number {
    if (!this.isBuilt) throw layerNotBuilt(this.label, 'its weights cannot be counted yet');
    return this.weights.reduce((sum, weight) => sum + weight.size, 0);
  }

  /** Copies of the weights' values, in the order of {@link weights}. */
  getWeights(): Promise<HostTensor[]> {
    return getWeightValues(this.weights);
  }

  /**
   * Sets all weights, in the order of {@link weights}.
   * Throws: LAYER_NOT_BUILT, INPUT_INVALID, WEIGHTS_MISMATCH naming every one that does not fit; nothing has changed then.
   */
  setWeights(values: readonly HostTensor[]): void {
    if (!this.isBuilt) throw layerNotBuilt(this.label, 'it has no weights to set yet');
    setWeightValues(this.label, this.weights, values);
  }

  /**
   * Applies the layer to a symbolic tensor, or a list of them, and gives the one output.
   * Throws: INPUT_INVALID, SHAPE_MISMATCH, NOT_CAPTURABLE, LAYER_FAILED, PACKAGE_DUPLICATED.
   */
  apply(inputs: SymbolicTensor | readonly SymbolicTensor[], options: CallOptions = {}): SymbolicTensor {
    const outputs = this.applyAll(inputs, options);
    if (outputs.length !== 1)
      throw inputInvalid(
        this.label,
        `it has ${outputs.length} outputs`,
        'call applyAll(), which gives a list',
      );
    return outputs[0]!;
  }

  /** Like {@link apply}, for a layer with several outputs. */
  applyAll(
    inputs: SymbolicTensor | readonly SymbolicTensor[],
    options: CallOptions = {},
  ): readonly SymbolicTensor[] {
    const structure = isSymbolicTensor(inputs) ? 'single' : 'list';
    const list = symbolicInputs(this.label, inputs);
    const wasBuilt = this.isBuilt;
    try {
      this.ensureBuilt(
        list.map((tensor) => tensor.shape),
        structure,
      );
      const hasOwnRule = this.computeMask !== Layer.prototype.computeMask;
      const shapes = this.computeOutputs(list, structure);
      const outputs = withMaskShapes(this, hasOwnRule, shapes, list, structure);
      const node = new Node(this, list, structure, outputs, options);
      this.inboundNodes.push(node);
      return node.outputs;
    } catch (cause) {
      if (!wasBuilt) this.#unbuild();
      throw callFailed(this.label, list, cause);
    }
  }

  /** The first call's input; for a layer applied once to one tensor. */
  get input(): SymbolicTensor {
    return this.#firstNode().inputs[0]!;
  }

  /** The first call's output. */
  get output(): SymbolicTensor {
    return this.#firstNode().outputs[0]!;
  }

  /** Builds once; later shapes are checked by the layer's own `call`. */
  ensureBuilt(shapes: readonly SymbolicShape[], structure: Structure): void {
    if (this.#built !== undefined) return;
    this.#building = true;
    try {
      this.build(structure === 'single' ? shapes[0]! : shapes);
    } catch (error) {
      this.#unbuild();
      throw error;
    } finally {
      this.#building = false;
    }
    this.#built = { shapes: shapes.map((shape) => [...shape]), structure };
  }

  /**
   * Computes with tensors: builds where needed, runs {@link call} under the layer's name, and gives outputs and masks.
   * This is what a graph calls for each node.
   */
  invoke(
    inputs: readonly tf.Tensor[],
    structure: Structure,
    context: CallContext,
  ): { outputs: tf.Tensor[]; masks: (tf.Tensor | null)[] } {
    this.ensureBuilt(
      inputs.map((tensor) => withoutTrialSizes(tensor.shape)),
      structure,
    );
    const run = (): { outputs: tf.Tensor[]; masks: (tf.Tensor | null)[] } => {
      const argument = structure === 'single' ? inputs[0]! : [...inputs];
      const result = this.call(argument, context);
      if (result instanceof Promise) {
        result.catch(() => undefined);
        throw notCapturable(this.label, 'its call() is asynchronous', 'return tensors, not a Promise');
      }
      const outputs = Array.isArray(result) ? result : [result];
      return { outputs, masks: this.masksOf(argument, outputs, context) };
    };
    try {
      return withScope(this.name, () => whileRunning(this, run));
    } catch (cause) {
      throw callFailed(this.label, inputs, cause);
    }
  }

  /** The masks of the outputs; a layer made of others gives each output its own. */
  protected masksOf(
    inputs: tf.Tensor | tf.Tensor[],
    outputs: readonly tf.Tensor[],
    context: CallContext,
  ): (tf.Tensor | null)[] {
    const mask = this.computeMask(inputs, context);
    return outputs.map(() => mask);
  }

  /**
   * Creates a weight; only in {@link build}.
   * Throws: LAYER_ALREADY_BUILT, NAME_INVALID, NAME_DUPLICATE, OPTION_INVALID, SHAPE_MISMATCH.
   */
  protected addWeight(spec: WeightSpec): Weight {
    if (!this.#building) throw layerAlreadyBuilt(this.label, `it adds weight "${spec.name}" outside build()`);
    const { trainable, other } = this.#ownWeights;
    const weight = createWeight(this, spec, [...trainable, ...other]);
    (weight.trainable ? trainable : other).push(weight);
    return weight;
  }

  #unbuild(): void {
    this.#built = undefined;
    this.#ownWeights.trainable.length = 0;
    this.#ownWeights.other.length = 0;
  }

  #firstNode(): Node {
    const node = this.inboundNodes[0];
    if (node === undefined)
      throw layerNotBuilt(this.label, 'it has never been applied and has no input or output');
    return node;
  }
}

/** Whether `value` is a {@link Layer}, of any copy of this package. */
export function isLayer(value: unknown): value is Layer {
  return typeof value === 'object' && value !== null && brand in value;
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}
