// The packages that are published, and how they are packed.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The name and folder of every published package.
 * @returns {{ name: string, folder: string }[]}
 */
export function publishedPackages() {
  return readdirSync(join(root, 'packages'))
    .map((folder) => join(root, 'packages', folder))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => ({ folder, ...JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) }))
    .filter((manifest) => manifest.private !== true)
    .map(({ name, folder }) => ({ name, folder }));
}

/**
 * Runs a command, and returns its status and everything it printed.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} [cwd]
 * @param {Record<string, string>} [env] beside that of this process
 * @param {(text: string) => void} [hear] takes what it prints as it comes
 * @returns {Promise<{ status: number, output: string }>}
 */
export function runQuietly(command, args, cwd = root, env = {}, hear = () => {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32' && command === 'npm',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
        hear(text);
      });
    child.once('error', reject);
    child.once('close', (code) => resolve({ status: code ?? 1, output }));
  });
}

/**
 * Packs packages that have been built, and returns the path of each one's tarball.
 * @param {readonly string[]} names
 * @param {string} destination
 * @returns {Promise<Map<string, string>>}
 */
export async function pack(names, destination) {
  const unbuilt = publishedPackages().filter(
    ({ name, folder }) => names.includes(name) && !existsSync(join(folder, 'dist/index.js')),
  );
  if (unbuilt.length > 0)
    throw new Error(`${unbuilt.map(({ name }) => name).join(', ')}: not built. Fix: npm run build.`);
  const workspaces = names.flatMap((name) => ['--workspace', name]);
  const { status, output } = await runQuietly('npm', [
    'pack',
    ...workspaces,
    '--pack-destination',
    destination,
  ]);
  if (status !== 0) throw new Error(`npm pack failed:\n${output}`);
  return new Map(
    names.map((name) => {
      const start = `${name.replace('@', '').replace('/', '-')}-`;
      const file = readdirSync(destination).find((entry) => new RegExp(`^${start}\\d`).test(entry));
      if (!file) throw new Error(`npm pack wrote no tarball of ${name}:\n${output}`);
      return [name, join(destination, file)];
    }),
  );
}
