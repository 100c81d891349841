// The conformance suite of losses: values by sample, reductions, sample weights, masks, gradients, config, files, memory.
import { gradients, HostTensor, sizeOf, type Shape } from '@lamella/program';
import type { Loss, LossOptions, Reduction } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import { assertClose, assertSame } from './assertions.js';
import { compute, eagerly } from './compute.js';
import { booleans, floats } from './kernel-case.js';
import {
  declareKit,
  leavingNoTensors,
  settingsOf,
  type Check,
  type KitOptions,
  type KitSettings,
} from './kit.js';
import { rowsOf } from './rows.js';
import { compareGradient } from './test-layer-gradients.js';
import { survivesCompile } from './through-compile.js';
import { throughConfig } from './through-config.js';

/** One way to make a loss, and data for it. */
export interface LossCase<Options> {
  /** What is special about it, e.g. "from logits". */
  readonly name: string;
  readonly options: Options;
  /** Targets of at least two samples. */
  readonly yTrue: HostTensor;
  readonly yPred: HostTensor;
  /** The value of each sample, before weights and reduction. */
  readonly values?: HostTensor;
  /** Whether the value of a sample depends on others of its batch. Default: false. */
  readonly comparesSamples?: boolean;
  /** False where a gradient cannot be told from differences, e.g. of steps. Default: true. */
  readonly hasGradient?: boolean;
}

/** What {@link testLoss} is told beside the cases. */
export interface TestLossOptions extends KitOptions {
  /** The largest difference allowed of gradients against finite differences in float32. Default: 5e-3. */
  readonly gradientTolerance?: number;
}

interface LossSubject extends KitSettings {
  readonly create: (options?: LossOptions) => Loss;
  readonly given: LossCase<object>;
  readonly gradientTolerance: number;
}

/**
 * Declares the suite for one loss: `create` makes it from the options of each case, and of others for the reduction.
 *
 * @example
 * import { describe, it } from 'node:test';
 * import { list, testLoss } from '@lamella/testing';
 * import { meanSquaredError, type LossOptions } from '@lamella/training';
 *
 * const [yTrue, yPred] = [list([0, 0, 1, 1], 'float32', [2, 2]), list([1, 0, 1, 4], 'float32', [2, 2])];
 * testLoss(
 *   (options: LossOptions) => meanSquaredError(options),
 *   [{ name: 'of two samples', options: {}, yTrue, yPred, values: list([0.5, 4.5]) }],
 *   { runner: { describe, it } },
 * );
 */
export function testLoss<Options extends LossOptions>(
  create: (options: Options) => Loss,
  givenCases: readonly LossCase<Options>[],
  options: TestLossOptions = {},
): void {
  const { gradientTolerance = 5e-3 } = options;
  const cases = givenCases.map((given) => ({
    name: given.name,
    subject: {
      ...settingsOf(options),
      create: (further: LossOptions = {}) => create({ ...given.options, ...further }),
      given,
      gradientTolerance,
    },
  }));
  declareKit<LossSubject>('testLoss', 'loss', cases, lossChecks, options);
}

/** What a loss leaves out itself; of the package that has the losses. */
type WithMask = { validMask(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor | null };

const valuesOf = (
  loss: Loss,
  { backend }: KitSettings,
  yTrue: HostTensor,
  yPred: HostTensor,
): Promise<HostTensor[]> => compute(backend, (t, p) => loss.evaluate(t!, p!), [yTrue, yPred]);

async function givesValues({ create, given, backends, tolerance }: LossSubject): Promise<void> {
  const { yTrue, yPred, values } = given;
  for (const backend of backends) {
    const [actual] = await compute(backend, (t, p) => create().call(t!, p!), [yTrue, yPred]);
    assertClose(actual!, values!, tolerance, `values on ${backend.name}`);
  }
}

async function reduces(subject: LossSubject): Promise<void> {
  const { create, given, backend, tolerance } = subject;
  const { yTrue, yPred } = given;
  const [values, kept] = await compute(
    backend,
    (t, p) => {
      const loss = create();
      const each = loss.call(t!, p!);
      const own = (loss as unknown as WithMask).validMask(t!, p!);
      return [each, own === null ? tf.onesLike(each) : tf.cast(own, 'float32')];
    },
    [yTrue, yPred],
  );
  if (values!.shape[0] !== yTrue.shape[0])
    throw new Error(
      `call() gives values of shape [${values!.shape.join(', ')}]: expected one for each of ${yTrue.shape[0]!} samples`,
    );
  const sampleWeight = floats([yTrue.shape[0]!], 0.5, 2);
  const mask = booleans(values!.shape);
  for (const reduction of [
    'sum',
    'sum_over_batch_size',
    'mean',
    'mean_with_sample_weight',
    'none',
  ] as const) {
    const loss = create({ reduction });
    assertSame(loss.reduction, reduction, 'the reduction of a loss that was made with it');
    for (const isWeighted of [false, true]) {
      for (const isMasked of [false, true]) {
        const [actual] = await compute(
          backend,
          (t, p, w, m) => loss.evaluate(t!, p!, isWeighted ? w! : null, isMasked ? m! : null),
          [yTrue, yPred, sampleWeight, mask],
        );
        const what = `${reduction}${isWeighted ? ', with sample weights' : ''}${isMasked ? ', masked' : ''}`;
        const counts = Float64Array.from(kept!.data, (own, i) => own * (isMasked ? mask.data[i]! : 1));
        const isAll = !isMasked && counts.every((count) => count === 1);
        const expected = reduced(values!, {
          weights: isWeighted ? perValue(sampleWeight, values!.shape) : undefined,
          counts: isAll ? undefined : counts,
          reduction,
        });
        assertClose(actual!, expected, Math.max(tolerance, 1e-5), what);
      }
    }
  }
}

/** The weight of the sample that each value belongs to. */
function perValue(weights: HostTensor, shape: Shape): Float64Array {
  const each = sizeOf(shape) / shape[0]!;
  return Float64Array.from({ length: sizeOf(shape) }, (_, i) => weights.data[Math.floor(i / each)]!);
}

interface Reducing {
  readonly weights: Float64Array | undefined;
  /** 1 for each value that counts, else 0; undefined where all do. */
  readonly counts: Float64Array | undefined;
  readonly reduction: Reduction;
}

/** Keras' reductions, in plain numbers. */
function reduced(values: HostTensor, { weights, counts, reduction }: Reducing): HostTensor {
  const all = [...values.data];
  const size = all.length;
  const isMean = reduction === 'mean' || reduction === 'sum_over_batch_size';
  const total = (numbers: Iterable<number>): number => [...numbers].reduce((a, b) => a + b, 0);
  const counted = counts === undefined ? size : total(counts);
  const share = (i: number): number => {
    const count = counts === undefined ? 1 : counts[i]! * (isMean && counted > 0 ? size / counted : 1);
    return (weights?.[i] ?? 1) * count;
  };
  const shares = all.map((_, i) => share(i));
  const weighed = all.map((value, i) => value * shares[i]!);
  const scalar = (value: number): HostTensor => new HostTensor(Float32Array.of(value), []);
  if (reduction === 'none') return new HostTensor(Float32Array.from(weighed), values.shape);
  if (reduction === 'sum') return scalar(total(weighed));
  if (reduction === 'mean_with_sample_weight') {
    const divisor = total(shares);
    return scalar(divisor === 0 ? 0 : total(weighed) / divisor);
  }
  return scalar(total(weighed) / size);
}

async function takesSamplesAlone(subject: LossSubject): Promise<void> {
  const { create, given, backend, tolerance } = subject;
  const loss = create({ reduction: 'none' });
  const { yTrue, yPred } = given;
  const [whole] = await compute(backend, (t, p) => loss.evaluate(t!, p!), [yTrue, yPred]);
  for (let i = 0; i < yTrue.shape[0]!; i++) {
    const [alone] = await compute(backend, (t, p) => loss.evaluate(t!, p!), [
      rowsOf(yTrue, i, i + 1),
      rowsOf(yPred, i, i + 1),
    ]);
    assertClose(alone!, rowsOf(whole!, i, i + 1), tolerance, `the value of sample ${i} alone`);
  }
}

async function hasRightGradient({ create, given, backend, gradientTolerance }: LossSubject): Promise<void> {
  const loss = create({ reduction: 'sum' });
  const { yTrue, yPred } = given;
  const [gradient] = await compute(
    backend,
    (t, p) => {
      const [found] = gradients(loss.evaluate(t!, p!), [p!]);
      return found ?? tf.zerosLike(p!);
    },
    [yTrue, yPred],
  );
  await compareGradient('the predictions', yPred, gradient!, gradientTolerance, async (moved) => {
    const [value] = await compute(backend, (t, p) => loss.evaluate(t!, p!), [yTrue, moved]);
    return value!.data[0]!;
  });
}

async function capturesWhatItComputes(subject: LossSubject): Promise<void> {
  const { create, given, tolerance } = subject;
  const loss = create();
  const [captured] = await valuesOf(loss, subject, given.yTrue, given.yPred);
  const [eager] = await eagerly(() => loss.evaluate(given.yTrue.tensor(), given.yPred.tensor()));
  assertClose(captured!, eager!, Math.max(tolerance, 1e-6), 'captured, and at once');
}

async function survivesConfig(subject: LossSubject): Promise<void> {
  const { create, given, plugins } = subject;
  const loss = create({ reduction: 'sum' });
  const again = await throughConfig(loss, { ...given.options, reduction: 'sum' }, plugins);
  const [expected] = await valuesOf(loss, subject, given.yTrue, given.yPred);
  const [actual] = await valuesOf(again, subject, given.yTrue, given.yPred);
  assertClose(actual!, expected!, 0, 'made from its config');
}

async function survivesFiles({ create, backend, plugins }: LossSubject): Promise<void> {
  await survivesCompile(
    create({ reduction: 'sum' }),
    plugins,
    backend,
    (loss) => ({ optimizer: 'sgd', loss: loss as Loss }),
    ({ compiled }) => compiled?.options.loss,
  );
}

async function leavesNoTensors(subject: LossSubject): Promise<void> {
  const { create, given } = subject;
  const use = (): Promise<unknown> => valuesOf(create(), subject, given.yTrue, given.yPred);
  await use();
  await leavingNoTensors(use, 'after it was computed');
}

const lossChecks: readonly Check<LossSubject>[] = [
  { name: 'gives the expected values', applies: ({ given }) => given.values !== undefined, run: givesValues },
  { name: 'weighs, masks and reduces one value a sample', run: reduces },
  {
    name: 'takes each sample by itself',
    applies: ({ given }) => given.comparesSamples !== true,
    run: takesSamplesAlone,
  },
  {
    name: 'has the gradient that finite differences have',
    applies: ({ given }) => given.hasGradient !== false,
    run: hasRightGradient,
  },
  { name: 'computes the same captured and at once', run: capturesWhatItComputes },
  { name: 'comes back from its config, and computes the same', run: survivesConfig },
  { name: 'is in files with its options, and found by its name', run: survivesFiles },
  { name: 'leaves no tfjs tensor behind', run: leavesNoTensors },
];
