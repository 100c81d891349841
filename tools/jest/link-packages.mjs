// Links packages that are newer than the last `npm install` into node_modules, as that would: a branch may bring one.
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Makes the links that are missing. */
export function linkPackages() {
  const modules = join(root, 'node_modules');
  for (const folder of readdirSync(join(root, 'packages'))) {
    if (!existsSync(join(root, 'packages', folder, 'package.json'))) continue;
    // The packages that applications name first have no scope.
    const link = folder.includes('lamella') ? join(modules, folder) : join(modules, '@lamella', folder);
    if (existsSync(link)) continue;
    mkdirSync(dirname(link), { recursive: true });
    try {
      symlinkSync(relative(dirname(link), join(root, 'packages', folder)), link, 'junction');
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
  }
}
