// What the steps of a rehearsal share: a folder, a registry, commands that see it and nothing else of this machine's settings, and
// the printing of each step with its time. A step that takes long says at what it is.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runQuietly } from '../packages/packages.mjs';
import { localRegistry } from './registry.mjs';

/** @typedef {Awaited<ReturnType<typeof startRehearsal>>} Rehearsal */

/** How often a step that goes on says at what it is. */
const secondsBetweenReports = 20;

/** A folder and a registry for one rehearsal. */
export async function startRehearsal() {
  const folder = mkdtempSync(join(tmpdir(), 'lamella-release-'));
  const registry = await localRegistry(join(folder, 'registry'));
  await registry.start();
  // npm's own cache would answer for packages that another rehearsal published.
  const env = { ...registry.env, CI: 'true', NX_DAEMON: 'false', NX_TUI: 'false', FORCE_COLOR: '0' };
  let failures = 0;
  /** The command that was started last, and then the last line that one printed. */
  let latest = '';

  /**
   * Runs a command; what it printed. Throws where it fails.
   * @param {string} cwd @param {string} command @param {...string} args
   * @returns {Promise<string>}
   */
  async function run(cwd, command, ...args) {
    latest = [command, ...args].join(' ');
    const { status, output } = await runQuietly(command, args, cwd, env, (text) => {
      latest = text.trim().split('\n').at(-1) || latest;
    });
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}:\n${output}`);
    return output;
  }

  /**
   * One line of the rehearsal; `needed` ones end it where they fail.
   * @param {string} what @param {() => Promise<string | void>} body @param {{ needed?: boolean }} [options]
   */
  async function step(what, body, { needed = false } = {}) {
    const start = performance.now();
    const seconds = () => ((performance.now() - start) / 1000).toFixed(1).padStart(6);
    latest = '';
    const report = () => console.log(`...    ${seconds()} s ${what}: ${latest.slice(0, 80)}`);
    const reporting = setInterval(report, secondsBetweenReports * 1000);
    try {
      const note = await body();
      console.log(`ok     ${seconds()} s ${what}${note ? `: ${note}` : ''}`);
    } catch (error) {
      failures += 1;
      console.log(`FAILED ${seconds()} s ${what}\n${/** @type {Error} */ (error).message}`);
      if (needed) throw new Error('The rest needs that.', { cause: error });
    } finally {
      clearInterval(reporting);
    }
  }

  /**
   * An empty project with these packages, installed by npm.
   * @param {string} name @param {readonly string[]} packages @param {{ files?: readonly string[] }} [options] files of projects/
   */
  async function project(name, packages, { files = [] } = {}) {
    const place = emptyProject(name, files);
    await run(place, 'npm', 'install', ...packages);
    return place;
  }

  /** @param {string} name @param {readonly string[]} [files] */
  function emptyProject(name, files = []) {
    const place = join(folder, 'projects', name.replaceAll('/', '-'));
    mkdirSync(place, { recursive: true });
    writeFileSync(
      join(place, 'package.json'),
      '{ "name": "application", "private": true, "type": "module" }\n',
    );
    for (const file of files)
      writeFileSync(join(place, file), readFileSync(new URL(`projects/${file}`, import.meta.url)));
    return place;
  }

  return {
    ...{ folder, registry, env, run, step, project, emptyProject },
    failures: () => failures,
    /** @param {boolean} keeps whether the folder stays */
    async end(keeps) {
      await registry.stop();
      if (keeps) console.log(folder);
      else rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** @param {boolean} condition @param {string} message */
export function expect(condition, message) {
  if (!condition) throw new Error(message);
}

/** @param {...string} path */
export const readJson = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'));
