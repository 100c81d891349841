// Lambda: a layer that is a function of tfjs-core calls. It has no weights; what has weights is a Layer subclass.
import type * as tf from '@tensorflow/tfjs-core';
import {
  checkGivenNames,
  isNamedFunction,
  isTensor,
  isTensorSpec,
  Layer,
  optionInvalid,
  type CallArguments,
  type CallContext,
  type Config,
  type LayerOptions,
  type Mask,
  type NamedFunction,
  type NamedFunctionReference,
  type TensorSpec,
} from '@lamella/core';
import {
  flatten,
  formatShape,
  isLamellaError,
  isShape,
  lamellaError,
  mapTree,
  sameShape,
  shapeMismatch,
  sameStructure,
  structureOf,
  unflatten,
  type DType,
  type MapTree,
  type SymbolicShape,
  type Tree,
  type TreeStructure,
} from '@lamella/program';
import { callFunction } from './call-function.js';
import { captureFunction } from './capture-function.js';
import { checkArguments } from './check-arguments.js';
import { lambdaFailed } from './errors.js';
import {
  argumentsDeclared,
  type LambdaArguments,
  type LambdaContext,
  type LambdaFunction,
} from './named-function.js';
import { refuseWeights } from './refuse-weights.js';
import { savedFunctionOf, type SavedFunction } from './saved-function.js';

/** The output's shape without the batch dimension, or a function from whole input shapes to whole output shapes. */
export type OutputShape<I = Tree<tf.Tensor>> =
  SymbolicShape | ((inputShapes: MapTree<I, tf.Tensor, SymbolicShape>) => Tree<SymbolicShape>);

/** A function of inputs and their masks that gives the mask of each output, or one for all. */
export type LambdaMask<I = Tree<tf.Tensor>> = (inputs: I, mask: MapTree<I, tf.Tensor, Mask>) => Tree<Mask>;

/** The options of a Lambda; `I` is what its function takes. */
export interface LambdaOptions<
  A extends LambdaArguments = LambdaArguments,
  I = Tree<tf.Tensor>,
> extends LayerOptions {
  /** Inferred where it is not given; checked where it is. */
  readonly outputShape?: OutputShape<I> | null;
  readonly mask?: LambdaMask<I> | null;
  /** Plain JSON, passed to the function after its inputs. */
  readonly arguments?: A;
}

export interface LambdaConfig extends LambdaOptions {
  readonly function: LambdaFunction | NamedFunctionReference;
}

/** Wraps a function as a layer. Source: keras.layers.Lambda. */
export class Lambda<
  I extends Tree<tf.Tensor> = Tree<tf.Tensor>,
  O extends Tree<tf.Tensor> = Tree<tf.Tensor>,
> extends Layer {
  static readonly className = 'Lambda';
  static override readonly plainOptions = [
    ...Layer.plainOptions,
    'function',
    'outputShape',
    'mask',
    'arguments',
  ];
  readonly function: LambdaFunction;
  readonly arguments: LambdaArguments;
  private readonly outputShape: OutputShape | null;
  /** Gives the mask of the output; null where none comes out. */
  readonly maskFunction: LambdaMask | null;
  /** What another layer, such as TimeDistributed, has called it on, for one that is in no graph itself. */
  private heldOn: HeldCall | null = null;

  constructor(config: LambdaConfig) {
    checkGivenNames(new.target, config);
    super(config);
    if (typeof config.function !== 'function')
      throw optionInvalid(this.label, 'function', 'a function of tfjs-core calls', config.function);
    this.function = config.function as LambdaFunction;
    this.arguments = checkArguments(this.label, config.arguments ?? {}, argumentsDeclared(this.function));
    this.outputShape = checkOutputShape(this.label, config.outputShape ?? null);
    this.maskFunction = config.mask ?? null;
    if (this.maskFunction !== null && typeof this.maskFunction !== 'function')
      throw optionInvalid(this.label, 'mask', 'a function of the inputs and their masks', this.maskFunction);
  }

  /** The registered name of the function, or undefined for an anonymous one. */
  get functionName(): string | undefined {
    return isNamedFunction(this.function) ? this.function.functionName : undefined;
  }

  override call(inputs: I, context: CallContext): O {
    const inner: LambdaContext = { training: context.training, mask: nestedMasks(inputs, context) };
    if (this.inboundNodes.length === 0) this.heldOn = heldCall(inputs, context, this.heldOn);
    try {
      return refuseWeights(this.label, () => callFunction(this.function, inputs, this.arguments, inner)) as O;
    } catch (cause) {
      throw isLamellaError(cause) ? cause : lambdaFailed(this.label, flatten<tf.Tensor>(inputs), cause);
    }
  }

  override computeOutputs(inputs: Tree<TensorSpec>, args: CallArguments<TensorSpec>): Tree<TensorSpec> {
    const inferred = super.computeOutputs(inputs, args);
    const wanted = this.declaredShapes(inputs);
    if (wanted === null) return inferred;
    const outputs = flatten(inferred, isTensorSpec);
    if (outputs.length !== wanted.length || outputs.some(({ shape }, i) => !agrees(shape, wanted[i]!))) {
      const listed = (shapes: readonly SymbolicShape[]): string => shapes.map(formatShape).join(' and ');
      throw shapeMismatch(
        this.label,
        `outputShape says ${listed(wanted)}, the function gives ${listed(outputs.map(({ shape }) => shape))}`,
        'leave outputShape out; it is inferred',
      );
    }
    let next = 0;
    return mapTree(
      inferred,
      (spec) => {
        const declared = wanted[next++]!;
        return { ...spec, shape: spec.shape.map((size, axis) => size ?? declared[axis]!) };
      },
      isTensorSpec,
    );
  }

  override get supportsMasking(): boolean {
    return this.maskFunction !== null;
  }

  override computeMask(inputs: Tree<tf.Tensor>, context: CallContext): Tree<Mask> {
    const mask = this.maskFunction?.(inputs, nestedMasks(inputs, context)) ?? null;
    const wrong = flatten<unknown>(mask).find((one) => one !== null && !isTensor(one));
    if (wrong === undefined) return mask;
    throw optionInvalid(this.label, 'mask', 'a function that gives a mask or null for each output', wrong);
  }

  override getConfig(): Config {
    const shape = typeof this.outputShape === 'function' ? null : this.outputShape;
    return {
      ...super.getConfig(),
      function: this.function as unknown as NamedFunction,
      ...(shape !== null && { outputShape: shape }),
      arguments: this.arguments,
    };
  }

  /**
   * The function as data, for files: its Programs in the sizes still unknown.
   * Throws: NOT_CAPTURABLE, NOT_BATCH_POLYMORPHIC, CONSTANTS_TOO_LARGE; LAYER_NOT_BUILT before the first call.
   */
  saveFunction(): SavedFunction {
    const saved = savedFunctionOf(this.function);
    if (saved !== undefined) return saved;
    const [node] = this.inboundNodes;
    const held = node === undefined ? this.heldOn : null;
    if (node === undefined && held === null) {
      throw lamellaError('LAYER_NOT_BUILT', {
        subject: this.label,
        problem: 'it has never been applied, so its input shapes are not known',
        fix: 'call apply() first',
      });
    }
    return captureFunction({
      subject: this.label,
      function: this.function,
      functionName: this.functionName,
      arguments: this.arguments,
      structure: held?.structure ?? structureOf(node!.inputs),
      float: this.dtypePolicy.floatDType,
      inputs: held?.inputs ?? openWhereCallsDiffer(this.inboundNodes.map((call) => flatten(call.inputs))),
    });
  }

  private declaredShapes(inputs: Tree<TensorSpec>): readonly SymbolicShape[] | null {
    if (this.outputShape === null) return null;
    const shapes = mapTree(inputs, ({ shape }) => shape, isTensorSpec);
    if (typeof this.outputShape === 'function') {
      const declared = flatten<unknown>(this.outputShape(shapes), isShape);
      if (declared.every(isShape)) return declared;
      const expected = 'a function that gives a whole shape for each output';
      throw optionInvalid(this.label, 'outputShape', expected, declared);
    }
    return [[flatten(shapes, isShape)[0]![0] ?? null, ...this.outputShape]];
  }
}

/** What a Lambda is called on: what is not the same in all calls is open. */
interface HeldCall {
  readonly structure: TreeStructure;
  readonly inputs: readonly TensorSpec[];
}

/** A call on tensors, with those before it; the batch is open. */
function heldCall(inputs: Tree<tf.Tensor>, { masks }: CallContext, before: HeldCall | null): HeldCall {
  const structure = structureOf(inputs);
  const opened = (shape: SymbolicShape): SymbolicShape =>
    shape.map((size, axis) => (axis === 0 ? null : size));
  const specs = flatten(inputs).map(({ shape, dtype }, i): TensorSpec => {
    const mask = masks[i] ?? null;
    return { dtype: dtype as DType, shape: opened(shape), mask: mask && opened(mask.shape) };
  });
  const isAlike =
    before !== null &&
    sameStructure(before.structure, structure) &&
    before.inputs.every(({ shape, dtype }, i) => {
      const now = specs[i]!;
      return now.dtype === dtype && now.shape.length === shape.length;
    });
  return { structure, inputs: isAlike ? openWhereCallsDiffer([specs, before.inputs]) : specs };
}

/** The masks of a call, nested like its inputs. */
function nestedMasks(inputs: Tree<tf.Tensor>, context: CallContext): Tree<Mask> {
  return unflatten(
    structureOf(inputs),
    flatten(inputs).map((_, i) => context.masks[i] ?? null),
  );
}

/** The inputs of a layer's first call; a size that another call has otherwise is unknown. */
function openWhereCallsDiffer(calls: readonly (readonly TensorSpec[])[]): TensorSpec[] {
  return calls[0]!.map(({ shape, dtype }, i) => ({
    dtype,
    mask: calls.map((call) => call[i]?.mask ?? null).find((mask) => mask !== null) ?? null,
    shape: shape.map((size, axis) => (calls.every((call) => call[i]?.shape[axis] === size) ? size : null)),
  }));
}

function checkOutputShape(subject: string, given: OutputShape | null): OutputShape | null {
  const isSize = (size: unknown): boolean =>
    size === null || (Number.isSafeInteger(size) && (size as number) >= 0);
  if (given === null || typeof given === 'function' || (Array.isArray(given) && given.every(isSize)))
    return given;
  throw optionInvalid(subject, 'outputShape', 'sizes without the batch dimension, or a function', given);
}

/** Whether an inferred shape is what was declared; an unknown size agrees with any. */
function agrees(inferred: SymbolicShape, declared: SymbolicShape): boolean {
  return sameShape(
    inferred.map((size, i) => (size === null || declared[i] === null ? null : size)),
    declared.map((size, i) => (size === null || inferred[i] === null ? null : size)),
  );
}

/**
 * Makes a Lambda of a function of one tensor or a list.
 *
 * Throws: OPTION_INVALID, ARGUMENTS_INVALID; when applied, NOT_CAPTURABLE, LAMBDA_FAILED, SHAPE_MISMATCH.
 *
 * @example
 * import * as tf from '@tensorflow/tfjs-core';
 * import { input } from '@lamella/core';
 * import { lambda } from '@lamella/lambda';
 *
 * const added = lambda((x: tf.Tensor) => tf.add(x, 2), { name: 'add_two' }).apply(input({ shape: [3] }));
 * added.shape; // [null, 3]
 */
export const lambda: LambdaFactory = (fn: unknown, options: LambdaOptions = {}): Lambda<never, never> =>
  new Lambda({ ...options, function: fn as LambdaFunction });

/** The type of `lambda`: a function, or in a composition the name of a registered one, and options. */
export interface LambdaFactory {
  <
    I extends Tree<tf.Tensor> = tf.Tensor,
    // The empty tuple makes a list of outputs a tuple.
    O extends Tree<tf.Tensor> | readonly [] = tf.Tensor,
    A extends LambdaArguments = LambdaArguments,
  >(
    fn: (inputs: I, args: A, context: LambdaContext) => O,
    options?: LambdaOptions<A, NoInfer<I>>,
  ): Lambda<I, O>;
  <I extends Tree<tf.Tensor> = tf.Tensor, O extends Tree<tf.Tensor> = tf.Tensor>(
    name: string,
    options?: LambdaOptions<LambdaArguments, NoInfer<I>>,
  ): Lambda<I, O>;
}
