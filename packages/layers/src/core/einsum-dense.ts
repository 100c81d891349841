// EinsumDense: a dense layer whose product is told as an Einstein sum.
import {
  isTensorSpec,
  option,
  optionInvalid,
  orNull,
  positiveIntegerOption,
  withOptions,
  type CallArguments,
  type CallContext,
  type Initializer,
  type TensorSpec,
  type Weight,
} from '@lamella/core';
import { einsum, formatShape, shapeMismatch, sizeOf, type SymbolicShape, type Tree } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { ActivatedLayer } from '../activation/activated-layer.js';
import { withFanAxes } from '../initializers/variance-scaling.js';
import { requireBuilt } from '../options/built.js';
import { activationOption, regularizerOption, type OptionsFor } from '../options/declarations.js';
import { floatTensor, singleShape, singleTensor } from '../options/single-input.js';
import { kernelAndBias, kernelAndBiasConstraints, weightSpec } from '../options/weight-declarations.js';
import { equationOf, hiddenSizes, inputSize, weightsOf, type EinsumEquation } from './einsum-equation.js';

const { useBias: _, ...weights } = kernelAndBias;

const options = {
  /** Letters for the axes of input, kernel and output: `ab,bc->ac`; `...` at one end of input and output stands for any others. */
  equation: option<string>({
    check: (subject, name, given) => (equationOf(subject, name, given), given as string),
  }),
  /** The output's sizes without the batch and what `...` hides; null for one that is not known. */
  outputShape: option<number | SymbolicShape, SymbolicShape>({ check: outputSizes }),
  /** What is applied at the end. Default `linear`, nothing. */
  activation: activationOption('linear'),
  /** The output's letters along which a bias differs. Default null, no bias. */
  biasAxes: orNull(option<string>({ check: biasLetters })),
  ...weights,
  /** What the output adds to the loss. Default null, nothing. */
  activityRegularizer: regularizerOption(),
  ...kernelAndBiasConstraints,
} as const;

/** The options of {@link EinsumDense}. */
export type EinsumDenseOptions = OptionsFor<typeof options>;

/**
 * activation(einsum(equation, x, kernel) + bias). Source: keras.layers.EinsumDense.
 * Shapes: as the equation says. Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * const heads = einsumDense({ equation: 'abc,cde->abde', outputShape: [null, 2, 8], biasAxes: 'de' });
 * heads.apply(input({ shape: [10, 16] })).shape; // [null, 10, 2, 8]
 */
export class EinsumDense extends withOptions(ActivatedLayer, options) {
  static readonly className = 'EinsumDense';
  readonly #parts: EinsumEquation = equationOf(this.label, 'equation', this.equation);
  private kernel!: Weight;
  private bias: Weight | undefined;

  override build(inputShape: Tree<SymbolicShape>): void {
    const shape = singleShape(this.label, inputShape);
    const { kernel, bias, inputAxes, outputAxes } = weightsOf(
      this.label,
      this.#parts,
      this.biasAxes,
      this.outputShape,
      shape,
    );
    const initializer: Initializer = withFanAxes(this.kernelInitializer, inputAxes, outputAxes);
    this.kernel = this.addWeight({ ...weightSpec(this, 'kernel', kernel), initializer });
    this.bias = bias === null ? undefined : this.addWeight(weightSpec(this, 'bias', bias));
    this.activation.layer?.ensureBuilt(this.outputSizes(shape));
  }

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
    requireBuilt(this);
    const x = floatTensor(singleTensor(this.label, inputs));
    const shape = this.outputSizes(x.shape) as number[];
    return this.activate(this.asMatrices(x, shape) ?? this.general(x), context);
  }

  override computeOutputs(input: Tree<TensorSpec>, args: CallArguments<TensorSpec>): Tree<TensorSpec> {
    if (!isTensorSpec(input) || !this.activation.keepsShape) return super.computeOutputs(input, args);
    return { shape: this.outputSizes(input.shape), dtype: 'float32' };
  }

  private general(x: tf.Tensor): tf.Tensor {
    const product = einsum(this.equation, [x, this.kernel.read()]);
    return this.bias === undefined ? product : tf.add(product, this.bias.read());
  }

  /** The same as one product of matrices and its bias, where the equation is that of a dense layer over several axes. */
  private asMatrices(x: tf.Tensor, shape: number[]): tf.Tensor | undefined {
    const { input, kernel, output, ellipsis } = this.#parts;
    const made = [...kernel].filter((letter) => !input.includes(letter)).join('');
    const summed = kernel.slice(0, kernel.length - made.length);
    const kept = input.slice(0, input.length - summed.length);
    const isDense = summed !== '' && made !== '' && kernel === summed + made && input === kept + summed;
    if (!isDense || output !== kept + made || ellipsis === 'right' || ![made, null].includes(this.biasAxes))
      return undefined;
    const sizes = this.kernel.shape;
    const [rows, columns] = [sizeOf(sizes.slice(0, summed.length)), sizeOf(sizes.slice(summed.length))];
    const product = tf.matMul(
      tf.reshape(x, [-1, rows]),
      tf.reshape(this.kernel.read(), [rows, columns]) as tf.Tensor2D,
    );
    const sum = this.bias === undefined ? product : tf.add(product, tf.reshape(this.bias.read(), [columns]));
    return tf.reshape(sum, shape);
  }

  /** The output's shape. Throws: RANK_MISMATCH, SHAPE_MISMATCH where an input does not fit the kernel. */
  private outputSizes(shape: SymbolicShape): SymbolicShape {
    const { kernel, output, ellipsis } = this.#parts;
    const hidden = hiddenSizes(this.label, this.#parts, shape);
    const kernelSizes = new Map([...kernel].map((letter, axis) => [letter, this.kernel.shape[axis]!]));
    for (const [letter, size] of kernelSizes) {
      const given = inputSize(this.#parts, shape, letter) ?? null;
      if (given !== null && given !== size)
        throw shapeMismatch(
          this.label,
          `expected size ${size} for "${letter}" of "${this.equation}", got ${given} (input ${formatShape(shape)})`,
          undefined,
          [`Its kernel is ${formatShape(this.kernel.shape)}.`],
        );
    }
    const sizes = [...output].map(
      (letter) => kernelSizes.get(letter) ?? inputSize(this.#parts, shape, letter) ?? null,
    );
    return ellipsis === 'right' ? [...sizes, ...hidden] : [...hidden, ...sizes];
  }
}

function outputSizes(subject: string, name: string, given: unknown): SymbolicShape {
  const sizes = Array.isArray(given) ? (given as unknown[]) : [given];
  return sizes.map((size) => {
    if (size === null && Array.isArray(given)) return null;
    return positiveIntegerOption.check(subject, name, size);
  });
}

function biasLetters(subject: string, name: string, given: unknown, owner: object): string {
  const { output } = equationOf(subject, 'equation', (owner as { readonly equation: string }).equation);
  if (typeof given === 'string' && given !== '' && [...given].every((letter) => output.includes(letter)))
    return given;
  throw optionInvalid(subject, name, `letters of the output "${output}"`, given);
}

/** Makes an {@link EinsumDense}. */
export function einsumDense(given: EinsumDenseOptions): EinsumDense {
  return new EinsumDense(given);
}
