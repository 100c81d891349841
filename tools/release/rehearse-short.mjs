// `npm run check:install`, the rehearsal of a release that `npm test` runs: what was built is staged as a release stages it, published
// to a registry on this machine that goes down meanwhile, and installed in empty projects, as a new user does.
// Without the packages that hold ONNX Runtime, whose downloads take minutes; rehearse.mjs has them and all else.
import { join } from 'node:path';
import { root } from '../run/commands.mjs';
import { metadata } from './metadata.mjs';
import { publishPackages } from './publish-packages.mjs';
import { expect, startRehearsal } from './rehearsal.mjs';
import { addresses } from './rehearse-publishing.mjs';
import { copiesOf } from './rehearse-installing.mjs';
import { stagePackages } from './stage.mjs';

const five = ['program', 'core', 'layers', 'training', 'backend-cpu'].map((name) => `@lamella/${name}`);

const rehearsal = await startRehearsal();
const { folder, registry, env, run, step, project } = rehearsal;
const needed = { needed: true };

try {
  await step('refuses addresses that are none', async () => {
    const refusal = await Promise.resolve({ repository: '' })
      .then(metadata)
      .then(
        () => '',
        (error) => error.message,
      );
    expect(refusal.includes('metadata.json'), `It did not refuse: ${refusal}`);
  });
  /** @type {import('./stage.mjs').Staged[]} */
  let staged = [];
  await step(
    'stages the packages',
    async () => {
      staged = await stagePackages(join(folder, 'staged'), addresses);
      return `${staged.length} of them`;
    },
    needed,
  );
  const settings = { options: ['--no-provenance', '--fetch-retries=0'], env, print: () => {} };
  await step('is broken off by the registry, and says what remains', async () => {
    await publishPackages(staged.slice(0, 2), settings);
    await registry.stop();
    const problem = await publishPackages(staged, settings).then(
      () => '',
      (error) => error.message,
    );
    await registry.start();
    expect(
      /\[PUBLISH_INCOMPLETE\] .*Remains to be published: .*Fix: /s.test(problem),
      `It does not say what remains:\n${problem}`,
    );
  });
  await step(
    'publishes what remained',
    async () => {
      await publishPackages(staged, settings);
      for (const { name, version } of staged)
        expect((await registry.versions(name)).includes(version), `${name}@${version} is not there.`);
    },
    needed,
  );
  await step('five packages, installed, bring no others, and train', async () => {
    const place = await project('five', [...five, '@tensorflow/tfjs-core'], { files: ['ten-lines.ts'] });
    const found = staged.map(({ name }) => name).filter((name) => copiesOf(name, place).length > 0);
    expect(String(found.sort()) === String([...five].sort()), `It installed ${found}`);
    // The repository's compiler spares the download of another.
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const options = ['--strict', '--target', 'es2022', '--module', 'nodenext', '--skipLibCheck'];
    await run(place, process.execPath, compiler, ...options, '--outDir', 'built', 'ten-lines.ts');
    return (await run(place, process.execPath, 'built/ten-lines.js')).trim();
  });
  await step('lamella, installed, trains, saves and loads, as ES modules and CommonJS', async () => {
    const files = ['train.mjs', 'require.cjs'];
    const place = await project('lamella', ['lamella'], { files });
    for (const file of files) await run(place, process.execPath, file);
  });
} catch (error) {
  console.log(/** @type {Error} */ (error).message);
} finally {
  await rehearsal.end(process.argv.includes('--keep'));
}
process.exitCode = rehearsal.failures() === 0 ? 0 : 1;
