// `npm run check:packages`: packs every published package and checks its maps with publint and its types with attw.
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack, publishedPackages, root, runQuietly } from './packages.mjs';

const names = publishedPackages().map(({ name }) => name);
const folder = await mkdtemp(join(tmpdir(), 'lamella-packages-'));
/** @type {string[]} */
const failures = [];
try {
  const tarballs = await pack(names, folder);
  const waiting = [...tarballs];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [name, tarball] = next;
      const problems = await checkTarball(tarball);
      console.log(`${problems === '' ? 'ok    ' : 'FAILED'} ${name}${problems && `\n${problems}`}`);
      if (problems !== '') failures.push(name);
    }
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism() / 2) }, worker));
} finally {
  await rm(folder, { recursive: true, force: true });
}
if (failures.length > 0) {
  console.error(`publint or attw found problems in ${failures.join(', ')}.`);
  process.exit(1);
}

/**
 * What publint and attw find wrong with a tarball, or nothing.
 * @param {string} tarball
 */
async function checkTarball(tarball) {
  const publint = await runQuietly(process.execPath, [
    join(root, 'node_modules/publint/src/cli.js'),
    'run',
    tarball,
    '--strict',
  ]);
  const attw = await runQuietly(process.execPath, [
    join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js'),
    tarball,
    '--profile',
    'esm-only',
    '--no-color',
  ]);
  return [publint, attw]
    .filter(({ status }) => status !== 0)
    .map(({ output }) => output)
    .join('\n');
}
