// `npm run clean`: removes what the build made, nx' cache included; the dependencies stay.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './commands.mjs';

for (const group of ['packages', 'examples', 'tools'])
  for (const { name } of readdirSync(join(root, group), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  ))
    for (const made of ['dist', 'out-tsc', 'generated'])
      rmSync(join(root, group, name, made), { recursive: true, force: true });
rmSync(join(root, '.nx'), { recursive: true, force: true });
