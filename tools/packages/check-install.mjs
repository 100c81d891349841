// `npm run check:install`: what a new user does. Packs five packages, installs them in an empty folder far from here, and
// trains a ten-line model there, in plain JavaScript and in strict TypeScript.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack, root, runQuietly } from './packages.mjs';

const names = ['program', 'core', 'layers', 'training', 'backend-cpu'].map((name) => `@lamella/${name}`);

const tenLines = `import { cpu } from '@lamella/backend-cpu';
import { compose, input } from '@lamella/core';
import { dense, layers } from '@lamella/layers';
import { adam, training } from '@lamella/training';

const { model } = compose({ backend: cpu(), plugins: [layers, training] });
const x = input({ shape: [2] });
const net = model({ inputs: x, outputs: dense({ units: 1 }).apply(x) });
net.compile({ optimizer: adam({ learningRate: 0.1 }), loss: 'mean_squared_error' });
const { history } = await net.fit([[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [2]], { epochs: 200, verbose: 0 });
const prediction = await net.predict([[1, 1]]);
`;
const javaScript = `${tenLines}
const [loss] = history.loss.slice(-1);
const [[sum]] = prediction.array();
if (!(loss < 0.01 && Math.abs(sum - 2) < 0.2)) throw new Error(\`expected 1 + 1 = 2, got \${sum} at a loss of \${loss}\`);
console.log(\`1 + 1 = \${sum.toFixed(3)}\`);
`;
const typeScript = `${tenLines}
const loss: number | undefined = history['loss']?.at(-1);
const sum: number | undefined = prediction.data[0];
if (loss === undefined || sum === undefined || loss > 0.01 || Math.abs(sum - 2) > 0.2)
  throw new Error(\`expected 1 + 1 = 2, got \${sum} at a loss of \${loss}\`);
console.log(\`1 + 1 = \${sum.toFixed(3)}\`);
`;

const folder = await mkdtemp(join(tmpdir(), 'lamella-install-'));
let isSound = false;
try {
  const tarballs = await pack(names, folder);
  const files = [...tarballs.values()];
  await writeFile(
    join(folder, 'package.json'),
    '{ "name": "new-user", "private": true, "type": "module" }\n',
  );
  await writeFile(join(folder, 'plain.js'), javaScript);
  await writeFile(join(folder, 'typed.ts'), typeScript);
  const tfjs = `@tensorflow/tfjs-core@${await versionOf('@tensorflow/tfjs-core')}`;
  const npm = ['install', '--no-audit', '--no-fund', '--prefer-offline'];
  isSound =
    (await step('npm install', 'npm', [...npm, ...files, tfjs])) &&
    (await installsNothingElse()) &&
    (await step('plain JavaScript', process.execPath, ['plain.js'])) &&
    (await step('tsc --strict', process.execPath, [
      // The repository's compiler spares the download of another.
      join(root, 'node_modules/typescript/bin/tsc'),
      ...['--strict', '--target', 'es2022', '--module', 'nodenext', '--skipLibCheck'],
      ...['--outDir', 'built', 'typed.ts'],
    ])) &&
    (await step('TypeScript', process.execPath, ['built/typed.js']));
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = isSound ? 0 : 1;

/**
 * The version of a package that this repository has.
 * @param {string} name
 * @returns {Promise<string>}
 */
async function versionOf(name) {
  return JSON.parse(await readFile(join(root, 'node_modules', name, 'package.json'), 'utf8')).version;
}

/** Whether the install brought these packages of ours and no others. */
async function installsNothingElse() {
  const found = (await readdir(join(folder, 'node_modules/@lamella')))
    .map((name) => `@lamella/${name}`)
    .sort();
  const isRight = found.join() === [...names].sort().join();
  console.log(`${isRight ? 'ok    ' : 'FAILED'} installs ${found.join(', ')}`);
  return isRight;
}

/**
 * Runs one step in the new user's folder, and tells how it went.
 * @param {string} what
 * @param {string} command
 * @param {readonly string[]} args
 */
async function step(what, command, args) {
  const { status, output } = await runQuietly(command, args, folder);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${what}${status === 0 ? '' : `\n${output}`}`);
  return status === 0;
}
