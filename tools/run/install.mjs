// Installs the dependencies when they are missing or differ from the lockfile. Node's own modules only.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './commands.mjs';

/**
 * @param {string} path
 * @returns {Record<string, { version?: string, optional?: boolean, link?: boolean, peer?: boolean }>}
 */
function lockedPackages(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages;
}

/** Whether node_modules holds what package-lock.json asks for. Packages for other platforms may be absent. */
function isInstalled() {
  const record = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = lockedPackages(record);
  return Object.entries(lockedPackages(join(root, 'package-lock.json'))).every(
    ([path, { version, optional }]) => {
      if (!path.includes('node_modules/')) return true;
      const found = installed[path];
      return found ? found.version === version : optional === true;
    },
  );
}

/**
 * Installs if need be, and returns npm's exit status.
 * @returns {Promise<number>}
 */
export async function ensureInstalled() {
  if (isInstalled()) return 0;
  console.log('Installing the dependencies (about 700 MB on disk, ONNX Runtime and MNIST included) ...');
  return run('npm', [existsSync(join(root, 'node_modules')) ? 'install' : 'ci', '--no-audit', '--no-fund']);
}
