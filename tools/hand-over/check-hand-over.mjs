// `npm run check:hand-over`: Lamella trains and saves, plain Keras on JAX goes on over four virtual devices, Lamella takes the
// model back and goes on; after each step the two agree. Python runs the script that docs/deployment.md quotes, as it stands.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root, run, runTarget } from '../run/commands.mjs';
import { checkNear, checkThat, isSound, printTable } from './findings.mjs';

/** @typedef {import('@lamella/training').Model} Model */
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

const python = join(process.env['ORACLE_VENV'] ?? join(root, '.oracle-venv'), 'bin/python');
const script = join(root, 'tools/hand-over/continue_training.py');
const execute = promisify(execFile);

await requireQuoted();
if ((await runTarget('build')) !== 0) process.exit(1);
if (!existsSync(python) && (await run('sh', [join(root, 'tools/oracle/setup.sh')])) !== 0) process.exit(1);
// Only now is there something to import.
const { onnx } = await import('@lamella/backend-onnx');
const { compose } = await import('@lamella/core');
const { writeNpy } = await import('@lamella/datasets');
const { io } = await import('@lamella/io');
const { lambdas } = await import('@lamella/lambda');
const { layers } = await import('@lamella/layers');
const { HostTensor } = await import('@lamella/program');
const { training } = await import('@lamella/training');
const { data, network, optimizers, swish } = await import('./network.mjs');

const { x, y } = data();
const folder = await mkdtemp(join(tmpdir(), 'lamella-hand-over-'));
try {
  const names = /** @type {(keyof typeof optimizers)[]} */ (Object.keys(optimizers));
  await writeRows(x.shape[0]);
  for (const name of names) await handOver(name);
  await checkThatBatchesAreSpread();
} finally {
  await rm(folder, { recursive: true, force: true });
}
printTable();
process.exitCode = isSound() ? 0 : 1;

/**
 * From here to there and back again.
 * @param {keyof typeof optimizers} name
 */
async function handOver(name) {
  const subject = name;
  const [here, there, further, home] = ['here', 'there', 'further', 'home'].map((file) =>
    join(folder, `${file}.keras`),
  );
  // The function is registered only where the training begins.
  const origin = compose({
    backend: onnx(),
    plugins: [layers, lambdas({ functions: [swish] }), training, io],
  });
  const elsewhere = compose({ backend: onnx(), plugins: [layers, lambdas(), training, io] });

  const net = network(origin, name);
  await fit(net, 3);
  await origin.saveModel(net, here, { lambda: 'keras_ops' });
  const arrived = await observed(here);
  compareStates(`${subject}: arrives in Keras ${arrived.keras}`, arrived, await stateOf(net), exact);

  const spread = await continued(here, there);
  checkNear(`${subject}: devices that hold the weights`, [spread.devices], [devices], exact);
  checkNear(`${subject}: step after which Keras goes on`, [spread.step], [arrived.iterations], exact);
  const alone = await fit(net, epochs);
  checkNear(`${subject}: losses of ${epochs} epochs on ${devices} devices`, spread.losses, alone, trained);
  const left = await observed(there);
  compareStates(`${subject}: after them`, left, await stateOf(net), trained);

  const back = await elsewhere.loadModel(there);
  const returned = await stateOf(back);
  compareStates(`${subject}: comes back to Lamella`, returned, left, exact);

  const there2 = await continued(there, further);
  checkNear(`${subject}: losses of ${epochs} epochs more`, await fit(back, epochs), there2.losses, trained);
  compareStates(`${subject}: after them`, await stateOf(back), await observed(further), trained);
  await elsewhere.saveModel(back, home, { lambda: 'keras_ops' });
  compareStates(`${subject}: once more to Keras`, await observed(home), await stateOf(back), exact);
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
  const [, held, step] = stdout.match(/^(\d+) devices go on after step (\d+)$/m) ?? [];
  const [header = '', ...lines] = (await readFile(to.replace('.keras', '.csv'), 'utf8')).trim().split('\n');
  const column = header.trim().split(',').indexOf('loss');
  return {
    devices: Number(held),
    step: Number(step),
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
  /** @param {import('@lamella/core').Weight} weight @returns {number[]} */
  const values = ({ value }) => Array.from(value.data);
  return {
    iterations: optimizer.iterations.value.data[0],
    learningRate: optimizer.learningRate,
    slots: Object.fromEntries(slots.map((slot) => [slot.shortName, values(slot)])),
    weights: Object.fromEntries(net.weights.map((weight) => [weight.name, values(weight)])),
    predictions: Array.from((await net.predict(x)).data),
  };
}

/**
 * Notes how far apart two states are.
 * @param {string} what
 * @param {Omit<State, 'keras'>} got
 * @param {Omit<State, 'keras'>} wanted
 * @param {number} most for weights and slots
 */
function compareStates(what, got, wanted, most) {
  checkNear(`${what}, iterations`, [got.iterations], [wanted.iterations], exact);
  // A schedule computes in float32 in Keras.
  checkNear(`${what}, learning rate`, [got.learningRate], [wanted.learningRate], 1e-6);
  checkValues(`${what}, weights`, got.weights, wanted.weights, most);
  checkValues(`${what}, slots`, got.slots, wanted.slots, most);
  checkNear(`${what}, predictions`, got.predictions, wanted.predictions, most === exact ? predicted : most);
}

/**
 * @param {string} what
 * @param {Values} got
 * @param {Values} wanted
 * @param {number} most
 */
function checkValues(what, got, wanted, most) {
  const names = Object.keys(wanted).sort();
  const isSame = names.length > 0 && names.join() === Object.keys(got).sort().join();
  if (!isSame) checkThat(`${what}: ${Object.keys(got)} instead of ${names}`, false);
  else
    checkNear(
      what,
      names.flatMap((name) => got[name]),
      names.flatMap((name) => wanted[name]),
      most,
    );
}

/** Four devices share each batch: one that they cannot share fails. */
async function checkThatBatchesAreSpread() {
  await writeRows(150);
  const failure = await continued(join(folder, 'here.keras'), join(folder, 'none.keras')).catch(String);
  checkThat(
    'batches are spread: 22 rows on 4 devices are refused',
    String(failure).includes('IndivisibleError'),
  );
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
