// Judges a folder of cases that the tests of Keras try, or the sample in fixtures/keras-suite: `npm run check:keras-suite --
// [FOLDER] [--only TEXT] [--list STATUS]`. Needs the built packages. A child does the work: what ends a process is one case's fault.
import { fork } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** Units: milliseconds. */
const longestCase = 180_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: '' },
    list: { type: 'string', default: 'wrong,failed,refused' },
  },
});
const folder = positionals[0] ?? fileURLToPath(new URL('../../fixtures/keras-suite', import.meta.url));

if (process.send === undefined) await judgeAll();
else {
  const { judgeCase } = await import('./judge-case.mjs');
  process.on('message', async (/** @type {string[]} */ ids) => {
    for (const id of ids) {
      const verdict = await judgeCase(join(folder, id));
      await new Promise((sent) => process.send?.({ id, verdict }, sent));
    }
    process.exit(0);
  });
}

async function judgeAll() {
  const ids = readdirSync(folder)
    .filter((file) => file.endsWith('.json') && file.includes(values.only))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
  if (ids.length === 0) throw new Error(`There are no cases in ${folder}.`);
  /** @type {Map<string, number>} */
  const counts = new Map();
  const listed = values.list.split(',');
  /** @param {string} id @param {import('./judge-case.mjs').Verdict} verdict */
  const note = (id, { status, code, text }) => {
    counts.set(status, (counts.get(status) ?? 0) + 1);
    if (listed.includes(status))
      console.log(`${status} ${id}: ${code === undefined ? '' : `[${code}] `}${text ?? ''}`);
  };
  for (let at = 0; at < ids.length;) at += await judgeSome(ids.slice(at), note);
  const told = [...counts].map(([status, count]) => `${count} ${status}`).join(', ');
  console.log(`${ids.length} cases of Keras' tests: ${told}.`);
  if (['wrong', 'failed'].some((status) => counts.has(status))) process.exitCode = 1;
}

/**
 * Judges in one child until it ends, and says how many it judged.
 * @param {string[]} ids
 * @param {(id: string, verdict: import('./judge-case.mjs').Verdict) => void} note
 * @returns {Promise<number>}
 */
function judgeSome(ids, note) {
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(import.meta.url), process.argv.slice(2));
    let done = 0;
    const kill = () => child.kill('SIGKILL');
    let timer = setTimeout(kill, longestCase);
    child.send(ids);
    child.on('message', (/** @type {any} */ { id, verdict }) => {
      clearTimeout(timer);
      timer = setTimeout(kill, longestCase);
      done++;
      note(id, verdict);
    });
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      if (done < ids.length) {
        note(ids[done], { status: 'failed', text: `the process ended: ${code ?? signal}` });
        done++;
      }
      resolve(done);
    });
  });
}
