// Before the first test: makes what sources import and git does not hold, where it is missing or older than what makes it.
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const pathOf = (/** @type {string} */ name) =>
  fileURLToPath(new URL(`../../packages/program/${name}`, import.meta.url));

const writtenAt = (/** @type {string} */ path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

export default function generate() {
  const script = pathOf('scripts/bundle-gradients.mjs');
  if (writtenAt(pathOf('generated/tfjs-gradients.js')) < writtenAt(script))
    execFileSync(process.execPath, [script], { stdio: 'inherit' });
}
