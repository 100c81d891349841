// The Python that has Keras and what else Lamella is compared with; setup.sh says what that is, and README.md how to have another.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../run/commands.mjs';

const tensorflow = process.env['ORACLE_TENSORFLOW_VENV'] ?? join(root, '.oracle-tensorflow-venv');
const python = join(process.env['ORACLE_VENV'] ?? join(root, '.oracle-venv'), 'bin/python');

/** The interpreter's path. Makes its virtual environment first where there is none, which takes minutes. Throws where that fails. */
export function oraclePython() {
  if (!existsSync(python)) execFileSync('sh', [join(root, 'tools/oracle/setup.sh')], { stdio: 'inherit' });
  return python;
}

/** That of Keras on TensorFlow, for what computes strings there. Makes it where there is none. Throws where that fails. */
export function tensorflowPython() {
  const interpreter = join(tensorflow, 'bin/python');
  if (!existsSync(interpreter)) {
    execFileSync('python3', ['-m', 'venv', tensorflow], { stdio: 'inherit' });
    const requirements = join(root, 'tools/oracle/requirements-tensorflow.txt');
    execFileSync(interpreter, ['-m', 'pip', 'install', '--quiet', '-r', requirements], { stdio: 'inherit' });
  }
  return interpreter;
}
