// One case in a process of its own, and the JSON line it prints.
import { spawn } from 'node:child_process';

/** @typedef {{ peer: string, version: string, case: string, [measure: string]: string | number }} Line */

/** All cases, in the order in which they run. */
export const caseNames = [
  'mlp256',
  'mlp32',
  'cnn128',
  'lstm',
  'gru',
  'transformer',
  'conv1d',
  'resnet',
  'mobilenet',
  'text',
  'tiny',
  'predict',
  'latency',
];

/**
 * The cases that the command line names, or all.
 * @param {readonly string[]} names
 */
export function chosenCases(names) {
  const unknown = names.find((name) => !caseNames.includes(name));
  if (unknown !== undefined)
    throw new Error(`"${unknown}" is no case; the cases are ${caseNames.join(', ')}.`);
  return names.length === 0 ? caseNames : caseNames.filter((name) => names.includes(name));
}

/**
 * Runs a command and gives the last JSON line it printed; what it says beside that is shown when it fails.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Record<string, string>} [env]
 * @returns {Promise<Line>}
 */
export function measure(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, errors] = ['', ''];
    child.stdout.on('data', (chunk) => (out += chunk));
    child.stderr.on('data', (chunk) => (errors += chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      const line = out.split('\n').findLast((text) => text.startsWith('{'));
      if (code === 0 && line !== undefined) resolve(JSON.parse(line));
      else reject(new Error(`${command} ${args.join(' ')} ended with status ${code}:\n${errors}${out}`));
    });
  });
}
