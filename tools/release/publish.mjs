// The last part of `npm run release`: publishes what the registry does not have yet, one package after another, those first that
// others need, and tags the versions. Where it is broken off it says what remains; run again, it publishes that.
// Arguments go to `npm publish`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, runQuietly } from '../packages/packages.mjs';
import { metadata } from './metadata.mjs';
import { stageNativePackages } from './native-packages.mjs';
import { stagePackages } from './stage.mjs';

/** @typedef {import('./stage.mjs').Staged} Staged */

const options = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'lamella-publish-'));
try {
  const addresses = metadata();
  process.exitCode = await publish([
    ...(await stageNativePackages(folder, addresses)),
    ...(await stagePackages(folder, addresses)),
  ]);
} catch (error) {
  console.error(/** @type {Error} */ (error).message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Publishes them in their order; the exit status.
 * @param {readonly Staged[]} staged
 */
async function publish(staged) {
  const registry = (await npm(['config', 'get', 'registry'], root)).trim();
  for (const [index, { name, version, folder }] of staged.entries()) {
    const progress = `${String(index + 1).padStart(2)}/${staged.length} ${name}@${version}`;
    try {
      if (await isPublished(registry, name, version)) console.log(`${progress} is there already`);
      else {
        await npm(['publish', ...options], folder);
        console.log(`${progress} published`);
      }
    } catch (error) {
      console.error(`${progress} FAILED\n${/** @type {Error} */ (error).message}`);
      const remaining = staged.slice(index).map((one) => `${one.name}@${one.version}`);
      console.error(`Remains to be published: ${remaining.join(', ')}.\nFix: run npm run release again.`);
      return 1;
    }
  }
  // Lines that the workflow, and whoever reads along, know new versions by.
  const { status, output } = await runQuietly('npx', ['changeset', 'tag'], root);
  console.log(output.trim());
  return status;
}

/**
 * Whether the registry has this version. Throws where it does not answer.
 * @param {string} registry
 * @param {string} name
 * @param {string} version
 */
async function isPublished(registry, name, version) {
  const answer = await fetch(new URL(name.replace('/', '%2f'), registry));
  if (answer.status === 404) return false;
  if (!answer.ok) throw new Error(`${registry} answers ${answer.status}.`);
  return version in /** @type {{ versions: object }} */ (await answer.json()).versions;
}

/**
 * @param {string[]} args
 * @param {string} cwd
 */
async function npm(args, cwd) {
  const { status, output } = await runQuietly('npm', args, cwd);
  if (status !== 0) throw new Error(output.trim());
  return output;
}
