// The Python that has Keras and what else Lamella is compared with; setup.sh says what that is, and README.md how to have another.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../run/commands.mjs';

const python = join(process.env['ORACLE_VENV'] ?? join(root, '.oracle-venv'), 'bin/python');

/** The interpreter's path. Makes its virtual environment first where there is none, which takes minutes. Throws where that fails. */
export function oraclePython() {
  if (!existsSync(python)) execFileSync('sh', [join(root, 'tools/oracle/setup.sh')], { stdio: 'inherit' });
  return python;
}
