// Exports models to ONNX, then has the ONNX checker and Python's ONNX Runtime look at them: `npm run check:onnx`.
// Makes the virtual environment itself where it is missing. `--folder PATH` keeps the files, `--report FILE` writes JSON.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root, run, runTarget } from '../run/commands.mjs';

const python = join(process.env['ORACLE_VENV'] ?? join(root, '.oracle-venv'), 'bin/python');
const { values } = parseArgs({ options: { folder: { type: 'string' }, report: { type: 'string' } } });

if ((await runTarget('build')) !== 0) process.exit(1);
if (!existsSync(python) && (await run('sh', [join(root, 'tools/oracle/setup.sh')])) !== 0) process.exit(1);
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'lamella-onnx-'));
try {
  mkdirSync(folder, { recursive: true });
  const { writeExports } = await import('./onnx-exports.mjs');
  console.log(`${await writeExports(folder)} models exported, now checked in Python ...`);
  const report = values.report === undefined ? [] : ['--report', values.report];
  process.exitCode = await run(python, [join(root, 'tools/oracle/onnx_check.py'), folder, ...report]);
} finally {
  if (values.folder === undefined) rmSync(folder, { recursive: true });
}
