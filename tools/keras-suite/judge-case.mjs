// One case that the tests of Keras try: loads what they wrote, computes it, and says how it compares with what Keras computed.
import { existsSync, readFileSync } from 'node:fs';
import { flatten, widenFloats } from '@lamella/program';
import { composition, datasets, HostTensor, isLamellaError, loadModel } from 'lamella';
import { asChannelsFirst, exceptionOf } from './exceptions.mjs';

/** @typedef {import('@lamella/program').AnyHostTensor} Tensor */
/** @typedef {'ok' | 'wrong' | 'refused' | 'failed' | 'random' | 'skipped' | 'unsaid' | 'named'} Status */
/** @typedef {{ status: Status, code?: string, text?: string }} Verdict */
/** @typedef {string | { name: string, bytes: Uint8Array }} Source */
/** @typedef {ReadonlyMap<string, Tensor>} Arrays */
/** What a case says of itself beside its arrays.
 * @typedef {object} Case
 * @property {string} kind
 * @property {string} cls
 * @property {string} [test]
 * @property {readonly string[]} [classes]
 * @property {Record<string, unknown>} [config]
 * @property {readonly unknown[]} [call]
 * @property {boolean} [call_only]
 * @property {number} [batch]
 * @property {string} [metric]
 * @property {number} [steps]
 * @property {number} [variables]
 */

/** How far numbers may be apart, absolutely and relatively, by dtype. */
const tolerances = new Map([
  ['float16', 2e-3],
  ['bfloat16', 2e-2],
]);
const tolerance = 1e-4;

/**
 * Judges the case whose files begin with `path`; the training beside it, where there is one, too.
 * @param {string} path
 * @returns {Promise<Verdict>}
 */
export async function judgeCase(path) {
  /** @type {Case} */
  const about = JSON.parse(readFileSync(`${path}.json`, 'utf8').replace(/-?\bInfinity\b|\bNaN\b/g, 'null'));
  const judgeFile = (/** @type {Source} */ file) =>
    verdictOf(about, () => judges(about)(file, arraysOf(`${path}.npz`), about));
  const verdict = await judgeFile(`${path}.keras`);
  const trained = `${path}.train.keras`;
  if (verdict.status === 'ok' && existsSync(trained))
    return verdictOf(about, () => judgeTraining(trained, arraysOf(`${path}.train.npz`)));
  if (about.kind !== 'op' || !['wrong', 'refused'].includes(verdict.status)) return verdict;
  const first = asChannelsFirst(`${path}.keras`);
  const again = first && (await judgeFile(first));
  if (again?.status === 'ok')
    return { status: 'unsaid', text: 'as channels_first, which its file does not say' };
  return verdict.status === 'wrong' ? (exceptionOf(about) ?? verdict) : verdict;
}

/**
 * @param {Case} about
 * @param {() => Promise<Verdict>} judge
 * @returns {Promise<Verdict>}
 */
async function verdictOf(about, judge) {
  try {
    return await judge();
  } catch (error) {
    if (!isLamellaError(error)) return { status: 'failed', text: String(/** @type {Error} */ (error).stack) };
    const missing = (about.classes ?? []).filter(
      (name) => composition.catalog.find('layers', name) === undefined,
    );
    const text =
      error.code === 'CLASS_UNKNOWN' && missing.length > 0
        ? `no class ${missing.join(', ')}`
        : error.message.split('\n')[0];
    return { status: 'refused', code: error.code, text };
  }
}

/** @param {Case} about */
function judges({ kind }) {
  const byKind = {
    loss: judgeLoss,
    metric: judgeMetric,
    optimizer: judgeOptimizer,
    regularizer: judgeRegularizer,
    constraint: judgeConstraint,
    schedule: judgeSchedule,
    initializer: judgeInitializer,
  };
  return byKind[/** @type {keyof typeof byKind} */ (kind)] ?? judgePrediction;
}

/**
 * @param {string} path
 * @returns {Arrays}
 */
function arraysOf(path) {
  return datasets.readNpz(readFileSync(path), { name: path, maximumBytes: 2 ** 30 });
}

/**
 * The arrays `x0`, `x1`, ... of a letter.
 * @param {Arrays} arrays
 * @param {string} letter
 * @returns {Tensor[]}
 */
function listOf(arrays, letter) {
  const found = [];
  for (let i = 0; arrays.has(`${letter}${i}`); i++) found.push(get(arrays, `${letter}${i}`));
  return found;
}

/**
 * @param {Arrays} arrays
 * @param {string} name
 */
function get(arrays, name) {
  const found = arrays.get(name);
  if (found === undefined) throw new Error(`The case has no array "${name}".`);
  return found;
}

/**
 * One tensor alone, several as a list.
 * @param {readonly Tensor[]} tensors
 * @returns {any}
 */
const alone = (tensors) => (tensors.length === 1 ? tensors[0] : tensors);

/**
 * @param {Source} path
 * @param {Arrays} arrays
 * @param {Case} about
 */
async function judgePrediction(path, arrays, about) {
  const model = await loadModel(path);
  const inputs = listOf(arrays, 'x').map(widened);
  const x = alone(inputs);
  const asBatch = async () => tensorsOf(await model.predictOnBatch(x));
  const got = about.call_only
    ? await asBatch()
    : await model
        .predict(x, { batchSize: Math.max(1, inputs[0]?.shape[0] ?? 1) })
        .then(tensorsOf, (error) => {
          // Outputs that are no rows: Keras' test calls the model.
          if (isLamellaError(error, 'DATA_LENGTH') || isLamellaError(error, 'DATA_INVALID')) return asBatch();
          throw error;
        });
  return compare(listOf(arrays, 'y'), got);
}

/**
 * Inputs are fed as float32, whatever float they are inside.
 * @param {Tensor} x
 * @returns {Tensor}
 */
const widened = (x) => (tolerances.has(x.dtype) ? new HostTensor(Float32Array.from(numbers(x)), x.shape) : x);

/**
 * @param {Source} path
 * @param {Arrays} arrays
 */
async function judgeTraining(path, arrays) {
  const model = await loadModel(path);
  const [x, t] = ['x', 't'].map((letter) => listOf(arrays, letter));
  const batchSize = /** @type {number} */ (x[0].shape[0]);
  const losses = get(arrays, 'loss');
  const { history } = await model.fit(alone(x), alone(t), {
    epochs: losses.data.length,
    batchSize,
    shuffle: false,
    verbose: 0,
  });
  const verdict = compare([losses], [vector(history['loss'])]);
  if (verdict.status !== 'ok') return { ...verdict, text: `losses of training: ${verdict.text}` };
  return compare(listOf(arrays, 'y'), tensorsOf(await model.predict(alone(x), { batchSize })));
}

/**
 * @param {Source} path
 * @param {Arrays} arrays
 */
async function judgeLoss(path, arrays) {
  const [x, t] = [get(arrays, 'x0'), get(arrays, 't0')];
  const logs = await evaluate(path, x, t, arrays, x.shape[0]);
  return compareScalar(arrays.get('evaluate') ?? get(arrays, 'result'), logs['loss']);
}

/**
 * @param {Source} path
 * @param {Arrays} arrays
 * @param {Case} about
 */
async function judgeMetric(path, arrays, { batch, metric = '' }) {
  const logs = await evaluate(path, get(arrays, 'x0'), get(arrays, 't0'), arrays, batch);
  return compareScalar(arrays.get('evaluate') ?? get(arrays, 'result'), logs[metric]);
}

/**
 * @param {Source} path
 * @param {Tensor} x
 * @param {Tensor} t
 * @param {Arrays} arrays
 * @param {number | undefined} batchSize
 */
async function evaluate(path, x, t, arrays, batchSize) {
  const weights = arrays.get('w0');
  const options = /** @type {any} */ ({ batchSize, verbose: 0, ...(weights && { sampleWeight: weights }) });
  return /** @type {Record<string, number>} */ (
    await (await loadModel(path)).evaluate(/** @type {any} */ (x), /** @type {any} */ (t), options)
  );
}

/**
 * @param {Source} path
 * @param {Arrays} arrays
 */
async function judgeRegularizer(path, arrays) {
  const [rows, columns] = get(arrays, 'w').shape;
  const logs = await evaluate(path, zeros([1, rows]), zeros([1, columns]), new Map(), undefined);
  return compareScalar(get(arrays, 'result'), logs['loss']);
}

/**
 * @param {Source} path
 * @param {Arrays} arrays
 */
async function judgeConstraint(path, arrays) {
  const model = await loadModel(path);
  const [rows, columns] = get(arrays, 'w').shape;
  await model.fit(zeros([1, rows]), zeros([1, columns]), { verbose: 0, epochs: 1 });
  return compare([get(arrays, 'result')], await model.getWeights());
}

/**
 * Each variable is an input of a model whose loss has the recorded gradient.
 * @param {Source} path
 * @param {Arrays} arrays
 * @param {Case} about
 */
async function judgeOptimizer(path, arrays, { steps = 0, variables = 0 }) {
  const model = await loadModel(path);
  const each = Array.from({ length: variables }, (_, j) => j);
  const all = Array.from({ length: steps }, (_, s) => s);
  /** @param {readonly number[]} some */
  const step = async (some) => {
    const gradients = each.map((j) => rowsOf(some.map((s) => get(arrays, `g${s}_${j}`))));
    const far = each.map(() => new HostTensor(new Float32Array(some.length).fill(-1e6), [some.length, 1]));
    await model.fit(alone(gradients), alone(far), { batchSize: 1, epochs: 1, shuffle: false, verbose: 0 });
    return model.getWeights();
  };
  if (arrays.has('final0')) return compare(listOf(arrays, 'final'), await step(all));
  for (const s of all) {
    const verdict = compare(
      each.map((j) => get(arrays, `v${s}_${j}`)),
      (await step([s])).slice(0, variables),
    );
    if (verdict.status !== 'ok') return { ...verdict, text: `step ${s}: ${verdict.text}` };
  }
  return /** @type {const} */ ({ status: 'ok' });
}

/**
 * @param {Source} _path
 * @param {Arrays} arrays
 * @param {Case} about
 */
async function judgeSchedule(_path, arrays, { cls, config = {}, call = [] }) {
  const made = make('schedules', cls, config);
  return compareScalar(get(arrays, 'result'), made.at(Number(call[0])));
}

/**
 * @param {Source} _path
 * @param {Arrays} arrays
 * @param {Case} about
 */
async function judgeInitializer(_path, arrays, { cls, config = {} }) {
  const expected = get(arrays, 'result');
  const got = make('initializers', cls, config).initialize(expected.shape, expected.dtype, {
    seed: 1,
    stream: 'w',
  });
  const verdict = compare([expected], [got]);
  // Numbers drawn by another generator.
  return verdict.status === 'wrong' && config['seed'] !== undefined
    ? /** @type {const} */ ({ status: 'random' })
    : verdict;
}

/**
 * @param {'schedules' | 'initializers'} kind
 * @param {string} cls
 * @param {Record<string, unknown>} config
 * @returns {any}
 */
function make(kind, cls, config) {
  const camel = (/** @type {string} */ name) =>
    name.replace(/(?<=[^_])_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
  const Class = composition.catalog.get(kind, cls);
  const given = Object.fromEntries(Object.entries(config).map(([name, value]) => [camel(name), value]));
  return Class.fromConfig?.(/** @type {any} */ (given)) ?? new Class(given);
}

/**
 * @param {readonly Tensor[]} expected
 * @param {readonly Tensor[]} got
 * @returns {Verdict}
 */
function compare(expected, got) {
  if (expected.length !== got.length)
    return { status: 'wrong', text: `${got.length} outputs, not ${expected.length}` };
  for (const [i, e] of expected.entries()) {
    const g = got[i];
    if (e.shape.join() !== g.shape.join())
      return { status: 'wrong', text: `output ${i} has shape [${g.shape}], not [${e.shape}]` };
    const [a, b] = [numbers(g), numbers(e)];
    const bound = tolerances.get(g.dtype) ?? tolerance;
    const at = b.findIndex((value, j) => !isClose(a[j], value, bound));
    if (at >= 0) return { status: 'wrong', text: `output ${i} is ${a[at]} at ${at}, not ${b[at]}` };
  }
  return { status: 'ok' };
}

/**
 * @param {Tensor} expected
 * @param {number | undefined} got
 * @returns {Verdict}
 */
function compareScalar(expected, got) {
  const [e] = numbers(expected);
  // Without a reduction there is no loss to train by.
  if (expected.data.length !== 1) return { status: 'skipped' };
  if (got !== undefined && isClose(got, e, tolerance)) return { status: 'ok' };
  return { status: 'wrong', text: `${got}, not ${e}` };
}

/**
 * @param {number} got
 * @param {number} expected
 * @param {number} bound
 */
function isClose(got, expected, bound) {
  return (
    Object.is(got, expected) ||
    got === expected ||
    Math.abs(got - expected) <= bound + bound * Math.abs(expected)
  );
}

/**
 * @param {Tensor} tensor
 * @returns {number[]}
 */
function numbers({ data, dtype }) {
  return Array.from(
    dtype === 'float16' || dtype === 'bfloat16' ? widenFloats(/** @type {any} */ (data), dtype) : data,
    Number,
  );
}

/** @param {any} tree */
const tensorsOf = (tree) => /** @type {Tensor[]} */ (flatten(tree));
/** @param {readonly number[]} values */
const vector = (values) => new HostTensor(Float32Array.from(values), [values.length]);
/** @param {readonly number[]} shape */
const zeros = (shape) => new HostTensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);

/** @param {readonly Tensor[]} parts */
function rowsOf(parts) {
  const { length } = parts[0].data;
  return new HostTensor(Float32Array.from(parts.flatMap(numbers)), [parts.length, length]);
}
