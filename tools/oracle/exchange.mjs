// Exchanges model files with a live Keras, both ways, and writes what it saw to docs/compatibility.md: `npm run check:keras`.
// Keras writes and Lamella opens; Lamella writes and Keras opens. Needs the built packages and Python 3.11; makes the
// virtual environment itself. `--seed N` chooses the numbers, `--folder PATH` keeps the files, `--only PART` takes some,
// `--backend cpu` runs Lamella on the other backend.
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
import { parseArgs } from 'node:util';
import { writePart } from './compatibility.mjs';
import { compatibilityTable } from './exchange-table.mjs';
import { checkFromKeras, useBackend, writeForKeras } from './exchange-files.mjs';
import { oraclePython } from './python.mjs';

/** @typedef {import('./exchange-table.mjs').Finding} Finding */

const root = fileURLToPath(new URL('../..', import.meta.url));
const script = join(root, 'tools/oracle/exchange.py');

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    folder: { type: 'string' },
    only: { type: 'string' },
    backend: { type: 'string', default: 'onnx' },
  },
});

/** @param {string[]} args */
function keras(...args) {
  try {
    execFileSync(python, [script, ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      maxBuffer: 2 ** 26,
    });
    return true;
  } catch (error) {
    // What failed stands in the report.
    if (/** @type {{ status?: number }} */ (error).status === 1) return false;
    throw error;
  }
}

useBackend(values.backend);
const python = oraclePython();
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'lamella-exchange-'));
const [theirs, ours] = [join(folder, 'keras'), join(folder, 'lamella')];
try {
  mkdirSync(theirs, { recursive: true });
  rmSync(ours, { recursive: true, force: true });
  mkdirSync(ours);
  if (!existsSync(join(theirs, 'made'))) {
    console.log('Keras writes ...');
    if (!keras('make', theirs, '--seed', values.seed)) throw new Error('Keras could not write the files.');
    writeFileSync(join(theirs, 'made'), values.seed);
  }
  const names = readdirSync(theirs)
    .filter(
      (file) => file.endsWith('.json') && !file.endsWith('.weights.json') && file.includes(values.only ?? ''),
    )
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
  /** @type {Finding[]} */
  const findings = [];
  console.log(`Lamella opens what Keras wrote of ${names.length} models ...`);
  for (const name of names) findings.push(...(await checkFromKeras(theirs, name)));
  console.log('Lamella writes ...');
  for (const name of names) findings.push(...(await writeForKeras(theirs, ours, name)));
  console.log('Keras opens what Lamella wrote ...');
  const report = join(folder, 'report.json');
  keras('check', ours, '--report', report);
  const { keras_version: version, files } = JSON.parse(readFileSync(report, 'utf8'));
  for (const { file, ok, difference, remark } of files)
    findings.push({ file, direction: 'to Keras', ok, difference: difference ?? Infinity, remark });

  const bad = findings.filter(({ ok }) => !ok);
  for (const { file, direction, difference, remark } of bad)
    console.log(`FAILED  ${direction}  ${file}  ${difference}  ${remark}`);
  const table = compatibilityTable(findings, { keras: version, seed: values.seed, backend: values.backend });
  console.log(`\n${table.summary}`);
  if (values.only === undefined) await writePart('check:keras', table.markdown);
  else console.log(table.markdown);
  process.exitCode = bad.length === 0 ? 0 : 1;
} finally {
  if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
}
