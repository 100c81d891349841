// The Layer: builds weights from an input shape, computes in tfjs-core calls, and can be applied to symbolic tensors.
// Not here: graphs of layers (layer-graph.ts), training, files. Long because it is the one contract that others extend.
import type * as tf from '@tensorflow/tfjs-core';
import {
  asFloat,
  flatten,
  isFloatDType,
  isShape,
  mapTree,
  notCapturable,
  recordedDType,
  requireRoomForResult,
  sameStructure,
  structureOf,
  widestFloat,
  withComputeDType,
  withScope,
  type HostTensor,
  type SymbolicShape,
  type Tree,
  type TreeStructure,
} from '@lamella/program';
import {
  argumentMasks,
  callOptions,
  mapArguments,
  type ApplyOptions,
  type CallArguments,
} from './call-arguments.js';
import { callContext, type CallContext, type Mask } from './call-context.js';
import type { Callable, Outputs, TensorInputs } from './call-types.js';
import type { Config, Serializable, SerializableKind } from './config.js';
import { dtypePolicy, toDTypePolicy, type DTypePolicy, type DTypePolicyLike } from './dtype-policy.js';
import { markCopy } from './copies.js';
import { createWeight, whileBuilding, type WeightSpec } from './create-weight.js';
import {
  callFailed,
  layerAlreadyBuilt,
  layerNotBuilt,
  nameDuplicate,
  nameInvalid,
  structureMismatch,
} from './errors.js';
import { inferOutputs, withoutTrialSizes } from './infer-outputs.js';
import { invokePart, type LayerResult } from './invoke-part.js';
import { asMask, givenMasks, spreadMasks, withGivenMasks } from './masks.js';
import { withMaskShapes } from './mask-shapes.js';
import { pythonName, snakeCaseClass, uniqueName } from './names.js';
import { Node } from './node.js';
import { runningCall, whileCalling } from './running-call.js';
import { checkArgument, checkSymbolic } from './symbolic-inputs.js';
import type { Symbolic, SymbolicTensor, SymbolicTree } from './symbolic-tensor.js';
import { isTensor, isTensorSpec, type TensorSpec } from './tensor-spec.js';
import { whileRunning } from './weight-access.js';
import { getWeightValues, setWeightValues } from './weight-values.js';
import type { Weight } from './weight.js';

const brand = Symbol.for('lamella.Layer');

/** The options every layer takes. */
export interface LayerOptions {
  /** Unique in its model; by default the class name in snake_case, numbered. */
  readonly name?: string;
  readonly trainable?: boolean;
  /** The dtype policy: what it computes in, and what its weights are. By default the one that `setDTypePolicy` set. */
  readonly dtype?: DTypePolicyLike;
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

  /** Options that it takes and `withOptions` does not declare. */
  static readonly plainOptions: readonly string[] = ['name', 'trainable', 'dtype'];

  static readonly kind: SerializableKind = 'layers';

  readonly kind = 'layers';
  readonly name: string;
  /** What it computes in, and what its weights are. */
  readonly dtypePolicy: DTypePolicy;
  /** The calls on symbolic tensors, in order. */
  readonly inboundNodes: Node[] = [];
  /** In the order of creation, those first that were created to be trained. */
  // Hard private names: a subclass may have fields called `built` or `building`, in JavaScript unseen.
  readonly #ownWeights = { trainable: [] as Weight[], other: [] as Weight[] };
  #built:
    | {
        readonly shape: Tree<SymbolicShape>;
        readonly structure: TreeStructure;
        readonly args: CallArguments<SymbolicShape>;
      }
    | undefined;
  /** The layers added, by their places in files. */
  readonly #parts = new Map<string, Layer>();
  /** The places of layers that were added while this one was built. */
  readonly #partsOfBuild: string[] = [];
  #building = false;
  #trainable: boolean;

  constructor(options: LayerOptions = {}) {
    this.name = options.name ?? uniqueName(snakeCaseClass(pythonName(this)));
    if (typeof this.name !== 'string' || this.name === '' || this.name.includes('/'))
      throw nameInvalid(this.className, this.name);
    this.#trainable = options.trainable ?? true;
    const { dtype = null } = options;
    // A subclass may not know its label yet.
    this.dtypePolicy = dtype === null ? dtypePolicy() : toDTypePolicy(dtype, this.label);
    Object.defineProperty(this, brand, { value: true });
  }

  get className(): string {
    const { className, name } = this.constructor as unknown as { className?: string; name: string };
    return className ?? name;
  }

  /** Whether the layer's weights train; setting it sets it for all it is made of. A model takes note of it at compile(). */
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

  /**
   * Creates weights with {@link addWeight}. Called once, with the shape of the input, or a tree of shapes nested like the
   * inputs, and with the shapes of the tensors among the arguments.
   */
  build(_inputShape: Tree<SymbolicShape>, _argShapes: CallArguments<SymbolicShape>): void {}

  /**
   * Computes the outputs in tfjs-core calls. What comes in is nested like what the layer was applied to; what goes out,
   * like what `apply` gives. Subclasses say their own types of both.
   */
  abstract call(inputs: Tree<tf.Tensor>, context: CallContext): Tree<tf.Tensor>;

  /** The constructor's options. Subclasses add theirs to `super.getConfig()`. */
  getConfig(): Config {
    return { name: this.name, trainable: this.trainable, dtype: this.dtypePolicy.name };
  }

  /** The outputs' shapes and dtypes for given inputs. The default captures {@link call} at differing sizes. */
  computeOutputs(inputs: Tree<TensorSpec>, args: CallArguments<TensorSpec>): Tree<TensorSpec> {
    return inferOutputs(this, inputs, args);
  }

  /** What of it is cast to the dtype that its policy computes in: Keras' `autocast = False` is `outputs`. */
  get autocast(): Autocast {
    return 'all';
  }

  /** Whether masks pass through, or are used; where not, a mask ends here. */
  get supportsMasking(): boolean {
    return false;
  }

  /**
   * The mask of each output: one for all, or a tree with a mask or null for each.
   * The default passes the first input's mask on where {@link supportsMasking}.
   */
  computeMask(_inputs: Tree<tf.Tensor>, context: CallContext): Tree<Mask> {
    return this.supportsMasking ? context.mask : null;
  }

  /** The layers this one is made of: those added with {@link addLayer}. */
  get sublayers(): readonly Layer[] {
    return [...this.#parts.values()];
  }

  /** The layers added with {@link addLayer} by the names under which files keep their weights. */
  get namedSublayers(): ReadonlyMap<string, Layer> {
    return this.#parts;
  }

  /** Whether {@link build} is under way. */
  protected get isBuilding(): boolean {
    return this.#building;
  }

  get isBuilt(): boolean {
    return this.#built !== undefined;
  }

  /** The input shapes seen at build, nested like the inputs, or undefined before. */
  get buildShape(): Tree<SymbolicShape> | undefined {
    return this.#built?.shape;
  }

  /** The shapes of the tensors among the arguments that were seen at build. */
  get buildArguments(): CallArguments<SymbolicShape> {
    return this.#built?.args ?? {};
  }

  /** All weights in Keras' order: own trainable, own non-trainable, then those of the sublayers. */
  get weights(): Weight[] {
    return unique([...this.ownWeights, ...this.sublayers.flatMap((layer) => layer.weights)]);
  }

  /** The weights of its own, without those of the sublayers: what files keep at its place. */
  get ownWeights(): readonly Weight[] {
    return [...this.#ownWeights.trainable, ...this.#ownWeights.other];
  }

  get trainableWeights(): Weight[] {
    if (!this.trainable) return [];
    return unique([
      ...this.ownWeights.filter((weight) => weight.trainable),
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
   * Applies the layer. To symbolic tensors: a call in a graph, which gives symbolic tensors. To tfjs tensors, inside the
   * `call` of another layer: computes, and trains or not, adds losses and meets masks as that call does.
   * `options` may fix the training flag, give a mask, and give the arguments that the class lists in `callArguments`.
   * Throws: INPUT_INVALID, STRUCTURE_MISMATCH, ARGUMENT_UNKNOWN, MASK_INVALID, SHAPE_MISMATCH, NOT_CAPTURABLE, LAYER_FAILED,
   * PACKAGE_DUPLICATED.
   */
  apply<L extends Callable, const O extends ApplyOptions<SymbolicTensor>>(
    this: L,
    inputs: SymbolicInputs<L>,
    options?: O,
  ): SymbolicOutputs<L, O>;
  apply<L extends Callable, const O extends ApplyOptions<tf.Tensor>>(
    this: L,
    inputs: TensorInputs<L>,
    options?: O,
  ): Outputs<L, O>;
  apply(
    this: Layer,
    inputs: SymbolicTree | Tree<tf.Tensor>,
    options: ApplyOptions<SymbolicTensor> | ApplyOptions<tf.Tensor> = {},
  ): unknown {
    return isTensor(flatten<unknown>(inputs)[0])
      ? this.#compute(inputs as Tree<tf.Tensor>, options as ApplyOptions<tf.Tensor>)
      : this.#connect(inputs as SymbolicTree, options as ApplyOptions<SymbolicTensor>);
  }

  /** The first call's input. */
  get input(): SymbolicTree {
    return this.#firstNode().inputs;
  }

  /** The first call's output. */
  get output(): SymbolicTree {
    return this.#firstNode().result;
  }

  /** Builds once; later shapes are checked by the layer's own `call`. */
  ensureBuilt(inputShape: Tree<SymbolicShape>, argShapes: CallArguments<SymbolicShape> = {}): void {
    if (this.#built !== undefined) return;
    this.#building = true;
    try {
      whileBuilding(this.name, () => this.build(inputShape, argShapes));
    } catch (error) {
      this.#unbuild();
      throw error;
    } finally {
      this.#building = false;
    }
    const shape = mapTree(inputShape, (sizes): SymbolicShape => [...sizes], isShape);
    this.#built = { shape, structure: structureOf(inputShape, isShape), args: argShapes };
  }

  /**
   * Computes with tensors: builds where needed, runs {@link call} under the layer's name, and gives outputs and masks.
   * This is what a graph calls for each node.
   */
  invoke(given: Tree<tf.Tensor>, outer: CallContext): LayerResult {
    const { autocast } = this;
    const float =
      autocast === 'none' ? widestFloat(flatten(given).map(recordedDType)) : this.dtypePolicy.floatDType;
    const cast = (tensor: tf.Tensor): tf.Tensor => asFloat(tensor, float);
    const castInput = (tensor: tf.Tensor): tf.Tensor => withScope(this.name, () => cast(tensor));
    const inputs = autocast === 'all' ? mapTree(given, castInput) : given;
    const context = autocast === 'all' ? { ...outer, args: mapArguments(outer.args, castInput) } : outer;
    const shapeOf = (tensor: tf.Tensor): SymbolicShape => withoutTrialSizes(tensor.shape);
    this.ensureBuilt(mapTree(inputs, shapeOf), mapArguments(context.args, shapeOf));
    const tensors = flatten(inputs);
    const run = (): LayerResult => {
      const outputs = this.call(inputs, context);
      if (outputs instanceof Promise) {
        outputs.catch(() => undefined);
        throw notCapturable(this.label, 'its call() is asynchronous', 'return tensors, not a Promise');
      }
      const typed = mapTree<unknown, tf.Tensor>(outputs, (leaf, path) => {
        if (isTensor(leaf)) return autocast === 'none' ? leaf : cast(leaf);
        throw notCapturable(
          this.label,
          `expected tensors from its call(), got ${leaf === null ? 'null' : typeof leaf}${path === '' ? '' : ` at ${path}`}`,
          'return a tensor, or lists and records of tensors',
        );
      });
      return { outputs: typed, masks: spreadMasks(this.label, this.computeMask(inputs, context), outputs) };
    };
    const masks = new Map(tensors.map((tensor, i) => [tensor, context.masks[i] ?? null]));
    try {
      const typed = (): LayerResult => withComputeDType(float, run);
      return withScope(this.name, () => whileRunning(this, () => whileCalling({ context, masks }, typed)));
    } catch (cause) {
      throw callFailed(this.label, tensors, cause);
    }
  }

  /** Throws: STRUCTURE_MISMATCH where inputs are nested otherwise than those of the first call. */
  protected checkStructure(inputs: Tree<unknown>): void {
    const expected = this.#built?.structure;
    if (expected === undefined) return;
    const given = structureOf(inputs);
    if (!sameStructure(given, expected)) throw structureMismatch(this.label, expected, given);
  }

  /**
   * Makes a layer a part of this one: its weights are this one's, and files keep them under `name`, as Keras does under
   * the attribute's name. Call it from {@link call} with `apply`. Throws: NAME_INVALID, NAME_DUPLICATE.
   */
  protected addLayer<L extends Layer>(name: string, layer: L): L {
    if (typeof name !== 'string' || name === '' || name.includes('/'))
      throw nameInvalid(`A layer of ${this.label}`, name);
    if (this.#parts.has(name)) throw nameDuplicate(this.label, name, 2);
    if (this.sublayers.some((other) => other !== layer && other.name === layer.name))
      throw nameDuplicate(this.label, layer.name, 2);
    this.#parts.set(name, layer);
    if (this.#building) this.#partsOfBuild.push(name);
    return layer;
  }

  /**
   * Creates a weight; only in {@link build}.
   * Throws: LAYER_ALREADY_BUILT, NAME_INVALID, NAME_DUPLICATE, OPTION_INVALID, SHAPE_MISMATCH.
   */
  protected addWeight(spec: WeightSpec): Weight {
    if (!this.#building) throw layerAlreadyBuilt(this.label, `it adds weight "${spec.name}" outside build()`);
    const { trainable, other } = this.#ownWeights;
    const weight = createWeight(this, spec, this.ownWeights);
    (weight.trainable ? trainable : other).push(weight);
    return weight;
  }

  /** Makes a weight of a sublayer one of its own as well, for layers that change it, as Keras does with what is an attribute; only in {@link build}. */
  protected shareWeight(weight: Weight): Weight {
    this.#ownWeights[weight.trainable ? 'trainable' : 'other'].push(weight);
    return weight;
  }

  #connect(inputs: SymbolicTree, options: ApplyOptions<SymbolicTensor>): SymbolicTree {
    checkSymbolic(this.label, 'its inputs', inputs);
    const wasBuilt = this.isBuilt;
    try {
      const call = callOptions(this, options);
      for (const [name, value] of Object.entries(call.args)) checkArgument(this.label, name, value);
      this.checkStructure(inputs);
      const specs = withGivenMasks(this, inputs, call.mask);
      this.ensureBuilt(
        mapTree(inputs, (tensor) => tensor.shape),
        mapArguments(call.args, (tensor) => tensor.shape),
      );
      const hasOwnRule = this.computeMask !== Layer.prototype.computeMask;
      const outputs = this.computeOutputs(specs, call.args);
      for (const { shape } of flatten(outputs, isTensorSpec)) requireRoomForResult(this.label, shape);
      const node = new Node(
        this,
        { inputs, ...call },
        withMaskShapes(this, hasOwnRule, this.#typed(outputs), specs, call.args),
      );
      this.inboundNodes.push(node);
      return node.result;
    } catch (cause) {
      if (!wasBuilt) this.#unbuild();
      throw callFailed(this.label, flatten(inputs), cause);
    }
  }

  #compute(inputs: Tree<tf.Tensor>, options: ApplyOptions<tf.Tensor>): Tree<tf.Tensor> {
    const outer = runningCall();
    const { training, mask, args } = callOptions(this, options);
    this.checkStructure(inputs);
    const maskOf = (tensor: tf.Tensor): Mask => outer?.masks.get(tensor) ?? null;
    const masks =
      mask === undefined
        ? flatten(inputs).map(maskOf)
        : givenMasks(this, flatten(inputs), inputs, mask).map(asMask);
    const context: CallContext = {
      ...callContext({
        training: training ?? outer?.context.training ?? false,
        overridesTraining: training !== undefined || outer?.context.overridesTraining === true,
        masks,
        masksCameAlong: mask === undefined,
        args,
        argMasks: argumentMasks(args, maskOf),
      }),
      ...(outer !== undefined && { addLoss: outer.context.addLoss }),
    };
    const result = invokePart(this, inputs, context);
    flatten(result.outputs).forEach((tensor, i) => outer?.masks.set(tensor, result.masks[i] ?? null));
    return result.outputs;
  }

  /** Outputs of floats are of the dtype that the layer computes in. */
  #typed(outputs: Tree<TensorSpec>): Tree<TensorSpec> {
    if (this.autocast === 'none') return outputs;
    return mapTree(
      outputs,
      (spec): TensorSpec =>
        isFloatDType(spec.dtype) ? { ...spec, dtype: this.dtypePolicy.floatDType } : spec,
      isTensorSpec,
    );
  }

  #unbuild(): void {
    this.#built = undefined;
    this.#ownWeights.trainable.length = 0;
    this.#ownWeights.other.length = 0;
    for (const name of this.#partsOfBuild.splice(0)) this.#parts.delete(name);
  }

  #firstNode(): Node {
    const node = this.inboundNodes[0];
    if (node === undefined)
      throw layerNotBuilt(this.label, 'it has never been applied and has no input or output');
    return node;
  }
}

/**
 * What is cast to the dtype that a layer's policy computes in: inputs and outputs, outputs alone, or nothing; the layer then
 * computes in the dtype of its inputs.
 */
export type Autocast = 'all' | 'outputs' | 'none';

/** What a layer is applied to in a graph, as its `call` says. */
export type SymbolicInputs<L extends Callable> = Symbolic<TensorInputs<L>>;

/** What a layer gives in a graph, as its `call` says: one symbolic tensor, or a tree of them. */
export type SymbolicOutputs<L extends Callable, O = object> = Symbolic<Outputs<L, O>>;

/** Whether `value` is a {@link Layer}, of any copy of this package. */
export function isLayer(value: unknown): value is Layer {
  return typeof value === 'object' && value !== null && brand in value;
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}
