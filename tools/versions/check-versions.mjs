// `npm run check:versions`: saves the tutorial's sampling model under this Node, then loads, predicts and trains it under
// Node 20, 22, 24 and 26, in processes without its functions. One runtime must give identical numbers, another 1e-5.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runQuietly } from '../packages/packages.mjs';
import { root, runTarget } from '../run/commands.mjs';
import { nodeOf } from './node-of.mjs';

const versions = ['22', '24', '26'];

/** @typedef {{ before: number[], losses: number[], after: number[] }} Computed */

if ((await runTarget('build')) !== 0) process.exit(1);
const folder = await mkdtemp(join(tmpdir(), 'lamella-versions-'));
let isSound = true;
try {
  for (const ending of ['keras', 'h5']) {
    const path = join(folder, `sampling.${ending}`);
    const saved = await computed(process.execPath, ['save.mjs', path]);
    report(`.${ending}, saved by Node ${process.versions.node}`, saved, saved, 0);
    for (const version of ['this', ...versions]) {
      const node = version === 'this' ? process.execPath : await nodeOf(version);
      report(`.${ending}, Node ${version}, onnx`, await computed(node, ['load.mjs', path]), saved, 0);
      report(
        `.${ending}, Node ${version}, cpu`,
        await computed(node, ['load.mjs', path, 'cpu']),
        saved,
        1e-5,
      );
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = isSound ? 0 : 1;

/**
 * What a script prints as its last line.
 * @param {string} node
 * @param {string[]} args
 * @returns {Promise<Computed>}
 */
async function computed(node, args) {
  const { status, output } = await runQuietly(node, args, join(root, 'tools/versions'));
  if (status !== 0) throw new Error(`${args.join(' ')} failed: ${output}`);
  return JSON.parse(output.trim().split('\n').at(-1) ?? '');
}

/**
 * Prints the largest difference and notes whether it is small enough.
 * @param {string} what
 * @param {Computed} got
 * @param {Computed} wanted
 * @param {number} most
 */
function report(what, got, wanted, most) {
  const all = (/** @type {Computed} */ { before, losses, after }) => [...before, ...losses, ...after];
  const expected = all(wanted);
  const difference = Math.max(...all(got).map((value, i) => Math.abs(value - (expected[i] ?? NaN))));
  const isFine = difference <= most;
  isSound &&= isFine;
  console.log(`${isFine ? 'ok    ' : 'FAILED'} ${what.padEnd(36)} largest difference ${difference}`);
}
