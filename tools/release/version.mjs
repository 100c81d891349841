// `npm run version`: what changesets make of the versions, in changelogs too, and in all else that states a version.
// A package's first changelog says that it is the first: nobody has what was before it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPackages, root, runQuietly } from '../packages/packages.mjs';

const packages = publishedPackages().map((one) => ({ ...one, changelog: join(one.folder, 'CHANGELOG.md') }));
const first = packages.filter(({ changelog }) => !existsSync(changelog));

await run('npx', 'changeset', 'version');
const { version } = JSON.parse(readFileSync(join(root, 'packages/core/package.json'), 'utf8'));
for (const { name, changelog } of first)
  writeFileSync(changelog, `# ${name}\n\n## ${version}\n\nThe first release.\n`);

const stated = join(root, 'packages/backend-onnx/src/version.ts');
writeFileSync(stated, readFileSync(stated, 'utf8').replace(/'[^']+'(?=;)/, `'${version}'`));
await run('npm', 'install', '--package-lock-only', '--no-audit', '--no-fund');
console.log(`All packages are ${version}.`);

/**
 * @param {string} command
 * @param {...string} args
 */
async function run(command, ...args) {
  const { status, output } = await runQuietly(command, args, root);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}:\n${output}`);
}
