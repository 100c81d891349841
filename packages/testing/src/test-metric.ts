// The conformance suite of metrics: results, batches, sample weights, a new beginning with each pass, evaluate(), config, files.
import { input, Runner } from '@lamella/core';
import { activation } from '@lamella/layers';
import { capture, HostTensor } from '@lamella/program';
import type { Metric, MetricOptions, Model } from '@lamella/training';
import { assertClose, assertSame } from './assertions.js';
import { argumentsFor } from './kernel-case.js';
import {
  declareKit,
  leavingNoTensors,
  settingsOf,
  type Check,
  type KitOptions,
  type KitSettings,
} from './kit.js';
import { rowsOf } from './rows.js';
import { knowing, survivesCompile } from './through-compile.js';
import { throughConfig } from './through-config.js';

/** One way to make a metric, and data for it. */
export interface MetricCase<Options> {
  /** What is special about it, e.g. "of a threshold". */
  readonly name: string;
  readonly options: Options;
  /** Targets of at least three samples. */
  readonly yTrue: HostTensor;
  readonly yPred: HostTensor;
  /** Its result after all samples. */
  readonly result?: number;
  /** Whether sample weights count: then one of 2 is the same sample twice. Default: true. */
  readonly isWeighted?: boolean;
}

interface MetricSubject extends KitSettings {
  readonly create: () => Metric;
  readonly given: MetricCase<object>;
}

/**
 * Declares the suite for one metric: `create` makes it from the options of each case.
 *
 * @example
 * import { describe, it } from 'node:test';
 * import { list, testMetric } from '@lamella/testing';
 * import { metrics } from '@lamella/training';
 *
 * const [yTrue, yPred] = [list([0, 1, 2], 'float32', [3, 1]), list([0, 2, 4], 'float32', [3, 1])];
 * testMetric(
 *   (options: { name?: string }) => metrics.meanAbsoluteError(options),
 *   [{ name: 'of three samples', options: {}, yTrue, yPred, result: 1 }],
 *   { runner: { describe, it } },
 * );
 */
export function testMetric<Options extends MetricOptions>(
  create: (options: Options) => Metric,
  givenCases: readonly MetricCase<Options>[],
  options: KitOptions = {},
): void {
  const cases = givenCases.map((given) => ({
    name: given.name,
    subject: { ...settingsOf(options), create: () => create(given.options), given },
  }));
  declareKit<MetricSubject>('testMetric', 'metric', cases, metricChecks, options);
}

interface Batch {
  readonly yTrue: HostTensor;
  readonly yPred: HostTensor;
  readonly weights?: HostTensor;
}

/** The result after these batches, one after the other. */
async function resultOf(
  metric: Metric,
  batches: readonly Batch[],
  backend: KitSettings['backend'],
): Promise<HostTensor> {
  let found: HostTensor | undefined;
  for (const { yTrue, yPred, weights } of batches) {
    const given = [yTrue, yPred, ...(weights === undefined ? [] : [weights])];
    const captured = capture((t, p, w) => {
      metric.update(t!, p!, w ?? null);
      return metric.result();
    }, argumentsFor(given));
    const runner = await Runner.create(backend, captured);
    found = await runner.compute(given, { seed: 0, step: 0 }, ([value]) => value!.clone());
    runner.dispose();
  }
  return found!;
}

/** All samples, in batches of these sizes. */
function batchesOf({ yTrue, yPred }: MetricCase<object>, sizes: readonly number[]): Batch[] {
  let start = 0;
  return sizes.map((size) => {
    const [from, to] = [start, (start += size)];
    return { yTrue: rowsOf(yTrue, from, to), yPred: rowsOf(yPred, from, to) };
  });
}

const once = ({ create, given, backend }: MetricSubject): Promise<HostTensor> =>
  resultOf(create(), [given], backend);

async function givesResult({ create, given, backends, tolerance }: MetricSubject): Promise<void> {
  const expected = new HostTensor(Float32Array.of(given.result!), []);
  for (const backend of backends)
    assertClose(
      await resultOf(create(), [given], backend),
      expected,
      tolerance,
      `the result on ${backend.name}`,
    );
}

async function addsBatchesUp(subject: MetricSubject): Promise<void> {
  const { create, given, backend, tolerance } = subject;
  const expected = await once(subject);
  assertSame(expected.shape.length, 0, 'rank of the result');
  const count = given.yTrue.shape[0]!;
  for (const sizes of [[1, count - 1], [count - 1, 1], Array.from({ length: count }, () => 1)]) {
    const actual = await resultOf(create(), batchesOf(given, sizes), backend);
    assertClose(actual, expected, tolerance, `in batches of ${sizes.join(', ')}`);
  }
}

async function weighsSamples(subject: MetricSubject): Promise<void> {
  const { create, given, backend, tolerance } = subject;
  const { yTrue, yPred, isWeighted = true } = given;
  const count = yTrue.shape[0]!;
  const weighed = (weightOf: (i: number) => number): Promise<HostTensor> => {
    const weights = new HostTensor(
      Float32Array.from({ length: count }, (_, i) => weightOf(i)),
      [count],
    );
    return resultOf(create(), [{ yTrue, yPred, weights }], backend);
  };
  const plain = await once(subject);
  assertClose(await weighed(() => 1), plain, tolerance, 'with weights of 1');
  const first = await weighed((i) => (i === 0 ? 2 : 1));
  if (!isWeighted)
    return assertClose(first, plain, tolerance, 'with a weight of 2, which is said not to count');
  const twice = [...batchesOf(given, [1]), given];
  assertClose(
    first,
    await resultOf(create(), twice, backend),
    tolerance,
    'with a weight of 2, and the sample twice',
  );
  for (let left = 0; left < count; left++) {
    const others = batchesOf(given, [left, 1, count - left - 1]).filter(
      (batch, i) => i !== 1 && batch.yTrue.shape[0]! > 0,
    );
    assertClose(
      await weighed((i) => (i === left ? 0 : 1)),
      await resultOf(create(), others, backend),
      tolerance,
      `with a weight of 0, and without sample ${left}`,
    );
  }
}

async function beginsAnew(subject: MetricSubject): Promise<void> {
  const { create, given, backend } = subject;
  const metric = create();
  const expected = await resultOf(metric, [given], backend);
  for (const cell of metric.state) {
    if (cell.startsAt === undefined)
      throw new Error(`its state "${cell.name}" does not say what it starts at: make it with addState()`);
    const values = HostTensor.zeros(cell.shape, cell.dtype);
    values.data.fill(cell.startsAt);
    cell.set(values);
  }
  assertClose(await resultOf(metric, [given], backend), expected, 0, 'a second pass over the data');
}

async function isEvaluated(subject: MetricSubject): Promise<void> {
  const { create, given, backend, plugins, tolerance } = subject;
  const metric = create();
  const known = await knowing(metric, plugins, backend);
  const { yTrue, yPred } = given;
  const x = input({ shape: yPred.shape.slice(1), dtype: yPred.dtype });
  const net = known.model({
    inputs: x,
    outputs: activation({ activation: 'linear' }).apply(x),
  }) as unknown as Model;
  net.compile({ optimizer: 'sgd', metrics: [metric] });
  const batchSize = Math.max(1, yTrue.shape[0]! - 1);
  const expected = await once(subject);
  for (const pass of ['evaluate()', 'evaluate() again']) {
    const logs = await net.evaluate(yPred as never, yTrue as never, { batchSize, verbose: 0 });
    const value = (logs as unknown as Readonly<Record<string, number>>)[metric.name];
    if (value === undefined)
      throw new Error(`${pass} gives no "${metric.name}", but ${Object.keys(logs as object).join(', ')}`);
    assertClose(new HostTensor(Float32Array.of(value), []), expected, tolerance, `the result of ${pass}`);
  }
}

async function survivesConfig(subject: MetricSubject): Promise<void> {
  const { create, given, backend, plugins } = subject;
  const again = await throughConfig(create(), given.options, plugins);
  assertClose(await resultOf(again, [given], backend), await once(subject), 0, 'made from its config');
}

async function survivesFiles({ create, backend, plugins }: MetricSubject): Promise<void> {
  await survivesCompile(
    create(),
    plugins,
    backend,
    (metric) => ({ optimizer: 'sgd', loss: 'mean_squared_error', metrics: [metric as Metric] }),
    ({ compiled }) => (compiled?.options.metrics as readonly unknown[] | undefined)?.[0],
  );
}

async function leavesNoTensors(subject: MetricSubject): Promise<void> {
  await once(subject);
  await leavingNoTensors(() => once(subject), 'after an update');
}

const metricChecks: readonly Check<MetricSubject>[] = [
  { name: 'gives the expected result', applies: ({ given }) => given.result !== undefined, run: givesResult },
  { name: 'gives the same in batches as at once', run: addsBatchesUp },
  { name: 'weighs samples as its case says', run: weighsSamples },
  { name: 'begins anew with each pass', run: beginsAnew },
  { name: 'is what evaluate() gives by its name', run: isEvaluated },
  { name: 'comes back from its config, and computes the same', run: survivesConfig },
  { name: 'is in files with its options, and found by its name', run: survivesFiles },
  { name: 'leaves no tfjs tensor behind', run: leavesNoTensors },
];
