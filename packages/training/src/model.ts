// The Model: a layer that can be compiled, fitted, evaluated and asked to predict. Subclasses compute in a call of their own;
// Functional computes a graph. Not here: the loops (loops.ts, fit.ts), the steps' maths (steps.ts), files (@lamella/io).
import type * as tf from '@tensorflow/tfjs-core';
import {
  Layer,
  layerNotBuilt,
  layerUnknown,
  namesInUse,
  randomSeed,
  requireBackend,
  summarize,
  type ApplyOptions,
  type Arrangement,
  type Backend,
  type BatchStream,
  type CallContext,
  type Composition,
  type Dataset,
  type GraphEnds,
  type HostPart,
  type LayerOptions,
  type Runner,
  type SummaryOptions,
  type SymbolicInputs,
  type SymbolicOutputs,
  type SymbolicTensor,
} from '@lamella/core';
import {
  describeStructure,
  flatten,
  isShape,
  mapTree,
  structureOf,
  unflatten,
  type AnyHostTensor,
  type Captured,
  type HostTensor,
  type MapTree,
  type SymbolicShape,
  type Tree,
  type TreeStructure,
} from '@lamella/program';
import type { Logs } from './callbacks/callback.js';
import type { History } from './callbacks/history.js';
import { captureTrainingStep, type TrainingStepOptions } from './capture-training-step.js';
import { sayCompileNotices } from './compile-notices.js';
import { checkCompileOptions, Compiled, type CompileOptions } from './compile.js';
import { isExampleSource, type Tensors, type TrainingData } from './data/adapt-data.js';
import type { DataEnds } from './data/data-ends.js';
import { endsOfData } from './data/ends-of-data.js';
import { inputsLike, symbolicInputs, type InputLike } from './data/inputs-like.js';
import { computeLoss, computeMetrics, defaultTestStep, defaultTrainStep } from './default-steps.js';
import { modelBusy, notCompiled } from './errors.js';
import { evaluate, predict, predictBatch, type EvaluateOptions, type PredictOptions } from './evaluate.js';
import { fit, type FitOptions } from './fit.js';
import { OneByOne, type BatchOptions } from './one-by-one.js';
import type { Optimizer } from './optimizers/optimizer.js';
import { outputLayout } from './output-layout.js';
import { StepCache, type StepArguments } from './step-cache.js';
import type { PredictedBatch, StepBatch, StepKind, StepLogs } from './trainable-model.js';
import { unlessAborted } from './unless-aborted.js';

/** The options of every model. */
export interface ModelOptions extends LayerOptions {
  /** Where it runs, for a model made without compose(). */
  readonly backend?: Backend | undefined;
  /** For its random draws and the shuffling; by default that of setRandomSeed(). */
  readonly seed?: number | undefined;
}

/** What a model gives, as plain host memory. */
export type Predicted<M extends { call(inputs: never, context: CallContext): unknown }> = MapTree<
  ReturnType<M['call']>,
  tf.Tensor,
  HostTensor
>;

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
  readonly #batches = new OneByOne();
  /** How the data of steps of its own were nested last. */
  readonly #forms: Partial<Record<StepKind, string>> = {};
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

  /** As for every layer; the last form is for `this.apply(x)` in a subclass, whose `call` TypeScript cannot know there. */
  override apply<L extends Layer>(
    this: L,
    inputs: SymbolicInputs<L>,
    options?: ApplyOptions<SymbolicTensor>,
  ): SymbolicOutputs<L>;
  override apply<L extends Layer>(
    this: L,
    inputs: Parameters<L['call']>[0],
    options?: ApplyOptions<tf.Tensor>,
  ): ReturnType<L['call']>;
  override apply(inputs: In, options?: ApplyOptions<tf.Tensor>): Out;
  override apply(inputs: never, options?: never): unknown {
    return super.apply(inputs, options);
  }

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

  /** What of it the host computes before each step; undefined where nothing is. */
  get hostPart(): HostPart | undefined {
    return undefined;
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
    return this.#compileOptions && this.#canCompile ? this.requireCompiled() : undefined;
  }

  /** Undefined before compile(), and where several have names. */
  get optimizer(): Optimizer | undefined {
    return this.#compileOptions?.optimizers === undefined ? this.compiled?.optimizer : undefined;
  }

  /** The optimizers by the names that compile() was given; one alone is called `optimizer`. */
  get optimizers(): Readonly<Record<string, Optimizer>> {
    return Object.fromEntries(this.compiled?.optimizers ?? []);
  }

  /** The names of the outputs, as losses, metrics and records of targets use them. */
  get outputNames(): string[] {
    return [...this.outputLayout.names];
  }

  /** How targets and weights may be nested and named. For the loops. */
  get outputLayout(): Arrangement {
    const isOpen = this.ends === undefined && this.hasOwnStep('train');
    return isOpen ? { structure: '*', names: ['output'] } : outputLayout(this);
  }

  /** Whether it is known what it takes and gives. For the loops. */
  get hasEnds(): boolean {
    return this.ends !== undefined;
  }

  /**
   * Says how to train: optimizer, loss, metrics. `trainable` flags of layers take effect here.
   * Throws: IDENTIFIER_UNKNOWN, OPTION_INVALID, MODEL_BUSY.
   */
  compile(options: CompileOptions = {}): void {
    checkCompileOptions(this.label, options, this.hasOwnStep('train'));
    this.#refuseWhileRunning('compile()');
    this.#compiled = this.#canCompile ? this.#makeCompiled(options) : undefined;
    this.#compileOptions = options;
    this.#steps.train.clear();
    this.#steps.test.clear();
    this.#batches.reset();
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
   * What {@link fit} does with a batch, in tfjs-core calls, and what is logged of it, a scalar for each name. It is captured once for
   * each form of batch. A subclass may do something else, with several models and optimizers; its data are then nested as they come.
   * In it, layers that are applied train, and `gradients()` of `@lamella/program` are those of what it has computed so far.
   */
  trainStep(batch: StepBatch): StepLogs {
    return defaultTrainStep(this, batch);
  }

  /** What {@link evaluate} does with a batch, as {@link trainStep}. */
  testStep(batch: StepBatch): StepLogs {
    return defaultTestStep(this, batch);
  }

  /**
   * In a step: the total loss, of compile(), of regularizers, and what layers have added in this step. A subclass may add to it.
   * Throws: STEP_INVALID outside a step, DATA_INVALID, SHAPE_MISMATCH.
   */
  computeLoss(batch: PredictedBatch): tf.Tensor {
    return computeLoss(this, batch);
  }

  /** In a step: takes a batch into account in the metrics of compile(), and gives all results. Throws: as {@link computeLoss}. */
  computeMetrics(batch: PredictedBatch & { readonly loss?: tf.Tensor | undefined }): StepLogs {
    return computeMetrics(this, batch);
  }

  /** Whether a subclass has a step of its own. For the loops. */
  hasOwnStep(kind: StepKind): boolean {
    if (kind === 'predict') return false;
    const step = `${kind}Step` as const;
    return this[step] !== Model.prototype[step];
  }

  /** How data of a step are nested. A model that has not been built is built for them, where the step is not its own. For the loops. */
  async endsFor(
    kind: StepKind,
    data: TrainingData,
    targets: Tensors | undefined,
    signal?: AbortSignal,
  ): Promise<DataEnds> {
    if (!this.hasOwnStep(kind)) {
      await this.#buildForData(data, signal);
      return this;
    }
    const ends = await unlessAborted(this.label, signal, endsOfData(this.label, data, targets));
    const form = [ends.inputStructure, ends.outputStructure].map(describeStructure).join(' ');
    // Compiled steps are kept by the shapes of their arguments alone.
    if (this.#forms[kind] !== form) this.#steps[kind].clear();
    this.#forms[kind] = form;
    return ends;
  }

  /**
   * Trains on arrays with targets, on a dataset of examples, or on a stream of batches.
   * Throws: NOT_COMPILED, BACKEND_MISSING, DATA_INVALID, DATA_LENGTH, DATA_EXHAUSTED, LABEL_OUT_OF_RANGE, SHAPE_MISMATCH,
   * OPTION_INVALID, STEP_INVALID, ABORTED, MODEL_BUSY.
   */
  fit(x: Tensors, y?: Tensors, options?: FitOptions): Promise<History>;
  fit(data: Dataset | BatchStream, options?: FitOptions): Promise<History>;
  async fit(x: TrainingData, y?: Tensors | FitOptions, options?: FitOptions): Promise<History> {
    if (this.#running.includes('fit()')) throw modelBusy(this.label, 'fit()', 'another fit()');
    const isSource = isExampleSource(x);
    const settings = (isSource ? (y as FitOptions | undefined) : options) ?? {};
    return this.#run('fit()', () => fit(this, x, isSource ? undefined : (y as Tensors), settings));
  }

  /**
   * One step of training on one batch, whatever its size; gives the logs. Metrics go on from batch to batch until
   * {@link resetMetrics}. Calls take turns. Throws: as {@link fit}.
   */
  trainOnBatch(x: Tensors, y?: Tensors, options: BatchOptions = {}): Promise<Logs> {
    return this.#run('trainOnBatch()', () => this.#batches.run(this, 'train', x, y, options));
  }

  /** The loss and the metrics on one batch, and on those before since {@link resetMetrics}. Throws: as {@link fit}. */
  testOnBatch(x: Tensors, y?: Tensors, options: BatchOptions = {}): Promise<Logs> {
    return this.#run('testOnBatch()', () => this.#batches.run(this, 'test', x, y, options));
  }

  /** Has the metrics of {@link trainOnBatch} and {@link testOnBatch} begin anew. Throws: MODEL_BUSY while one of them runs. */
  resetMetrics(): void {
    const running = this.#running.find((name) => name.endsWith('OnBatch()'));
    if (running !== undefined) throw modelBusy(this.label, 'resetMetrics()', running);
    this.#batches.reset();
  }

  /** The loss and the metrics on given data, by name. Throws: as {@link fit}. */
  evaluate(x: Tensors, y?: Tensors, options?: EvaluateOptions): Promise<Logs>;
  evaluate(data: Dataset | BatchStream, options?: EvaluateOptions): Promise<Logs>;
  async evaluate(x: TrainingData, y?: Tensors | EvaluateOptions, options?: EvaluateOptions): Promise<Logs> {
    const isSource = isExampleSource(x);
    const settings = (isSource ? (y as EvaluateOptions | undefined) : options) ?? {};
    return this.#run('evaluate()', () => evaluate(this, x, isSource ? undefined : (y as Tensors), settings));
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
    return this.#run('predict()', async () => {
      const outputs = await predict(this, x, options);
      return unflatten(this.outputStructure, outputs as readonly HostTensor[]) as Predicted<M>;
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
  async predictOnBatch<M extends Model>(this: M, x: Tree<AnyHostTensor>): Promise<Predicted<M>> {
    if (this.ends === undefined) await this.#buildForData(x);
    const outputs = await predictBatch(this, x);
    return unflatten(this.outputStructure, outputs as readonly HostTensor[]) as Predicted<M>;
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
    this.#batches.reset();
  }

  /** A step of its own may leave open what the model takes and gives. */
  get #canCompile(): boolean {
    return this.ends !== undefined || this.hasOwnStep('train');
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
}
