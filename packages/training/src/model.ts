// The Model: a functional graph that can be compiled, fitted, evaluated and asked to predict.
// Not here: the loops (loops.ts, fit.ts), the steps' maths (steps.ts), files (@lamella/io).
import {
  Functional,
  randomSeed,
  requireBackend,
  type Backend,
  type BatchStream,
  type Composition,
  type Dataset,
  type FunctionalOptions,
  type Runner,
  type SummaryOptions,
} from '@lamella/core';
import type { Captured, HostTensor } from '@lamella/program';
import { lamellaError } from '@lamella/program';
import { CallbackList } from './callbacks/callback-list.js';
import type { Callback, Logs } from './callbacks/callback.js';
import type { History } from './callbacks/history.js';
import { Compiled, outputNames, type CompileOptions } from './compile.js';
import {
  adaptTensors,
  exampleSource,
  isExampleSource,
  rowsSource,
  type DataOptions,
  type Tensors,
  type TrainingData,
} from './data/adapt-data.js';
import type { BatchSource } from './data/batch-source.js';
import type { ClassWeight } from './data/class-weight.js';
import { fit, type FitOptions } from './fit.js';
import { compileStep, predictAll, testEpoch } from './loops.js';
import { StepCache } from './step-cache.js';

export interface ModelOptions extends FunctionalOptions {
  /** Where it runs, for a model made without compose(). */
  readonly backend?: Backend | undefined;
  /** For its random draws and the shuffling; by default that of setRandomSeed(). */
  readonly seed?: number | undefined;
}

export interface EvaluateOptions {
  readonly batchSize?: number;
  readonly sampleWeight?: Tensors;
  readonly classWeight?: ClassWeight;
  readonly steps?: number;
  readonly callbacks?: readonly Callback[];
  readonly signal?: AbortSignal;
}

export interface PredictOptions {
  readonly batchSize?: number;
  readonly steps?: number;
  readonly callbacks?: readonly Callback[];
  readonly signal?: AbortSignal;
}

export class Model extends Functional {
  /** For random draws at every step; saved with the model. */
  readonly seed: number;
  /** Set by callbacks to end fit after the current batch's epoch. */
  stopTraining = false;
  private compiledState: Compiled | undefined;
  private readonly steps = new StepCache();

  constructor(
    options: ModelOptions,
    private readonly composition?: Pick<Composition, 'backend'>,
  ) {
    super(options);
    this.ownBackend = options.backend;
    this.seed = options.seed ?? randomSeed();
  }

  private ownBackend: Backend | undefined;

  /** Where the model runs. Throws: BACKEND_MISSING. */
  get backend(): Backend {
    return this.ownBackend ?? requireBackend(this.composition, this.label);
  }

  /** Moves the model to another backend; its weights and its optimizer's state come along. */
  set backend(backend: Backend) {
    this.ownBackend = backend;
    void this.steps.clear();
  }

  /** What compile() made, or undefined before. */
  get compiled(): Compiled | undefined {
    return this.compiledState;
  }

  get optimizer(): Compiled['optimizer'] | undefined {
    return this.compiledState?.optimizer;
  }

  /** The names of the outputs, as losses, metrics and records of targets use them. */
  get outputNames(): string[] {
    return outputNames(this);
  }

  /**
   * Says how to train: optimizer, loss, metrics. Throws: IDENTIFIER_UNKNOWN, OPTION_INVALID.
   *
   * @example
   * net.compile({ optimizer: adam({ learningRate: 5e-4 }), loss: 'categorical_crossentropy', metrics: ['accuracy'] });
   */
  compile(options: CompileOptions = {}): void {
    this.compiledState = new Compiled(this, options);
    void this.steps.clear();
  }

  /** Throws: NOT_COMPILED. */
  requireCompiled(): Compiled {
    if (this.compiledState !== undefined) return this.compiledState;
    throw lamellaError('NOT_COMPILED', {
      subject: this.label,
      problem: 'it has no optimizer and no loss yet',
      fix: 'call compile({ optimizer, loss }) first',
    });
  }

  /**
   * Trains on arrays with targets, on a dataset of examples, or on a stream of batches.
   * Throws: NOT_COMPILED, BACKEND_MISSING, DATA_INVALID, DATA_LENGTH, SHAPE_MISMATCH, ABORTED.
   */
  fit(x: Tensors, y: Tensors, options?: FitOptions): Promise<History>;
  fit(data: Dataset | BatchStream, options?: FitOptions): Promise<History>;
  fit(x: TrainingData, y?: Tensors | FitOptions, options?: FitOptions): Promise<History> {
    return isExampleSource(x)
      ? fit(this, x, undefined, y as FitOptions | undefined)
      : fit(this, x, y as Tensors, options);
  }

  /** The loss and the metrics on given data, by name. */
  async evaluate(x: TrainingData, y?: Tensors | EvaluateOptions, options?: EvaluateOptions): Promise<Logs> {
    const isSource = isExampleSource(x);
    const settings = (isSource ? (y as EvaluateOptions | undefined) : options) ?? {};
    this.requireCompiled();
    const source = await this.source(x, {
      ...settings,
      y: isSource ? undefined : (y as Tensors),
      outputs: this.outputNames,
    });
    const callbacks = this.attach(settings.callbacks ?? []);
    await callbacks.call('onTestBegin', {});
    const logs = await testEpoch(this, this.backend, source, {
      callbacks,
      steps: settings.steps,
      signal: settings.signal,
    });
    await callbacks.call('onTestEnd', logs);
    return logs;
  }

  /** The output for given inputs, as plain host memory; for a model with one output. */
  async predict(x: TrainingData, options: PredictOptions = {}): Promise<HostTensor> {
    const outputs = await this.predictAll(x, options);
    if (outputs.length === 1) return outputs[0]!;
    throw lamellaError('OUTPUTS_SEVERAL', {
      subject: this.label,
      problem: `it has ${outputs.length} outputs`,
      fix: 'call predictAll(), which gives a list',
    });
  }

  /** The outputs for given inputs, in order. */
  async predictAll(x: TrainingData, options: PredictOptions = {}): Promise<HostTensor[]> {
    const source = await this.source(x, { batchSize: options.batchSize, outputs: [] });
    const callbacks = this.attach(options.callbacks ?? []);
    await callbacks.call('onPredictBegin', {});
    const outputs = await predictAll(this, this.backend, source, {
      callbacks,
      steps: options.steps,
      signal: options.signal,
    });
    await callbacks.call('onPredictEnd', {});
    return outputs;
  }

  /** Prints the layers and the totals, the optimizer's state among them once it exists. */
  override summary(options: SummaryOptions = {}): void {
    const optimizer = this.optimizer;
    super.summary({
      ...(optimizer?.isBuilt === true && { optimizerWeights: optimizer.variables }),
      ...options,
    });
  }

  /** A compiled step, from the cache where it is there. For the loops. */
  step(key: string, backend: Backend, capture: () => Captured): Promise<Runner> {
    const frozen = this.layers.map((layer) => (layer.trainable ? '1' : '0')).join('');
    return this.steps.get(`${key} ${frozen}`, () => compileStep(backend, capture));
  }

  /** Frees the compiled steps; the model can still be used and compiles them anew. */
  dispose(): Promise<void> {
    return this.steps.clear();
  }

  private async source(x: TrainingData, options: DataOptions): Promise<BatchSource> {
    if (isExampleSource(x)) return exampleSource(this, x, options);
    return rowsSource(this, await adaptTensors(this, x, options), options.batchSize);
  }

  private attach(callbacks: readonly Callback[]): CallbackList {
    for (const callback of callbacks) callback.setModel?.(this);
    return new CallbackList(callbacks);
  }
}
