// Kills a process at random moments while it saves, and looks at the file each time: it must be the old one or the new one,
// whole. `npm run check:kills -- --kills 200` after a build; prints what it saw and fails on the first torn file.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compose } from '@lamella/core';
import { io } from '@lamella/io';
import { layers } from '@lamella/layers';
import { training } from '@lamella/training';

const { values } = parseArgs({ options: { kills: { type: 'string', default: '200' } } });
const kills = Number(values.kills);
const saver = fileURLToPath(new URL('save-forever.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'lamella-kills-'));
const extension = ['.keras', '.h5'];
const { loadModel } = compose({ plugins: [layers, training, io] });
let [old, fresh] = [0, 0];
try {
  for (let i = 0; i < kills; i++) {
    const file = join(folder, `model${extension[i % extension.length]}`);
    const told = await killDuringSave(file);
    const found = new Set(
      (await (await loadModel(file)).getWeights()).flatMap(({ data }) => Array.from(data)),
    );
    if (found.size !== 1)
      throw new Error(`After kill ${i + 1} the file holds ${found.size} different models.`);
    const [round] = found;
    if (round < told)
      throw new Error(`After kill ${i + 1} the file holds round ${round}, and round ${told} had been saved.`);
    if (round === told) old++;
    else fresh++;
  }
  const left = readdirSync(folder).filter((name) => name.endsWith('.tmp')).length;
  console.log(
    `${kills} kills: the file was whole each time; ${old} times the one last told of, ${fresh} times a newer one; ${left} unfinished files left.`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Starts the saver, kills it at a random moment after its first file, and gives the last round it told of.
 * @param {string} file
 * @returns {Promise<number>}
 */
function killDuringSave(file) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [saver, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    let told = 0;
    child.stdout.on('data', (chunk) => {
      if (told === 0) setTimeout(() => child.kill('SIGKILL'), Math.random() * 60);
      told = Number(String(chunk).trim().split('\n').at(-1));
    });
    child.on('error', reject);
    child.on('exit', (_, signal) =>
      signal === 'SIGKILL' ? resolve(told) : reject(new Error('The saver ended by itself.')),
    );
  });
}
