// Exchanges models with the real TensorFlow.js, both ways, and weights with the safetensors of Python: `npm run check:tfjs`.
// It installs tfjs-layers beside the repository's own packages, in .oracle-tfjs, and runs it in a process of its own.
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
import { markdownTable, shown, writePart } from './compatibility.mjs';
import { oraclePython } from './python.mjs';

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
  const python = oraclePython();
  const { differenceHere, writeModels } = await import('./tfjs/lamella-side.mjs');
  /** @type {{ column: string, name: string, ok: boolean, difference: number }[]} */
  const findings = [];
  /** @param {string} column @param {string} name @param {number} difference @param {string} [problem] */
  const report = (column, name, difference, problem) => {
    const ok = difference <= tolerance;
    findings.push({ column, name, ok, difference });
    console.log(`${ok ? 'ok    ' : 'FAILED'}  ${column}  ${name}  ${problem ?? difference.toExponential(1)}`);
  };
  for (const name of readdirSync(fixtures)) {
    const expected = JSON.parse(readFileSync(join(fixtures, name, 'expected.json'), 'utf8'));
    report('from TensorFlow.js', name, await differenceHere(join(fixtures, name), expected));
  }
  const folder = mkdtempSync(join(tmpdir(), 'lamella-tfjs-'));
  try {
    await writeModels(folder);
    for (const { name, difference = Infinity, problem } of tfjs('check', folder))
      report('to TensorFlow.js', name, difference, problem);
    for (const name of readdirSync(folder))
      report('to safetensors', name, safetensors(python, join(folder, name, 'weights.safetensors')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  await writePart('check:tfjs', partOf(findings));
  process.exitCode = findings.every(({ ok }) => ok) ? 0 : 1;
}

/** 0 where Python's safetensors opens the file and writes the same bytes again. @param {string} python @param {string} file */
function safetensors(python, file) {
  try {
    const script = join(root, 'tools/oracle/safetensors_files.py');
    execFileSync(python, [script, 'check', file], { stdio: ['ignore', 'ignore', 'inherit'] });
    return 0;
  } catch {
    return Infinity;
  }
}

/** @param {readonly { column: string, name: string, ok: boolean, difference: number }[]} findings */
function partOf(findings) {
  const columns = ['from TensorFlow.js', 'to TensorFlow.js', 'to safetensors'];
  const names = [...new Set(findings.map(({ name }) => name))].sort((a, b) => (a < b ? -1 : 1));
  const rows = names.map((name) => [
    `\`${name}\``,
    ...columns.map((column) => {
      const found = findings.find((finding) => finding.name === name && finding.column === column);
      if (found === undefined) return '';
      if (!found.ok) return '**fails**';
      return column === 'to safetensors' ? 'same bytes' : shown(found.difference);
    }),
  ]);
  return `## TensorFlow.js and safetensors

Layers models as JSON with shards: the largest difference between what tfjs-layers ${version} and Lamella predict for the same file, relative where values exceed 1. Weights
as safetensors: the package of Python opens them and writes the same bytes again. Files that Python wrote are read in \`npm test\`.

${markdownTable(['Model', ...columns], rows)}`;
}
