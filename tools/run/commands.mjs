// Runs commands from the root of the repository with stdin closed. Node's own modules only: this works before the install.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Runs a command to its end, its output passed through, and returns its exit status.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, toStderr?: boolean }} [options] `toStderr` keeps stdout for results
 * @returns {Promise<number>}
 */
export function run(command, args, { cwd = root, env = {}, toStderr = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', toStderr ? 2 : 'inherit', 'inherit'],
      shell: process.platform === 'win32' && command === 'npm',
    });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

/**
 * Runs a Node script of the repository.
 * @param {string} script path from the root
 * @param {readonly string[]} [args]
 * @returns {Promise<number>}
 */
export function runNode(script, args = []) {
  return run(process.execPath, [script, ...args]);
}

/**
 * Runs the command line of an installed package.
 * @param {string} name
 * @param {readonly string[]} [args]
 * @param {Record<string, string>} [env]
 * @param {{ toStderr?: boolean }} [options]
 * @returns {Promise<number>}
 */
export function runTool(name, args = [], env = {}, options = {}) {
  const folder = join(root, 'node_modules', name);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const script = typeof bin === 'string' ? bin : bin[name];
  return run(process.execPath, [join(folder, script), ...args], { ...options, env });
}

/**
 * Runs a target of every project, or of one and what it needs, with nx, which skips what its cache already holds.
 * @param {string} target
 * @param {string} [project]
 * @param {{ toStderr?: boolean }} [options]
 * @returns {Promise<number>}
 */
export function runTarget(target, project, options = {}) {
  const projects = project === undefined ? [] : ['-p', project];
  const env = { NX_DAEMON: 'false', NX_TUI: 'false' };
  return runTool('nx', ['run-many', '-t', target, ...projects, '--output-style=static'], env, options);
}
