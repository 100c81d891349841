// `npm run release:rehearse`: a release as it will be, against a registry on this machine, and then what others do with it: install
// it in every way, write and publish a plugin, and go on with that plugin when new versions come out.
// Prints each step with its time; steps that begin with a number are what third parties once met. `--keep` leaves the folder.
import { join } from 'node:path';
import { bundling } from './rehearse-bundling.mjs';
import { copiesOf, installing } from './rehearse-installing.mjs';
import { repositoryCopy } from './rehearse-publishing.mjs';
import { expect, startRehearsal } from './rehearsal.mjs';

const rehearsal = await startRehearsal();
const { folder, registry, run, step, project } = rehearsal;
const needed = { needed: true };

try {
  const repository = repositoryCopy(rehearsal);
  await step('a copy of the working tree', repository.make, needed);
  await step('11. refuses to release without addresses', repository.refusesWithoutAddresses, needed);
  await step('npm run version', () => repository.newVersion(), needed);
  await step('2. npm run release, broken off half-way by the registry', repository.releaseBrokenOff, needed);
  await step('publishes what remained', repository.publish, needed);

  const installs = installing(rehearsal);
  await step('10. npm install lamella, under 90 MB', installs.lamellaAlone);
  await step('10. npm install lamella again, its time', installs.timeOfInstall);
  await step('a picture of pixels, without and with a rasteriser', installs.picture);
  await step('packages one by one', installs.oneByOne);
  await step('packages together', installs.together);
  await step('11. addresses, changelogs, provenance and links', repository.looksReleased);
  await step('strict TypeScript', installs.typed);
  await step('pnpm', installs.withPnpm);

  const page = bundling(rehearsal);
  await step('9. bundled by esbuild for browsers', page.esbuild);
  await step('9. bundled by Vite', page.vite);
  for (const bundle of ['by-esbuild', 'by-vite'])
    await step(`9. ${bundle}, in Chromium`, () => page.inChromium(bundle));

  const plugin = join(folder, 'my-layer');
  const name = '@acme/my-layer';
  await step(
    '12. npm create lamella-plugin',
    async () =>
      void (await run(folder, 'npm', 'create', 'lamella-plugin@latest', name, '--', '--kind', 'layer')),
    needed,
  );
  await step(
    '12. npm install, in the plugin',
    async () => void (await run(plugin, 'npm', 'install')),
    needed,
  );
  await step(
    '12. npm test, in the plugin',
    async () => (await run(plugin, 'npm', 'test')).match(/# pass \d+/)?.[0],
  );
  await step(
    '12. npm run version and npm publish, of the plugin',
    async () => {
      await run(plugin, 'npm', 'run', 'version');
      await run(plugin, 'npm', 'publish', '--access', 'public');
      return (await registry.versions(name)).join();
    },
    needed,
  );

  const files = ['train.mjs', 'points.mjs'];
  const application = await project('application', ['lamella', name], { files });
  const trains = async () => (await run(application, process.execPath, 'train.mjs', name)).trim();
  await step('an application with the plugin', trains, needed);
  for (const line of (await run(application, process.execPath, 'points.mjs'))
    .split('\n')
    .filter((line) => line.startsWith('{'))) {
    const { what, ok, note } = JSON.parse(line);
    await step(what, async () => {
      expect(ok, note);
      return note;
    });
  }
  await step('6. lamella inspect --plugin', async () => {
    const shown = await run(application, 'npx', 'lamella', 'inspect', 'net.keras', '--plugin', name);
    return /MyLayer.*/.exec(shown)?.[0];
  });

  for (const bump of ['patch', 'minor'])
    await step(`1. a ${bump}, with the plugin of before`, async () => {
      const version = await repository.newVersion(bump);
      await repository.publish();
      await run(application, 'npm', 'install', 'lamella@latest');
      const copies = copiesOf('@lamella/core', application);
      expect(String(copies) === version, `core stands there as ${copies}`);
      return `${version}, ${await trains()}`;
    });
  await step('1. a major, with the plugin of before', async () => {
    const version = await repository.newVersion('major');
    await repository.publish();
    const newest = ['lamella@latest', '@lamella/core@latest'];
    for (const [wanted, named] of /** @type {const} */ ([
      [['lamella@latest'], '@lamella/core'],
      [newest, name],
    ])) {
      const refusal = await run(application, 'npm', 'install', ...wanted).then(
        () => '',
        (error) => error.message,
      );
      expect(refusal.includes('ERESOLVE') && refusal.includes(named), `npm did not refuse:\n${refusal}`);
    }
    await run(application, 'npm', 'install', ...newest, '--force');
    const copies = copiesOf('@lamella/core', application);
    expect(String(copies) === version, `core stands there as ${copies}`);
    return `${version}: npm refuses, naming ${name}; told to go on, ${await trains()}`;
  });
} catch (error) {
  console.log(/** @type {Error} */ (error).message);
} finally {
  await rehearsal.end(process.argv.includes('--keep'));
}
process.exitCode = rehearsal.failures() === 0 ? 0 : 1;
