// `npm run check:hand-over`: Lamella trains and saves, plain Keras on JAX goes on over four virtual devices, Lamella takes the
// model back and goes on; after each step the two agree. Python runs the script that docs/deployment.md quotes, as it stands.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { oraclePython } from '../oracle/python.mjs';
import { root, runTarget } from '../run/commands.mjs';
import { compare, failures, table } from './findings.mjs';

/** @typedef {import('@tensorflow/tfjs-core').Tensor} Tensor */
/** @typedef {import('@lamella/training').Model<Tensor, Tensor>} Model */
/** @typedef {Record<string, number[]>} Values */
/**
 * What observe.py prints.
 * @typedef {{ keras: string, iterations: number, learningRate: number, slots: Values, weights: Values, predictions: number[] }} State
 */

const devices = 4;
const epochs = 4;
const batchSize = 32;
const exact = 0;
const predicted = 1e-5;
const trained = 1e-4;

const script = join(root, 'tools/hand-over/continue_training.py');
const execute = promisify(execFile);

await requireQuoted();
if ((await runTarget('build')) !== 0) process.exit(1);
const python = oraclePython();
// Only now is there something to import.
const { onnx } = await import('@lamella/backend-onnx');
const { compose, getWeightValues } = await import('@lamella/core');
const { writeNpy } = await import('@lamella/datasets');
const { io } = await import('@lamella/io');
const { lambdas } = await import('@lamella/lambda');
const { layers } = await import('@lamella/layers');
const { HostTensor } = await import('@lamella/program');
const { training } = await import('@lamella/training');
const { data, network, optimizers, swish } = await import('./network.mjs');

const { x, y } = data();
const folder = await mkdtemp(join(tmpdir(), 'lamella-hand-over-'));
const problems = [];
try {
  await writeRows(x.shape[0]);
  for (const name of /** @type {(keyof typeof optimizers)[]} */ (Object.keys(optimizers)))
    await handOver(name);
  // The devices do share the batches: of 150 rows the last 22 are not to be shared among four.
  await writeRows(150);
  const refusal = await continued(join(folder, 'here.keras'), join(folder, 'none.keras')).catch(String);
  if (!String(refusal).includes('IndivisibleError'))
    problems.push('a batch of 22 rows was not shared among 4 devices');
} finally {
  await rm(folder, { recursive: true, force: true });
}
problems.push(...failures());
console.log(table());
for (const problem of problems) console.log(`FAILED ${problem}`);
console.log(
  problems.length === 0 ? 'The hand-over holds, there and back.' : `${problems.length} comparisons failed.`,
);
process.exitCode = problems.length === 0 ? 0 : 1;

/**
 * From here to there and back again.
 * @param {keyof typeof optimizers} name
 */
async function handOver(name) {
  const [here, there, further, home] = ['here', 'there', 'further', 'home'].map((file) =>
    join(folder, `${file}.keras`),
  );
  const steps = (epochs * x.shape[0]) / batchSize;
  // The function of the named Lambda is registered only where the training begins.
  const named = lambdas({ functions: [swish] });
  const origin = compose({ backend: onnx(), plugins: [layers, named, training, io] });
  const elsewhere = compose({ backend: onnx(), plugins: [layers, lambdas(), training, io] });

  const net = network(origin, name);
  await fit(net, 3);
  await origin.saveModel(net, here, { lambda: 'keras_ops' });
  const arrived = await observed(here);
  if (arrived.iterations === 0) problems.push(`${name}: nothing was trained before the hand-over`);
  compareStates(`${name}: arrives in Keras ${arrived.keras}`, arrived, await stateOf(net), exact);

  const spread = await continued(here, there);
  if (spread.devices !== devices) problems.push(`${name}: ${spread.devices} devices instead of ${devices}`);
  const alone = await fit(net, epochs);
  let place = `${name}: ${steps} steps in Keras on ${spread.devices} devices`;
  compareLosses(place, spread.losses, alone);
  const left = await observed(there);
  compareStates(place, left, await stateOf(net), trained);

  const back = await elsewhere.loadModel(there);
  compareStates(`${name}: comes back to Lamella`, await stateOf(back), left, exact);

  place = `${name}: ${steps} steps more in Lamella`;
  compareLosses(place, await fit(back, epochs), (await continued(there, further)).losses);
  compareStates(place, await stateOf(back), await observed(further), trained);
  await elsewhere.saveModel(back, home, { lambda: 'keras_ops' });
  compareStates(`${name}: once more to Keras`, await observed(home), await stateOf(back), exact);
}

/**
 * Trains on; the loss of each epoch.
 * @param {Model} net
 * @param {number} count
 */
async function fit(net, count) {
  const { history } = await net.fit(x, y, { epochs: count, batchSize, shuffle: false, verbose: 0 });
  return history['loss'] ?? [];
}

/**
 * Runs continue_training.py on four virtual devices.
 * @param {string} from
 * @param {string} to
 */
async function continued(from, to) {
  const { stdout } = await runPython([script, from, join(folder, 'x.npy'), join(folder, 'y.npy'), to]);
  const [, held] = stdout.match(/^(\d+) devices go on after step \d+$/m) ?? [];
  const [header = '', ...lines] = (await readFile(to.replace('.keras', '.csv'), 'utf8')).trim().split('\n');
  const column = header.trim().split(',').indexOf('loss');
  return {
    devices: Number(held),
    losses: lines.map((line) => Number(line.split(',')[column])),
  };
}

/**
 * What Keras, on one device, finds in a file.
 * @param {string} path
 * @returns {Promise<State>}
 */
async function observed(path) {
  const observe = join(root, 'tools/hand-over/observe.py');
  const { stdout } = await runPython([observe, path, join(folder, 'x.npy')], 1);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

/**
 * The same of a model in this process.
 * @param {Model} net
 * @returns {Promise<Omit<State, 'keras'>>}
 */
async function stateOf(net) {
  const { optimizer } = net.requireCompiled();
  const slots = optimizer.variables.filter(
    ({ shortName }) => shortName !== 'iteration' && shortName !== 'learning_rate',
  );
  /** @param {readonly import('@lamella/core').Weight[]} weights @param {'name' | 'shortName'} name */
  const values = async (weights, name) => {
    const found = await getWeightValues(weights);
    return Object.fromEntries(weights.map((weight, i) => [weight[name], Array.from(found[i]?.data ?? [])]));
  };
  return {
    iterations: optimizer.iterations.current,
    learningRate: optimizer.learningRate,
    slots: await values(slots, 'shortName'),
    weights: await values(net.weights, 'name'),
    predictions: Array.from((await net.predict(x)).data),
  };
}

/**
 * Notes how far apart two states are.
 * @param {string} place
 * @param {Omit<State, 'keras'>} got
 * @param {Omit<State, 'keras'>} wanted
 * @param {number} most for weights and slots
 */
function compareStates(place, got, wanted, most) {
  compare(place, 'iterations', [[got.iterations]], [[wanted.iterations]], exact);
  // Where a schedule decides it, Keras computes it in float32.
  compare(place, 'learning rate', [[got.learningRate]], [[wanted.learningRate]], 1e-6);
  for (const part of /** @type {const} */ (['weights', 'slots'])) {
    const names = Object.keys({ ...wanted[part], ...got[part] });
    const values = (/** @type {Values} */ of) => names.map((name) => of[name] ?? []);
    compare(place, part, values(got[part]), values(wanted[part]), most);
  }
  compare(place, 'predictions', [got.predictions], [wanted.predictions], most === exact ? predicted : most);
}

/**
 * @param {string} place
 * @param {number[]} got
 * @param {number[]} wanted
 */
function compareLosses(place, got, wanted) {
  const each = (/** @type {number[]} */ losses) => losses.map((loss) => [loss]);
  compare(place, 'losses', each(got), each(wanted), trained);
}

/**
 * Writes the first rows for Python.
 * @param {number} count
 */
async function writeRows(count) {
  for (const [name, { data: values, shape }] of Object.entries({ x, y })) {
    const rows = new HostTensor(values.slice(0, count * shape[1]), [count, shape[1]]);
    await writeFile(join(folder, `${name}.npy`), writeNpy(rows));
  }
}

/**
 * @param {string[]} args
 * @param {number} [count] of virtual devices
 */
function runPython(args, count = devices) {
  return execute(python, args, {
    cwd: folder,
    maxBuffer: 2 ** 26,
    env: {
      ...process.env,
      KERAS_BACKEND: 'jax',
      XLA_FLAGS: `--xla_force_host_platform_device_count=${count}`,
    },
  });
}

/** The document shows the very script that runs here. */
async function requireQuoted() {
  const [page, code] = await Promise.all(
    [join(root, 'docs/deployment.md'), script].map((path) => readFile(path, 'utf8')),
  );
  if (!page.includes(`\`\`\`python\n${code}\`\`\`\n`))
    throw new Error(
      'docs/deployment.md does not quote tools/hand-over/continue_training.py. Fix: copy it there.',
    );
}
