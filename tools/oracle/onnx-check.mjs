// Exports models to ONNX, then has the ONNX checker and Python's ONNX Runtime look at them: `npm run check:onnx`.
// Makes the virtual environment itself where it is missing. `--folder PATH` keeps the files. What it saw goes to docs/compatibility.md.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root, run, runTarget } from '../run/commands.mjs';
import { markdownTable, rowsByName, writePart } from './compatibility.mjs';
import { oraclePython } from './python.mjs';

const { values } = parseArgs({ options: { folder: { type: 'string' } } });

if ((await runTarget('build')) !== 0) process.exit(1);
const python = oraclePython();
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'lamella-onnx-'));
try {
  mkdirSync(folder, { recursive: true });
  const { writeExports } = await import('./onnx-exports.mjs');
  console.log(`${await writeExports(folder)} models exported, now checked in Python ...`);
  const report = join(folder, 'report');
  const script = join(root, 'tools/oracle/onnx_check.py');
  process.exitCode = await run(python, [script, folder, '--report', report]);
  await writePart('check:onnx', partOf(JSON.parse(readFileSync(report, 'utf8'))));
} finally {
  if (values.folder === undefined) rmSync(folder, { recursive: true });
}

/**
 * The cases of each layer in one row; models and training steps have one each.
 * @param {{ versions: Record<string, string>, models: { name: string, ok: boolean, difference: number }[] }} report
 */
function partOf({ versions, models }) {
  const isLayer = (/** @type {string} */ name) => /^[A-Z][A-Za-z0-9]*,/.test(name);
  const layers = models.filter(({ name }) => isLayer(name));
  const others = models.filter(({ name }) => !isLayer(name));
  const byLayer = layers.map((found) => ({ ...found, name: `\`${found.name.split(',')[0]}\`` }));
  const header = ['exports', 'largest difference'];
  return `## ONNX

${models.filter(({ ok }) => ok).length} of ${models.length} exports pass the checker of onnx ${versions['onnx']} and compute what Lamella does, to 1e-5, in Python's ONNX Runtime
${versions['onnxruntime']}, at batches of 1, 2, 5 and 17; training steps over several steps with their optimizer's state.

${markdownTable(['Layer', ...header], rowsByName(byLayer))}

${markdownTable(['Model or training step', ...header], rowsByName(others))}`;
}
