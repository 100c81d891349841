// The Model: a functional graph that can be compiled, fitted, evaluated and asked to predict.
// Not here: the loops (loops.ts, fit.ts), the steps' maths (steps.ts), files (@lamella/io).
import type * as tf from '@tensorflow/tfjs-core';
import {
  arrange,
  callContext,
  checkOptionNames,
  Functional,
  namesInUse,
  randomSeed,
  requireBackend,
  type Backend,
  type Arrangement,
  type BatchStream,
  type CallContext,
  type Composition,
  type Dataset,
  type FunctionalOptions,
  type OptionNames,
  type Runner,
  type SummaryOptions,
} from '@lamella/core';
import {
  flatten,
  isHostTensor,
  unflatten,
  type Captured,
  type HostTensor,
  type MapTree,
  type Tree,
} from '@lamella/program';
import type { Callback, Logs, Verbosity } from './callbacks/callback.js';
import type { History } from './callbacks/history.js';
import { ProgressBar } from './callbacks/progress-bar.js';
import { captureTrainingStep, type TrainingStepOptions } from './capture-training-step.js';
import { sayCompileNotices } from './compile-notices.js';
import { Compiled, type CompileOptions } from './compile.js';
import {
  adaptTensors,
  exampleSource,
  inputsOf,
  isExampleSource,
  noOutputs,
  rowsSource,
  type DataOptions,
  type Tensors,
  type TrainingData,
} from './data/adapt-data.js';
import type { BatchSource } from './data/batch-source.js';
import type { ClassWeight } from './data/class-weight.js';
import { Passes } from './data/passes.js';
import { dataInvalid, modelBusy, notCompiled } from './errors.js';
import { begin, fit, type FitOptions } from './fit.js';
import { inferenceStep, predictEpoch, testEpoch } from './loops.js';
import { outputLayout } from './output-layout.js';
import { StepCache, type StepArguments } from './step-cache.js';
import { fixesTraining } from './steps.js';
import type { StepKind } from './trainable-model.js';

export interface ModelOptions extends FunctionalOptions {
  /** Where it runs, for a model made without compose(). */
  readonly backend?: Backend | undefined;
  /** For its random draws and the shuffling; by default that of setRandomSeed(). */
  readonly seed?: number | undefined;
}

export interface EvaluateOptions {
  /** Default 32. */
  readonly batchSize?: number;
  readonly sampleWeight?: Tensors;
  readonly classWeight?: ClassWeight;
  /** At most so many batches. */
  readonly steps?: number;
  /** As in fit, but 0 by default. */
  readonly verbose?: Verbosity;
  readonly callbacks?: readonly Callback[];
  readonly signal?: AbortSignal;
}

/** As for evaluate; targets and weights are not used. */
export type PredictOptions = Omit<EvaluateOptions, 'sampleWeight' | 'classWeight'>;

/** What a model gives, as plain host memory. */
export type Predicted<M extends { call(inputs: never, context: CallContext): unknown }> = MapTree<
  ReturnType<M['call']>,
  tf.Tensor,
  HostTensor
>;

const predictNames: OptionNames<PredictOptions> = {
  batchSize: true,
  steps: true,
  verbose: true,
  callbacks: true,
  signal: true,
};
const evaluateNames: OptionNames<EvaluateOptions> = {
  ...predictNames,
  sampleWeight: true,
  classWeight: true,
};

export class Model<
  In extends Tree<tf.Tensor> = Tree<tf.Tensor>,
  Out extends Tree<tf.Tensor> = Tree<tf.Tensor>,
> extends Functional<In, Out> {
  /** For random draws at every step; saved with the model. */
  readonly seed: number;
  /** Set by callbacks to end fit: after the current step, and the epoch it stands in. */
  stopTraining = false;
  private ownBackend: Backend | undefined;
  private compiledState: Compiled | undefined;
  private isFitting = false;
  private readonly steps: Readonly<Record<StepKind, StepCache>> = {
    train: new StepCache(8),
    test: new StepCache(8),
    // Sentences, say, come in many lengths.
    predict: new StepCache(32, true),
    call: new StepCache(32, true),
  };

  private keepsTraining: boolean | undefined;

  constructor(
    options: ModelOptions,
    private readonly composition?: Composition,
  ) {
    super(options);
    this.ownBackend = options.backend;
    this.seed = options.seed ?? randomSeed();
  }

  override get label(): string {
    return `Model "${this.name}"`;
  }

  /** Where the model runs. Throws: BACKEND_MISSING. */
  get backend(): Backend {
    return this.ownBackend ?? requireBackend(this.composition, this.label);
  }

  /** What compile() made; undefined before. */
  get compiled(): Compiled | undefined {
    return this.compiledState;
  }

  get optimizer(): Compiled['optimizer'] | undefined {
    return this.compiledState?.optimizer;
  }

  /** The names of the outputs, as losses, metrics and records of targets use them. */
  get outputNames(): string[] {
    return [...outputLayout(this).names];
  }

  /** How targets and weights may be nested and named. For the loops. */
  get outputLayout(): Arrangement {
    return outputLayout(this);
  }

  /**
   * Says how to train: optimizer, loss, metrics. `trainable` flags of layers take effect here.
   * Throws: IDENTIFIER_UNKNOWN, OPTION_INVALID.
   *
   * @example
   * const pixels = input({ shape: [784] });
   * const net = model({ inputs: pixels, outputs: dense({ units: 10, activation: 'softmax' }).apply(pixels) });
   * net.compile({ optimizer: adam({ learningRate: 5e-4 }), loss: 'categorical_crossentropy', metrics: ['accuracy'] });
   */
  compile(options: CompileOptions = {}): void {
    this.compiledState = new Compiled(this, options, this.composition?.catalog ?? namesInUse());
    this.steps.train.clear();
    this.steps.test.clear();
    sayCompileNotices(this, this.composition);
  }

  /** What compile() made. Throws: NOT_COMPILED. */
  requireCompiled(): Compiled {
    if (this.compiledState === undefined) throw notCompiled(this.label);
    return this.compiledState;
  }

  /** Runs on another backend from now on. Weights and the optimizer's state go along with the first run. */
  moveTo(backend: Backend): void {
    this.ownBackend = backend;
    this.dispose();
  }

  /**
   * Trains on arrays with targets, on a dataset of examples, or on a stream of batches.
   * Throws: NOT_COMPILED, BACKEND_MISSING, DATA_INVALID, DATA_LENGTH, DATA_EXHAUSTED, LABEL_OUT_OF_RANGE, SHAPE_MISMATCH,
   * OPTION_INVALID, ABORTED, MODEL_BUSY.
   */
  fit(x: Tensors, y: Tensors, options?: FitOptions): Promise<History>;
  fit(data: Dataset | BatchStream, options?: FitOptions): Promise<History>;
  async fit(x: TrainingData, y?: Tensors | FitOptions, options?: FitOptions): Promise<History> {
    if (this.isFitting) throw modelBusy(this.label);
    this.isFitting = true;
    try {
      return isExampleSource(x)
        ? await fit(this, x, undefined, y as FitOptions | undefined)
        : await fit(this, x, y as Tensors, options);
    } finally {
      this.isFitting = false;
    }
  }

  /** The loss and the metrics on given data, by name. Throws: as {@link fit}. */
  evaluate(x: Tensors, y: Tensors, options?: EvaluateOptions): Promise<Logs>;
  evaluate(data: Dataset | BatchStream, options?: EvaluateOptions): Promise<Logs>;
  async evaluate(x: TrainingData, y?: Tensors | EvaluateOptions, options?: EvaluateOptions): Promise<Logs> {
    const isSource = isExampleSource(x);
    const settings = (isSource ? (y as EvaluateOptions | undefined) : options) ?? {};
    checkOptionNames(`${this.label}, evaluate()`, settings, evaluateNames);
    const { loss } = this.requireCompiled();
    const { backend } = this;
    const source = await this.source(x, {
      ...settings,
      y: isSource ? undefined : (y as Tensors),
      outputs: this.outputLayout,
      loss,
    });
    const callbacks = this.begin(source, settings);
    await callbacks.call('onTestBegin', {});
    const passes = new Passes(source, { subject: this.label });
    try {
      const { logs } = await passes.epoch(
        () => undefined,
        (cursor) => testEpoch(this, backend, cursor, { ...settings, callbacks }),
      );
      await callbacks.call('onTestEnd', logs);
      return logs;
    } finally {
      await passes.close();
    }
  }

  /**
   * The outputs for given inputs, nested as the model gives them, as plain host memory.
   * Throws: BACKEND_MISSING, DATA_INVALID, DATA_LENGTH, SHAPE_MISMATCH, ABORTED.
   */
  async predict<M extends Model>(
    this: M,
    x: TrainingData,
    options: PredictOptions = {},
  ): Promise<Predicted<M>> {
    checkOptionNames(`${this.label}, predict()`, options, predictNames);
    const { backend } = this;
    const source = await this.source(x, { batchSize: options.batchSize, outputs: noOutputs });
    const callbacks = this.begin(source, options);
    await callbacks.call('onPredictBegin', {});
    const outputs = await predictEpoch(this, backend, source, { ...options, callbacks });
    if (outputs.length === 0)
      throw dataInvalid(this.label, 'the data gave no batch', 'pass at least one sample');
    await callbacks.call('onPredictEnd', {});
    return unflatten(this.outputStructure, outputs) as Predicted<M>;
  }

  /**
   * Computes one batch, for serving loops: nothing is converted, split, shown or reported on the way. Like predict, it
   * draws the random numbers of step 0. Calls in the graph that fix their training flag keep it, which fit, evaluate and
   * predict override, as in Keras. With tfjs tensors it is the layer's own call, for graphs and captures.
   * Throws: BACKEND_MISSING, SHAPE_MISMATCH, DATA_INVALID.
   *
   * @example
   * const x = input({ shape: [2] });
   * const twice = model({ inputs: x, outputs: rescaling({ scale: 2 }).apply(x), backend: cpu() });
   * const row = await twice.call(new HostTensor(new Float32Array([1, 2]), [1, 2]));
   * row.array(); // [[2, 4]]
   */
  override call<M extends Model>(this: M, inputs: Tree<HostTensor>): Promise<Predicted<M>>;
  override call(inputs: In, context?: CallContext): Out;
  override call(inputs: Tree<HostTensor> | In, context: CallContext = callContext()): unknown {
    return isHostTensor(flatten<unknown>(inputs)[0])
      ? this.callOnHost(inputs as Tree<HostTensor>)
      : super.call(inputs as In, context);
  }

  /**
   * One training step as a pure Program, with the cells behind its state: weights, the optimizer's variables, metrics.
   * Its arguments are the inputs, the targets and the sample weights; its outputs the logs by name. For running it elsewhere.
   * Throws: NOT_COMPILED, OPTION_INVALID, SHAPE_MISMATCH.
   */
  captureTrainingStep(options: TrainingStepOptions): Captured {
    return captureTrainingStep(this, options);
  }

  /** Prints the layers and the totals, the optimizer's state among them once it exists. */
  override summary(options: SummaryOptions = {}): void {
    const optimizer = this.optimizer;
    super.summary({
      ...(optimizer?.isBuilt === true && { optimizerWeights: optimizer.variables }),
      ...options,
    });
  }

  /** A compiled step for arguments of these shapes, from the cache where it is there. For the loops. */
  stepFor(kind: StepKind, args: StepArguments, make: () => Promise<Runner>): Runner | Promise<Runner> {
    return this.steps[kind].get(args, make);
  }

  /** Frees the compiled steps; the model can still be used and compiles them anew. */
  dispose(): void {
    for (const cache of Object.values(this.steps)) cache.clear();
  }

  /** A plain call and `predict` differ only where a call in the graph fixes its training flag; else they share their steps. */
  private get callKind(): 'predict' | 'call' {
    return (this.keepsTraining ??= fixesTraining(this)) ? 'call' : 'predict';
  }

  private async callOnHost(given: Tree<HostTensor>): Promise<Tree<HostTensor>> {
    const inputs = isHostTensor(given) && this.inputs.length === 1 ? [given] : arrange(given, inputsOf(this));
    if (inputs?.every(isHostTensor) !== true)
      throw dataInvalid(
        this.label,
        `expected a host tensor for each of its ${this.inputs.length} inputs, nested like them`,
      );
    const { backend } = this;
    const cached = inferenceStep(this, backend, inputs, this.callKind);
    const runner = cached instanceof Promise ? await cached : cached;
    return runner.compute(inputs, { seed: this.seed, step: 0 }, (outputs) =>
      unflatten(
        this.outputStructure,
        outputs.map((output) => output.clone()),
      ),
    );
  }

  private async source(x: TrainingData, options: DataOptions): Promise<BatchSource> {
    if (isExampleSource(x)) return exampleSource(this, x, options);
    return rowsSource(this, await adaptTensors(this, x, options), options.batchSize);
  }

  private begin(source: BatchSource, options: PredictOptions): ReturnType<typeof begin> {
    const { callbacks = [], verbose = 0, steps } = options;
    return begin(this, verbose === 0 ? callbacks : [...callbacks, new ProgressBar()], {
      epochs: 1,
      steps: steps === undefined ? source.steps : Math.min(steps, source.steps ?? steps),
      verbose,
    });
  }
}
