// Links packages that are newer than the last `npm install` into node_modules, as that would: a branch may bring one.
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Makes the links that are missing. */
export function linkPackages() {
  const scope = join(root, 'node_modules/@lamella');
  mkdirSync(scope, { recursive: true });
  for (const folder of readdirSync(join(root, 'packages'))) {
    const isPackage = existsSync(join(root, 'packages', folder, 'package.json'));
    if (!isPackage || folder === 'lamella' || existsSync(join(scope, folder))) continue;
    try {
      symlinkSync(join('../../packages', folder), join(scope, folder), 'junction');
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
  }
}
