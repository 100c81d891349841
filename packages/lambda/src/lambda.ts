// Lambda: a layer that is a function of tfjs-core calls. It has no weights; what has weights is a Layer subclass.
import type * as tf from '@tensorflow/tfjs-core';
import {
  isNamedFunction,
  Layer,
  optionInvalid,
  type CallContext,
  type Config,
  type LayerOptions,
  type NamedFunction,
  type TensorSpec,
} from '@lamella/core';
import {
  formatShape,
  isLamellaError,
  lamellaError,
  sameShape,
  shapeMismatch,
  type SymbolicShape,
} from '@lamella/program';
import { callFunction } from './call-function.js';
import { captureFunction } from './capture-function.js';
import { checkArguments } from './check-arguments.js';
import { lambdaFailed } from './errors.js';
import type { LambdaArguments, LambdaContext, LambdaFunction } from './named-function.js';
import { refuseWeights } from './refuse-weights.js';
import { savedFunctionOf, type SavedFunction } from './saved-function.js';

/** The output's shape without the batch dimension, or a function from whole input shapes to the whole output shape. */
export type OutputShape =
  SymbolicShape | ((inputShapes: SymbolicShape | readonly SymbolicShape[]) => SymbolicShape);

/** A mask to put out, or a function of inputs and their masks. */
export type LambdaMask = (
  inputs: tf.Tensor | tf.Tensor[],
  mask: tf.Tensor | null | readonly (tf.Tensor | null)[],
) => tf.Tensor | null;

export interface LambdaOptions extends LayerOptions {
  /** Inferred where it is not given; checked where it is. */
  readonly outputShape?: OutputShape | null;
  readonly mask?: LambdaMask | null;
  /** Plain JSON, passed to the function after its inputs. */
  readonly arguments?: LambdaArguments;
}

export interface LambdaConfig extends LambdaOptions {
  readonly function: LambdaFunction | NamedFunction;
}

/** Wraps a function as a layer. Source: keras.layers.Lambda. */
export class Lambda extends Layer {
  static readonly className = 'Lambda';
  readonly function: LambdaFunction;
  readonly arguments: LambdaArguments;
  private readonly outputShape: OutputShape | null;
  /** Gives the mask of the output; null where none comes out. */
  readonly maskFunction: LambdaMask | null;

  constructor(config: LambdaConfig) {
    super(config);
    if (typeof config.function !== 'function')
      throw optionInvalid(this.label, 'function', 'a function of tfjs-core calls', config.function);
    this.function = config.function as LambdaFunction;
    this.arguments = checkArguments(this.label, config.arguments ?? {});
    this.outputShape = checkOutputShape(this.label, config.outputShape ?? null);
    this.maskFunction = config.mask ?? null;
    if (this.maskFunction !== null && typeof this.maskFunction !== 'function')
      throw optionInvalid(this.label, 'mask', 'a function of the inputs and their masks', this.maskFunction);
  }

  /** The registered name of the function, or undefined for an anonymous one. */
  get functionName(): string | undefined {
    return isNamedFunction(this.function) ? this.function.functionName : undefined;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor | tf.Tensor[] {
    const inner: LambdaContext = {
      training: context.training,
      mask: Array.isArray(inputs) ? context.masks : context.mask,
    };
    try {
      return refuseWeights(this.label, () => callFunction(this.function, inputs, this.arguments, inner));
    } catch (cause) {
      throw isLamellaError(cause) ? cause : lambdaFailed(this.label, [inputs].flat(), cause);
    }
  }

  override computeOutputs(inputs: readonly TensorSpec[], structure: 'single' | 'list'): TensorSpec[] {
    const inferred = super.computeOutputs(inputs, structure);
    const wanted = this.declaredShape(inputs, structure);
    if (wanted === null) return inferred;
    const [only, ...others] = inferred;
    if (only === undefined || others.length > 0 || !agrees(only.shape, wanted)) {
      throw shapeMismatch(
        this.label,
        `outputShape says ${formatShape(wanted)}, the function gives ${inferred.map(({ shape }) => formatShape(shape)).join(' and ')}`,
        'leave outputShape out; it is inferred',
      );
    }
    return [{ ...only, shape: only.shape.map((size, axis) => size ?? wanted[axis]!) }];
  }

  override get supportsMasking(): boolean {
    return this.maskFunction !== null;
  }

  override computeMask(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor | null {
    return this.maskFunction?.(inputs, Array.isArray(inputs) ? context.masks : context.mask) ?? null;
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
    const node = this.inboundNodes[0];
    if (node === undefined) {
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
      structure: node.structure,
      inputs: openWhereCallsDiffer(this.inboundNodes.map((call) => call.inputs)),
    });
  }

  private declaredShape(inputs: readonly TensorSpec[], structure: 'single' | 'list'): SymbolicShape | null {
    if (this.outputShape === null) return null;
    const shapes = inputs.map((tensor) => tensor.shape);
    if (typeof this.outputShape === 'function')
      return this.outputShape(structure === 'single' ? shapes[0]! : shapes);
    return [shapes[0]![0] ?? null, ...this.outputShape];
  }
}

/** The inputs of a layer's first call; a size that another call has otherwise is unknown. */
function openWhereCallsDiffer(calls: readonly (readonly TensorSpec[])[]): TensorSpec[] {
  return calls[0]!.map(({ shape, dtype }, i) => ({
    dtype,
    shape: shape.map((size, axis) => (calls.every((call) => call[i]?.shape[axis] === size) ? size : null)),
  }));
}

function checkOutputShape(subject: string, given: OutputShape | null): OutputShape | null {
  const isSize = (size: unknown): boolean =>
    size === null || (Number.isInteger(size) && (size as number) >= 0);
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
export function lambda<I extends tf.Tensor | tf.Tensor[], A extends LambdaArguments = LambdaArguments>(
  fn: (inputs: I, args: A, context: LambdaContext) => tf.Tensor | tf.Tensor[],
  options: LambdaOptions = {},
): Lambda {
  return new Lambda({ ...options, function: fn as unknown as LambdaFunction });
}
