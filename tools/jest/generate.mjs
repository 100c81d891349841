// Before the first test: makes what sources import and git does not hold, where it is missing.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const pathOf = (/** @type {string} */ name) =>
  fileURLToPath(new URL(`../../packages/program/${name}`, import.meta.url));

export default function generate() {
  if (!existsSync(pathOf('generated/tfjs-gradients.js')))
    execFileSync(process.execPath, [pathOf('scripts/bundle-gradients.mjs')], { stdio: 'inherit' });
}
