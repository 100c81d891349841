// The last part of `npm run release`: stages all packages and publishes what the registry does not have yet, and tags the versions.
// Where it is broken off it says what remains; run again, it publishes that. Arguments go to `npm publish`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, runQuietly } from '../packages/packages.mjs';
import { metadata } from './metadata.mjs';
import { stageNativePackages } from './native-packages.mjs';
import { publishPackages } from './publish-packages.mjs';
import { stagePackages } from './stage.mjs';

const folder = mkdtempSync(join(tmpdir(), 'lamella-publish-'));
try {
  const addresses = metadata();
  const staged = [
    ...(await stageNativePackages(folder, addresses)),
    ...(await stagePackages(folder, addresses)),
  ];
  await publishPackages(staged, { options: process.argv.slice(2) });
  // Lines that the workflow, and whoever reads along, know new versions by.
  const { status, output } = await runQuietly('npx', ['changeset', 'tag'], root);
  console.log(output.trim());
  process.exitCode = status;
} catch (error) {
  console.error(/** @type {Error} */ (error).message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
