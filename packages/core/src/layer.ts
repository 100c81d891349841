// The Layer: builds weights from an input shape, computes in tfjs-core calls, and can be applied to symbolic tensors.
// Not here: graphs of layers (functional.ts), training, files.
import type * as tf from '@tensorflow/tfjs-core';
import {
  formatShape,
  type HostTensor,
  sameShape,
  withScope,
  type Shape,
  type StorageDType,
  type SymbolicShape,
} from '@lamella/program';
import type { CallContext } from './call-context.js';
import type { Config, Serializable } from './config.js';
import { inputInvalid, layerAlreadyBuilt, nameInvalid } from './errors.js';
import { inferOutputs } from './infer-outputs.js';
import type { Constraint, Initializer, Regularizer } from './initializer.js';
import { snakeCaseClass, uniqueName } from './names.js';
import { Node, type CallOptions } from './node.js';
import { initializerKey } from './seed.js';
import { isSymbolicTensor, type SymbolicTensor, type TensorSpec } from './symbolic-tensor.js';
import { allocateWeight } from './weight-allocation.js';
import { Weight } from './weight.js';

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
 * class Scale extends Layer {
 *   static readonly className = 'acme>Scale';
 *   private factor!: Weight;
 *   override build(): void {
 *     this.factor = this.addWeight({ name: 'factor', shape: [], initializer: ones() });
 *   }
 *   override call(x: tf.Tensor): tf.Tensor {
 *     return tf.mul(x, this.factor.read());
 *   }
 * }
 */
export abstract class Layer implements Serializable {
  readonly kind = 'layers';
  readonly name: string;
  /** Whether the layer's weights train. Takes effect at the next compile. */
  trainable: boolean;
  /** The calls on symbolic tensors, in order. */
  readonly inboundNodes: Node[] = [];
  private readonly ownWeights: Weight[] = [];
  private built:
    { readonly shapes: readonly SymbolicShape[]; readonly structure: 'single' | 'list' } | undefined;
  private building = false;

  constructor(options: LayerOptions = {}) {
    this.name = options.name ?? uniqueName(snakeCaseClass(this.className));
    if (typeof this.name !== 'string' || this.name === '' || this.name.includes('/'))
      throw nameInvalid(this.className, this.name);
    this.trainable = options.trainable ?? true;
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
  computeOutputs(inputs: readonly TensorSpec[], structure: 'single' | 'list'): TensorSpec[] {
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
    return this.built !== undefined;
  }

  /** The input shapes seen at build, or undefined before. */
  get buildShapes(): readonly SymbolicShape[] | undefined {
    return this.built?.shapes;
  }

  get buildStructure(): 'single' | 'list' {
    return this.built?.structure ?? 'single';
  }

  /** All weights in Keras' order: own trainable, own non-trainable, then those of the sublayers. */
  get weights(): Weight[] {
    const own = [
      ...this.ownWeights.filter((w) => w.trainable),
      ...this.ownWeights.filter((w) => !w.trainable),
    ];
    return unique([...own, ...this.sublayers.flatMap((layer) => layer.weights)]);
  }

  get trainableWeights(): Weight[] {
    if (!this.trainable) return [];
    return unique([
      ...this.ownWeights.filter((w) => w.trainable),
      ...this.sublayers.flatMap((layer) => layer.trainableWeights),
    ]);
  }

  get nonTrainableWeights(): Weight[] {
    const trainable = new Set(this.trainableWeights);
    return this.weights.filter((weight) => !trainable.has(weight));
  }

  /** The number of values in all weights. */
  get parameterCount(): number {
    return this.weights.reduce((sum, weight) => sum + weight.value.size, 0);
  }

  /** Copies of the weights' values, in the order of {@link weights}. */
  getWeights(): HostTensor[] {
    return this.weights.map((weight) => weight.value.clone());
  }

  /** Sets all weights, in the order of {@link weights}. Throws: SHAPE_MISMATCH, and nothing has changed. */
  setWeights(values: readonly HostTensor[]): void {
    const weights = this.weights;
    if (values.length !== weights.length)
      throw inputInvalid(this.label, `expected ${weights.length} weights, got ${values.length}`);
    const wrong = weights.flatMap((weight, i) =>
      sameShape(weight.shape, values[i]!.shape)
        ? []
        : [`${weight.name} expected ${formatShape(weight.shape)}, got ${formatShape(values[i]!.shape)}`],
    );
    if (wrong.length > 0)
      throw inputInvalid(this.label, `${wrong.length} weights do not fit: ${wrong.slice(0, 5).join('; ')}`);
    weights.forEach((weight, i) => weight.set(values[i]!));
  }

  /**
   * Applies the layer to a symbolic tensor, or a list of them, and gives the one output.
   * Throws: INPUT_INVALID, SHAPE_MISMATCH, NOT_CAPTURABLE.
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
    const list = isSymbolicTensor(inputs)
      ? [inputs]
      : [...(Array.isArray(inputs) ? (inputs as SymbolicTensor[]) : [inputs as unknown as SymbolicTensor])];
    list.forEach((tensor, i) => {
      if (isSymbolicTensor(tensor)) return;
      const got =
        typeof tensor === 'object' && tensor !== null ? (tensor as object).constructor?.name : String(tensor);
      throw inputInvalid(
        this.label,
        `expected symbolic tensors, got ${got} at position ${i}`,
        'apply layers to what input() and apply() return; to compute values, use predict()',
      );
    });
    this.ensureBuilt(
      list.map((tensor) => tensor.shape),
      structure,
    );
    const node = new Node(this, list, structure, this.computeOutputs(list, structure), options);
    this.inboundNodes.push(node);
    return node.outputs;
  }

  /** The first call's input; for a layer applied once to one tensor. */
  get input(): SymbolicTensor {
    return this.firstNode().inputs[0]!;
  }

  /** The first call's output. */
  get output(): SymbolicTensor {
    return this.firstNode().outputs[0]!;
  }

  /** Builds once; later shapes are checked by the layer's own `call`. */
  ensureBuilt(shapes: readonly SymbolicShape[], structure: 'single' | 'list'): void {
    if (this.built !== undefined) return;
    this.building = true;
    try {
      this.build(structure === 'single' ? shapes[0]! : shapes);
    } catch (error) {
      this.ownWeights.length = 0;
      throw error;
    } finally {
      this.building = false;
    }
    this.built = { shapes: shapes.map((shape) => [...shape]), structure };
  }

  /**
   * Computes with tensors: builds where needed, runs {@link call} under the layer's name, and gives outputs and masks.
   * This is what a graph calls for each node.
   */
  invoke(
    inputs: readonly tf.Tensor[],
    structure: 'single' | 'list',
    context: CallContext,
  ): { outputs: tf.Tensor[]; masks: (tf.Tensor | null)[] } {
    this.ensureBuilt(
      inputs.map((tensor) => tensor.shape),
      structure,
    );
    return withScope(this.name, () => {
      const argument = structure === 'single' ? inputs[0]! : [...inputs];
      const result = this.call(argument, context);
      const outputs = Array.isArray(result) ? result : [result];
      return { outputs, masks: this.masksOf(argument, outputs, context) };
    });
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

  protected addWeight(spec: WeightSpec): Weight {
    if (!this.building) throw layerAlreadyBuilt(this.label, `it adds weight "${spec.name}" outside build()`);
    const path = `${this.name}/${spec.name}`;
    if (this.ownWeights.some((weight) => weight.shortName === spec.name))
      throw layerAlreadyBuilt(this.label, `it adds weight "${spec.name}" twice`);
    const dtype = spec.dtype ?? 'float32';
    const weight = new Weight({
      name: spec.name,
      owner: this.name,
      value: allocateWeight({ path, shape: spec.shape, dtype }, () =>
        spec.initializer.initialize(spec.shape, dtype, initializerKey(path)),
      ),
      trainable: spec.trainable ?? true,
      regularizer: spec.regularizer ?? null,
      constraint: spec.constraint ?? null,
    });
    this.ownWeights.push(weight);
    return weight;
  }

  private firstNode(): Node {
    const node = this.inboundNodes[0];
    if (node === undefined)
      throw inputInvalid(
        this.label,
        'it has never been applied and has no input or output',
        'call apply() first',
      );
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
