// TypeScript 7's compiler, with the arguments given. It stands in a package of its own since the linter and the examples need the
// interface of TypeScript 6, which that at the root has.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';

const manifest = createRequire(import.meta.url).resolve('typescript/package.json');
const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
const compiler = join(dirname(manifest), bin.tsc);
const { status } = spawnSync(process.execPath, [compiler, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exit(status ?? 1);
