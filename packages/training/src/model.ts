// The Model: a layer that can be compiled, fitted, evaluated and asked to predict. Subclasses compute in a call of their own;
// Functional computes a graph. Not here: the loops (loops.ts, fit.ts), the steps' maths (steps.ts), files (@lamella/io).
import type * as tf from '@tensorflow/tfjs-core';
import {
  arrange,
  checkOptionNames,
  dataInvalid,
  Layer,
  layerNotBuilt,
  layerUnknown,
  namesInUse,
  randomSeed,
  requireBackend,
  summarize,
  type Arrangement,
  type Backend,
  type BatchStream,
  type CallContext,
  type Composition,
  type Dataset,
  type GraphEnds,
  type LayerOptions,
  type OptionNames,
  type Runner,
  type SummaryOptions,
  type SymbolicTensor,
} from '@lamella/core';
import {
  flatten,
  isHostTensor,
  isShape,
  mapTree,
  structureOf,
  unflatten,
  type Captured,
  type HostTensor,
  type MapTree,
  type SymbolicShape,
  type Tree,
  type TreeStructure,
} from '@lamella/program';
import type { Callback, Logs, Verbosity } from './callbacks/callback.js';
import type { History } from './callbacks/history.js';
import { ProgressBar } from './callbacks/progress-bar.js';
import { captureTrainingStep, type TrainingStepOptions } from './capture-training-step.js';
import { sayCompileNotices } from './compile-notices.js';
import { checkCompileOptions, Compiled, type CompileOptions } from './compile.js';
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
import { inputsLike, symbolicInputs, type InputLike } from './data/inputs-like.js';
import { onePass } from './data/passes.js';
import { modelBusy, notCompiled } from './errors.js';
import { turnWhereDue } from './event-loop.js';
import { begin, fit, type FitOptions } from './fit.js';
import { inferenceStep, predictEpoch, testEpoch } from './loops.js';
import { outputLayout } from './output-layout.js';
import { StepCache, type StepArguments } from './step-cache.js';
import type { StepKind } from './trainable-model.js';
import { unlessAborted } from './unless-aborted.js';

/** The options of every model. */
export interface ModelOptions extends LayerOptions {
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

/**
 * A layer that trains. Subclasses make their layers with `addLayer`, compute in `call`, and say their options in
 * `getConfig`; they are built by their first data, or by {@link build}. Source: keras.Model.
 *
 * @example
 * import * as tf from '@tensorflow/tfjs-core';
 * import { cpu } from '@lamella/backend-cpu';
 * import { dense } from '@lamella/layers';
 * import { Model } from '@lamella/training';
 *
 * class Residual extends Model {
 *   static readonly className = 'acme>Residual';
 *   private readonly inner = this.addLayer('inner', dense({ units: 2 }));
 *   override call(x: tf.Tensor): tf.Tensor {
 *     return tf.add(x, this.inner.apply(x));
 *   }
 * }
 *
 * const net = new Residual({ backend: cpu() });
 * const y = await net.predict([[1, 2]]);
 * y.shape; // [1, 2]
 */
export abstract class Model<
  In extends Tree<tf.Tensor> = Tree<tf.Tensor>,
  Out extends Tree<tf.Tensor> = Tree<tf.Tensor>,
> extends Layer {
  /** For random draws at every step; saved with the model. */
  seed: number;
  /** Set by callbacks to end fit: after the current step, and the epoch it stands in. */
  stopTraining = false;
  // Hard private names: subclasses have fields of their own.
  #composition: Composition | undefined;
  #ownBackend: Backend | undefined;
  #compileOptions: CompileOptions | undefined;
  #compiled: Compiled | undefined;
  /** The loops over data that are under way. */
  readonly #running: string[] = [];
  readonly #steps: Readonly<Record<StepKind, StepCache>> = {
    train: new StepCache(8),
    test: new StepCache(8),
    // Sentences, say, come in many lengths.
    predict: new StepCache(32, true),
  };

  constructor(options: ModelOptions = {}, composition?: Composition) {
    super(options);
    this.#composition = composition;
    this.#ownBackend = options.backend;
    this.seed = options.seed ?? randomSeed();
  }

  abstract override call(inputs: In, context: CallContext): Out;

  /** The layers it is made of. */
  get layers(): readonly Layer[] {
    return this.sublayers;
  }

  /** A layer by name, or by its place in {@link layers}, counted from the end where negative. Throws: LAYER_UNKNOWN. */
  getLayer(nameOrIndex: string | number): Layer {
    const { layers } = this;
    const found =
      typeof nameOrIndex === 'number'
        ? layers.at(nameOrIndex)
        : layers.find((layer) => layer.name === nameOrIndex);
    if (found !== undefined) return found;
    const names = layers.map((layer) => layer.name);
    throw layerUnknown(this.label, String(nameOrIndex), names);
  }

  /** The leaves of the inputs, as they are declared or as the first data had them. Throws: LAYER_NOT_BUILT. */
  get inputs(): readonly SymbolicTensor[] {
    return this.#requireEnds().inputs;
  }

  /** The leaves of the outputs. Throws: LAYER_NOT_BUILT. */
  get outputs(): readonly SymbolicTensor[] {
    return this.#requireEnds().outputs;
  }

  /** How the inputs are nested. Throws: LAYER_NOT_BUILT. */
  get inputStructure(): TreeStructure {
    return this.#requireEnds().inputStructure;
  }

  /** How the outputs are nested. Throws: LAYER_NOT_BUILT. */
  get outputStructure(): TreeStructure {
    return this.#requireEnds().outputStructure;
  }

  /** Between which tensors it computes; undefined where no data have been seen yet. */
  protected get ends(): GraphEnds | undefined {
    const node = this.inboundNodes[0];
    return (
      node && {
        inputs: flatten(node.inputs),
        outputs: node.outputs,
        inputStructure: structureOf(node.inputs),
        outputStructure: structureOf(node.result),
      }
    );
  }

  /** Builds a model that has seen no data: its layers make their weights for inputs of these shapes, the batch first. */
  override build(inputShape: Tree<SymbolicShape>): void {
    if (!this.isBuilding && this.ends === undefined)
      this.buildFor(mapTree(inputShape, (shape) => ({ shape, dtype: 'float32' as const }), isShape));
  }

  /** Builds a model that has seen no data, for inputs of these shapes and dtypes. For files and the loops. */
  buildFor(inputs: Tree<InputLike>): void {
    if (this.ends === undefined) (this as Layer).apply(symbolicInputs(inputs));
  }

  /** Where the model runs. Throws: BACKEND_MISSING. */
  get backend(): Backend {
    return this.#ownBackend ?? requireBackend(this.#composition, this.label);
  }

  /** What compile() made; undefined before, and as long as a model with a call of its own has seen no data. */
  get compiled(): Compiled | undefined {
    return this.#compileOptions && this.ends && this.requireCompiled();
  }

  get optimizer(): Compiled['optimizer'] | undefined {
    return this.compiled?.optimizer;
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
   * Throws: IDENTIFIER_UNKNOWN, OPTION_INVALID, MODEL_BUSY.
   *
   * @example
   * const pixels = input({ shape: [784] });
   * const net = model({ inputs: pixels, outputs: dense({ units: 10, activation: 'softmax' }).apply(pixels) });
   * net.compile({ optimizer: adam({ learningRate: 5e-4 }), loss: 'categorical_crossentropy', metrics: ['accuracy'] });
   */
  compile(options: CompileOptions = {}): void {
    checkCompileOptions(this.label, options);
    this.#refuseWhileRunning('compile()');
    this.#compiled = this.ends && this.#makeCompiled(options);
    this.#compileOptions = options;
    this.#steps.train.clear();
    this.#steps.test.clear();
    if (this.#compiled !== undefined) sayCompileNotices(this, this.#composition);
  }

  /** Puts a model that was made of its config into a composition. For files. */
  restore({
    composition,
    seed,
  }: {
    readonly composition: Composition;
    readonly seed: number | undefined;
  }): void {
    this.#composition ??= composition;
    this.seed = seed ?? this.seed;
  }

  /** What compile() made, once it is known what the model gives. Throws: NOT_COMPILED. */
  requireCompiled(): Compiled {
    if (this.#compileOptions === undefined) throw notCompiled(this.label);
    if (this.#compiled === undefined) {
      this.#compiled = this.#makeCompiled(this.#compileOptions);
      sayCompileNotices(this, this.#composition);
    }
    return this.#compiled;
  }

  /** Runs on another backend from now on. Weights and the optimizer's state go along with the first run. Throws: MODEL_BUSY. */
  moveTo(backend: Backend): void {
    this.#refuseWhileRunning('moveTo()');
    this.#ownBackend = backend;
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
    if (this.#running.includes('fit()')) throw modelBusy(this.label, 'fit()', 'another fit()');
    const isSource = isExampleSource(x);
    const settings = (isSource ? (y as FitOptions | undefined) : options) ?? {};
    return this.#run('fit()', async () => {
      await this.#buildForData(x, settings.signal);
      return fit(this, x, isSource ? undefined : (y as Tensors), settings);
    });
  }

  /** The loss and the metrics on given data, by name. Throws: as {@link fit}. */
  evaluate(x: Tensors, y: Tensors, options?: EvaluateOptions): Promise<Logs>;
  evaluate(data: Dataset | BatchStream, options?: EvaluateOptions): Promise<Logs>;
  async evaluate(x: TrainingData, y?: Tensors | EvaluateOptions, options?: EvaluateOptions): Promise<Logs> {
    const isSource = isExampleSource(x);
    const settings = (isSource ? (y as EvaluateOptions | undefined) : options) ?? {};
    checkOptionNames(`${this.label}, evaluate()`, settings, evaluateNames);
    return this.#run('evaluate()', async () => {
      await this.#buildForData(x, settings.signal);
      const { loss } = this.requireCompiled();
      const { backend } = this;
      const source = await this.#source(x, {
        ...settings,
        y: isSource ? undefined : (y as Tensors),
        outputs: this.outputLayout,
        loss,
      });
      const callbacks = this.#begin(source, settings);
      await callbacks.call('onTestBegin', {});
      const { logs } = await onePass(source, this.label, (cursor) =>
        testEpoch(this, backend, cursor, { ...settings, callbacks }),
      );
      await callbacks.call('onTestEnd', logs);
      return logs;
    });
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
    return this.#run('predict()', async () => {
      const { backend } = this;
      await this.#buildForData(x, options.signal);
      const source = await this.#source(x, { batchSize: options.batchSize, outputs: noOutputs });
      const { examples } = source;
      const callbacks = this.#begin(source, options);
      await callbacks.call('onPredictBegin', {});
      const { outputs } = await onePass(source, this.label, (cursor) =>
        predictEpoch(this, backend, cursor, { ...options, examples, callbacks }),
      );
      await callbacks.call('onPredictEnd', {});
      return unflatten(this.outputStructure, outputs) as Predicted<M>;
    });
  }

  /**
   * The outputs for one batch as predict gives them, for serving loops: nothing is converted, split, shown or reported on
   * the way. Like predict, it draws the random numbers of step 0.
   * Throws: BACKEND_MISSING, SHAPE_MISMATCH, DATA_INVALID.
   *
   * @example
   * const x = input({ shape: [2] });
   * const twice = model({ inputs: x, outputs: rescaling({ scale: 2 }).apply(x), backend: cpu() });
   * const row = await twice.predictOnBatch(new HostTensor(new Float32Array([1, 2]), [1, 2]));
   * row.array(); // [[2, 4]]
   */
  async predictOnBatch<M extends Model>(this: M, x: Tree<HostTensor>): Promise<Predicted<M>> {
    const { backend } = this;
    if (this.ends === undefined) await this.#buildForData(x);
    const inputs = isHostTensor(x) && this.inputs.length === 1 ? [x] : arrange(x, inputsOf(this));
    if (inputs?.every(isHostTensor) !== true)
      throw dataInvalid(
        this.label,
        `expected a host tensor for each of its ${this.inputs.length} inputs, nested like them`,
      );
    const cached = inferenceStep(this, backend, inputs);
    const runner = cached instanceof Promise ? await cached : cached;
    const result = runner.compute(inputs, { seed: this.seed, step: 0 }, (outputs) => {
      const copies = outputs.map((output) => output.clone());
      return unflatten(this.outputStructure, copies) as Predicted<M>;
    });
    // After the run is asked for: a step that goes in the meantime still serves it.
    const turn = turnWhereDue();
    return turn === undefined ? result : (await Promise.all([result, turn]))[0];
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
  summary(options: SummaryOptions = {}): void {
    const optimizer = this.optimizer;
    const text = summarize(this, {
      ...(optimizer?.isBuilt === true && { optimizerWeights: optimizer.variables }),
      ...options,
    });
    (options.printFn ?? console.log)(text);
  }

  /** A compiled step for arguments of these shapes, from the cache where it is there. For the loops. */
  stepFor(kind: StepKind, args: StepArguments, make: () => Promise<Runner>): Runner | Promise<Runner> {
    return this.#steps[kind].get(args, make);
  }

  /** Frees the compiled steps; the model can still be used and compiles them anew. */
  dispose(): void {
    for (const cache of Object.values(this.#steps)) cache.clear();
  }

  #requireEnds(): GraphEnds {
    const { ends } = this;
    if (ends === undefined)
      throw layerNotBuilt(this.label, 'it is not known yet what it takes and gives: it has seen no data');
    return ends;
  }

  #makeCompiled(options: CompileOptions): Compiled {
    return new Compiled(this, options, this.#composition?.catalog ?? namesInUse());
  }

  async #buildForData(x: TrainingData, signal?: AbortSignal): Promise<void> {
    if (this.ends === undefined)
      this.buildFor(await unlessAborted(this.label, signal, inputsLike(this.label, x)));
  }

  async #run<T>(name: string, loop: () => Promise<T>): Promise<T> {
    this.#running.push(name);
    try {
      return await loop();
    } finally {
      this.#running.splice(this.#running.indexOf(name), 1);
    }
  }

  #refuseWhileRunning(called: string): void {
    const [running] = this.#running;
    if (running !== undefined) throw modelBusy(this.label, called, running);
  }

  async #source(x: TrainingData, options: DataOptions): Promise<BatchSource> {
    if (isExampleSource(x)) return exampleSource(this, x, options);
    return rowsSource(this, await adaptTensors(this, x, options), options.batchSize);
  }

  #begin(source: BatchSource, options: PredictOptions): ReturnType<typeof begin> {
    const { callbacks = [], verbose = 0, steps } = options;
    return begin(this, verbose === 0 ? callbacks : [...callbacks, new ProgressBar()], {
      epochs: 1,
      steps: steps === undefined ? source.steps : Math.min(steps, source.steps ?? steps),
      verbose,
    });
  }
}
