// Kills a process at random moments while it saves, and looks at the file each time: it must be the old one or the new one,
// whole, in every format, those of several files too. Then kills one that trains, and lets it go on, until it has trained:
// weights, best model and log must be those of a training that nobody killed. `npm run check:kills -- --kills 200` after a
// build; prints what it saw and fails on the first torn file.
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compose, getWeightValues } from '@lamella/core';
import { io } from '@lamella/io';
import { layers } from '@lamella/layers';
import { training } from '@lamella/training';
import { smallModel } from './small-model.mjs';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    trainings: { type: 'string', default: '3' },
  },
});
const kills = Number(values.kills);
const scripts = fileURLToPath(new URL('.', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'lamella-kills-'));
const files = ['a/net.keras', 'b/net.h5', 'c/model.json', 'd/net.weights.json', 'e/net.weights.h5'];
const { loadModel, loadWeights, model } = compose({ plugins: [layers, training, io] });
try {
  await killSaves();
  for (let i = 1; i <= Number(values.trainings); i++) await killTraining(i);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function killSaves() {
  let [old, fresh] = [0, 0];
  for (let i = 0; i < kills; i++) {
    const file = join(folder, files[i % files.length]);
    mkdirSync(dirname(file), { recursive: true });
    const { last } = await killed(['save-forever.mjs', file], Math.random() * 60);
    const round = await roundIn(file);
    if (round < Number(last))
      throw new Error(`After kill ${i + 1}, ${file} holds round ${round}, and round ${last} had been saved.`);
    if (round === Number(last)) old++;
    else fresh++;
  }
  const left = readdirSync(folder, { recursive: true }).filter((name) =>
    String(name).endsWith('.tmp'),
  ).length;
  console.log(
    `${kills} kills in ${files.length} formats: the file was whole each time; ${old} times the one last told of, ${fresh} times a newer one; ${left} unfinished files left.`,
  );
}

/**
 * The one number in all weights of a file, and in its vocabulary where the format keeps one.
 * @param {string} file
 */
async function roundIn(file) {
  const isWeights = file.includes('weights');
  const net = isWeights ? smallModel(model).net : await loadModel(file);
  if (isWeights) await loadWeights(net, file);
  const found = new Set((await net.getWeights()).flatMap(({ data }) => Array.from(data)));
  for (const token of isWeights ? [] : vocabularyOf(net)) found.add(Number(token));
  if (found.size !== 1) throw new Error(`${file} holds ${found.size} different models.`);
  return Number([...found][0]);
}

/** @param {import('@lamella/training').Model} net */
function vocabularyOf(net) {
  return /** @type {import('@lamella/layers').StringLookup} */ (net.getLayer('lookup')).getVocabulary(false);
}

/**
 * Trains once without a kill, and once with kills until it ends; both must leave the same files.
 * @param {number} i
 */
async function killTraining(i) {
  const places = [`whole-${i}`, `killed-${i}`].map((name) => join(folder, name));
  for (const place of places) mkdirSync(place);
  const [whole, torn] = places;
  const frequency = i % 2 === 0 ? '3' : 'epoch';
  /** @param {string} place */
  const script = (place) => [
    'train-with-backup.mjs',
    join(place, 'backup'),
    join(place, 'last.weights.h5'),
    frequency,
    'watched',
  ];
  await killed(script(whole), Infinity);
  let count = 0;
  for (; count < 200; count++) {
    const { signal } = await killed(script(torn), Math.random() * 600);
    if (signal === null) break;
  }
  const [expected, found] = [await contents(whole), await contents(torn)];
  if (expected !== found)
    throw new Error(`A training of ${count} kills left other files:\n${expected}\n${found}`);
  console.log(
    `A training killed ${count} times (saved by ${frequency}) left what one without a kill leaves.`,
  );
}

/**
 * The files of a folder, each with a checksum of what it holds: a `.keras` file also says when it was saved. Without unfinished
 * ones, and the folder of the backup, which may hold some.
 * @param {string} place
 */
async function contents(place) {
  const names = readdirSync(place, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.tmp'))
    .map(({ name }) => name)
    .sort();
  const lines = [];
  for (const name of names) {
    const hash = createHash('sha256');
    const path = join(place, name);
    if (name.endsWith('.keras')) {
      const net = await loadModel(path);
      const state = await getWeightValues(net.optimizer?.variables ?? []);
      for (const { data } of [...(await net.getWeights()), ...state]) hash.update(data);
    } else hash.update(readFileSync(path));
    lines.push(`${name} ${hash.digest('hex')}`);
  }
  return lines.join('\n');
}

/**
 * Starts a script, kills it so many milliseconds after the first line that it prints, and gives its last line.
 * @param {string[]} script
 * @param {number} delay
 * @returns {Promise<{ last: string, signal: NodeJS.Signals | null }>}
 */
function killed([name, ...args], delay) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(scripts, name), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let last = '';
    child.stdout.on('data', (chunk) => {
      if (last === '' && delay !== Infinity) setTimeout(() => child.kill('SIGKILL'), delay);
      last = String(chunk).trim().split('\n').at(-1) ?? '';
    });
    child.on('error', reject);
    child.on('exit', (code, signal) =>
      signal === 'SIGKILL' || code === 0
        ? resolve({ last, signal })
        : reject(new Error(`${name} ended by itself with ${code ?? signal}.`)),
    );
  });
}
