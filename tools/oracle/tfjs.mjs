// Exchanges models with the real TensorFlow.js, both ways: `npm run check:tfjs`. It installs tfjs-layers beside the
// repository's own packages, in .oracle-tfjs, and runs it in a process of its own.
//
//   node tools/oracle/tfjs.mjs make     TensorFlow.js writes fixtures/tfjs again
//   node tools/oracle/tfjs.mjs          Lamella opens those, and TensorFlow.js opens what Lamella writes
//
// Needs the built packages. Exits with 1 where predictions differ by more than 1e-6, or a file does not open.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const home = join(root, '.oracle-tfjs');
const fixtures = join(root, 'fixtures/tfjs');
const version = '4.22.0';
const tolerance = 1e-6;

if (!existsSync(join(home, 'node_modules/@tensorflow/tfjs-layers'))) {
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), '{ "private": true }\n');
  const packages = ['core', 'layers', 'backend-cpu'].map((name) => `@tensorflow/tfjs-${name}@${version}`);
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent', ...packages], {
    cwd: home,
    stdio: 'inherit',
  });
}

/** @param {string} verb @param {string} folder @returns {{ name: string, difference?: number, problem?: string }[]} */
function tfjs(verb, folder) {
  const script = join(root, 'tools/oracle/tfjs/side.cjs');
  const output = execFileSync(process.execPath, [script, verb, folder], {
    env: { ...process.env, NODE_PATH: join(home, 'node_modules') },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output);
}

if (process.argv[2] === 'make') {
  rmSync(fixtures, { recursive: true, force: true });
  mkdirSync(fixtures, { recursive: true });
  for (const { name } of tfjs('make', fixtures)) console.log(`fixtures/tfjs/${name}`);
} else {
  const { differenceHere, writeModels } = await import('./tfjs/lamella-side.mjs');
  /** @type {string[]} */
  const failed = [];
  /** @param {string} what @param {number} difference @param {string} [problem] */
  const report = (what, difference, problem) => {
    const ok = difference <= tolerance;
    if (!ok) failed.push(what);
    console.log(`${ok ? 'ok    ' : 'FAILED'}  ${what}  ${problem ?? difference.toExponential(1)}`);
  };
  for (const name of readdirSync(fixtures)) {
    const expected = JSON.parse(readFileSync(join(fixtures, name, 'expected.json'), 'utf8'));
    report(`from TensorFlow.js  ${name}`, await differenceHere(join(fixtures, name), expected));
  }
  const folder = mkdtempSync(join(tmpdir(), 'lamella-tfjs-'));
  try {
    await writeModels(folder);
    for (const { name, difference = Infinity, problem } of tfjs('check', folder))
      report(`to TensorFlow.js    ${name}`, difference, problem);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  process.exitCode = failed.length === 0 ? 0 : 1;
}
