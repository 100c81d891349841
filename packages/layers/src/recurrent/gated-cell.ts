// What the cells of Keras share: one kernel for what comes in and one for the state, each for all gates side by side, a bias, and
// dropout that is drawn once for all steps. What the gates do, each cell says.
import {
  booleanOption,
  fractionOption,
  Layer,
  positiveIntegerOption,
  rankMismatch,
  seedOption,
  withOptions,
  type CallContext,
  type Weight,
  type WeightSpec,
} from '@lamella/core';
import { random, type Shape, type SymbolicShape, type Tree } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { requireBuilt } from '../options/built.js';
import {
  activationOption,
  constraintOption,
  initializerOption,
  regularizerOption,
} from '../options/declarations.js';
import { floatTensor, knownSize, singleShape, singleTensor } from '../options/single-input.js';
import { kernelAndBias, kernelAndBiasConstraints, weightSpec } from '../options/weight-declarations.js';

/** The options of all cells. */
export const cellOptions = {
  /** The size of the state and of what comes out. */
  units: positiveIntegerOption(),
  /** What is applied to the candidate for the next state. Default `tanh`. */
  activation: activationOption('tanh'),
  ...kernelAndBias,
  /** The first values of the state's kernel. Default `orthogonal`. */
  recurrentInitializer: initializerOption('orthogonal'),
  /** What the state's kernel adds to the loss. Default null, nothing. */
  recurrentRegularizer: regularizerOption(),
  ...kernelAndBiasConstraints,
  /** What the state's kernel must fulfil after each step. Default null, nothing. */
  recurrentConstraint: constraintOption(),
  /** The share of what comes in that is dropped in training, the same at each step. Default 0. */
  dropout: fractionOption(0),
  /** The share of the state that is dropped in training where it is multiplied, the same at each step. Default 0. */
  recurrentDropout: fractionOption(0),
  /** For what is dropped. Default null, the model's. */
  seed: seedOption(),
} as const;

const gateOptions = {
  ...cellOptions,
  /** What is applied to the gates. Default `sigmoid`. */
  recurrentActivation: activationOption('sigmoid'),
} as const;

/** The options of LSTMCell. */
export const lstmCellOptions = {
  ...gateOptions,
  /** Whether the bias of the forget gate begins with ones, whatever `biasInitializer` says. Default true. */
  unitForgetBias: booleanOption(true),
} as const;

/** The options of GRUCell. */
export const gruCellOptions = {
  ...gateOptions,
  /** Whether the reset gate works after the product with the state, which has a bias of its own then. Default true. */
  resetAfter: booleanOption(true),
} as const;

/** Factors for what comes in and for the state, one for all gates or one each; none where nothing is dropped. */
interface Drops {
  readonly inputs: readonly tf.Tensor[];
  readonly states: readonly tf.Tensor[];
}

type Product = (x: tf.Tensor, kernel: tf.Tensor) => tf.Tensor;

const nothing: Drops = { inputs: [], states: [] };

/** A cell with so many {@link gates}. */
export abstract class GatedCell extends withOptions(Layer, cellOptions) {
  static readonly callArguments: readonly string[] = ['states'];
  protected kernel!: Weight;
  protected recurrentKernel!: Weight;
  protected bias: Weight | undefined;
  #drops: Drops | undefined;

  /** How many times the kernels are as wide as the state. */
  protected abstract readonly gates: number;
  abstract readonly stateSize: number | readonly number[];

  get outputSize(): number {
    return this.units;
  }

  get givesState(): true {
    return true;
  }

  override get sublayers(): readonly Layer[] {
    return this.activation.layer === null ? [] : [this.activation.layer];
  }

  override build(inputShape: Tree<SymbolicShape>): void {
    const shape = singleShape(this.label, inputShape);
    this.checkInput(shape);
    const features = knownSize(this.label, shape, shape.length - 1, 'last dimension', 'number of features');
    const width = this.gates * this.units;
    this.kernel = this.addWeight(weightSpec(this, 'kernel', [...this.window, features, width]));
    const recurrent = weightSpec(this, 'recurrent', [...this.window, this.units, width]);
    this.recurrentKernel = this.addWeight({ ...recurrent, name: 'recurrent_kernel' });
    this.bias = this.useBias ? this.addWeight(this.biasSpec(width)) : undefined;
    this.activation.layer?.ensureBuilt([...shape.slice(0, -1), this.units]);
  }

  /** The shape of a state, for what comes in of this shape. */
  stateShape([batch]: Shape): Shape {
    return [batch!, this.units];
  }

  /** The sizes of kernels that slide; none for rows. */
  protected get window(): readonly number[] {
    return [];
  }

  /** Whether what comes in is dropped for all gates alike where nothing of the state is dropped. */
  protected get sharesDrops(): boolean {
    return true;
  }

  /** Throws: RANK_MISMATCH, SHAPE_MISMATCH for what the cell cannot take. */
  protected checkInput(shape: SymbolicShape): void {
    if (shape.length !== 2) throw rankMismatch(this.label, 'rank 2 ([batch, features])', shape);
  }

  protected biasSpec(width: number): WeightSpec {
    return weightSpec(this, 'bias', [width]);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): [tf.Tensor, tf.Tensor[]] {
    requireBuilt(this);
    const x = floatTensor(singleTensor(this.label, inputs));
    const given = context.args['states'] as tf.Tensor | readonly tf.Tensor[];
    const states = Array.isArray(given) ? (given as readonly tf.Tensor[]) : [given as tf.Tensor];
    const drops = this.#drops ?? this.draw(x.shape, context.training);
    const timesInput: Product = (input, kernel) => this.timesInput(input, kernel);
    const products = this.project(x, this.kernel.read(), drops.inputs, timesInput);
    const next = this.step(products, states, drops.states, context);
    return [next[0]!, [...next]];
  }

  forAllSteps<T>(inputShape: Shape, isTraining: boolean, run: () => T): T {
    this.#drops = this.draw(inputShape, isTraining);
    try {
      return run();
    } finally {
      this.#drops = undefined;
    }
  }

  /** The next states from what came in, multiplied with the kernel, without the bias. */
  protected abstract step(
    x: tf.Tensor,
    states: readonly tf.Tensor[],
    drops: readonly tf.Tensor[],
    context: CallContext,
  ): readonly tf.Tensor[];

  /** The product with columns of a kernel that belong to gates from `from` on, with each gate's own share dropped. */
  protected project(
    x: tf.Tensor,
    kernel: tf.Tensor,
    drops: readonly tf.Tensor[],
    times: Product = (state, part) => this.timesState(state, part),
  ): tf.Tensor {
    const dropped = (i: number): tf.Tensor => (drops[i] === undefined ? x : tf.mul(x, drops[i]));
    if (drops.length < 2) return times(dropped(0), kernel);
    const parts = tf.split(kernel, kernel.shape.at(-1)! / this.units, kernel.rank - 1);
    return tf.concat(
      parts.map((part, i) => times(dropped(i), part)),
      x.rank - 1,
    );
  }

  /** What comes in, times a kernel. */
  protected timesInput(x: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
    return tf.matMul(x, kernel);
  }

  /** A state, times a kernel. */
  protected timesState(state: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
    return tf.matMul(state, kernel);
  }

  /** Keras draws for each gate where it drops of the state, else once for all. */
  private draw(inputShape: Shape, isTraining: boolean): Drops {
    const { dropout, recurrentDropout } = this;
    const isShared = recurrentDropout === 0 && this.sharesDrops;
    if (!isTraining || (dropout === 0 && recurrentDropout === 0)) return nothing;
    const seed = this.seed === null ? {} : { seed: this.seed };
    const factors = (rate: number, shape: Shape): tf.Tensor[] =>
      Array.from({ length: rate === 0 ? 0 : isShared ? 1 : this.gates }, () =>
        random.dropout(tf.fill(shape as number[], 1), rate, seed),
      );
    return {
      inputs: factors(dropout, inputShape),
      states: factors(recurrentDropout, this.stateShape(inputShape)),
    };
  }
}
