// Other versions of Node than the one that runs, from npm, in a folder that git ignores.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runQuietly } from '../packages/packages.mjs';
import { root } from '../run/commands.mjs';

const nodes = join(root, 'tools/versions/nodes');

/**
 * The path of a Node of this major version.
 * @param {string} major
 * @returns {Promise<string>}
 */
export async function nodeOf(major) {
  const name = `node-${process.platform}-${process.arch}`;
  const place = join(nodes, major);
  const binary = join(place, 'node_modules', name, 'bin/node');
  if (existsSync(binary)) return binary;
  await mkdir(place, { recursive: true });
  const npm = ['install', '--prefix', place, '--no-save', '--no-audit', '--no-fund', `${name}@${major}`];
  const { status, output } = await runQuietly('npm', npm, place);
  if (status !== 0) throw new Error(`Node ${major} does not install: ${output}`);
  return binary;
}
