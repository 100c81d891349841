// The peers and how each is installed: Python's in a virtual environment, tfjs' in a folder, both ignored by git.
// tfjs-node takes part where `npm run check:backend-node` has compiled its addon: .tfjs-node/ in the root.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root, run } from '../run/commands.mjs';

/** @typedef {{ command: string, args: readonly string[], env?: Record<string, string> }} Peer */

const folder = fileURLToPath(new URL('.', import.meta.url));
const python = process.env['LAMELLA_BENCH_PYTHON'] ?? join(folder, '.venv/bin/python');
const tfjsNode = join(root, '.tfjs-node');
const tfjsPackages = ['core', 'layers', 'backend-cpu', 'backend-wasm'];

/** All peers by name, in the order in which they run. */
export const peerNames = [
  'keras-jax',
  'keras-tensorflow',
  'keras-torch',
  'torch',
  'tfjs-wasm',
  'tfjs-cpu',
  'tfjs-node',
];

/** What the case could take at best: the products of its matrices and one pass over its state. Only for mlp256. */
export function limitOf(/** @type {string} */ name) {
  return name === 'mlp256' ? nodeScript('limit-case.mjs') : undefined;
}

/**
 * Installs what is missing and gives Lamella followed by the wanted peers.
 * @param {readonly string[]} names
 * @param {string} mnist
 * @returns {Promise<Peer[]>}
 */
export async function setUpPeers(names, mnist) {
  const unknown = names.find((name) => !peerNames.includes(name));
  if (unknown !== undefined)
    throw new Error(`"${unknown}" is no peer; the peers are ${peerNames.join(', ')}.`);
  if (names.some((name) => !name.startsWith('tfjs-'))) await setUpPython();
  if (names.includes('tfjs-cpu') || names.includes('tfjs-wasm')) await setUpTfjs();
  const present = names.filter((name) => name !== 'tfjs-node' || hasTfjsNode());
  if (present.length < names.length)
    console.error('tfjs-node is left out: `npm run check:backend-node` compiles it.');
  return [nodeScript('lamella-case.mjs'), ...present.map((name) => peer(name, mnist))];
}

/** @returns {Peer} */
function nodeScript(/** @type {string} */ script) {
  return { command: process.execPath, args: [join(folder, script)] };
}

/** @returns {Peer} */
function peer(/** @type {string} */ name, /** @type {string} */ mnist) {
  const [family = '', variant = ''] = name.split('-');
  if (family === 'tfjs') {
    const modules = variant === 'node' ? tfjsNode : join(folder, '.tfjs');
    return {
      command: process.execPath,
      args: [join(folder, 'peers/tfjs-case.mjs'), modules, mnist, variant],
    };
  }
  return {
    command: python,
    args: [join(folder, `peers/${family}_case.py`), mnist],
    env: { KERAS_BACKEND: variant, TF_CPP_MIN_LOG_LEVEL: '3', JAX_PLATFORMS: 'cpu' },
  };
}

async function setUpPython() {
  if (existsSync(python)) return;
  await need('python3', ['-m', 'venv', join(folder, '.venv')]);
  await need(python, ['-m', 'pip', 'install', '-r', join(folder, 'peers/requirements.txt')]);
}

async function setUpTfjs() {
  const place = join(folder, '.tfjs');
  if (existsSync(join(place, 'node_modules'))) return;
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'package.json'), '{ "private": true }\n');
  await need('npm', ['install', ...tfjsPackages.map((name) => `@tensorflow/tfjs-${name}@4.22.0`)], place);
}

function hasTfjsNode() {
  return existsSync(join(tfjsNode, 'node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node'));
}

async function need(/** @type {string} */ command, /** @type {string[]} */ args, cwd = folder) {
  const status = await run(command, args, { cwd, toStderr: true });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with status ${status}.`);
}
