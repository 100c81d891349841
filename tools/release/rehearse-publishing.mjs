// The part of a rehearsal that is the release: `npm run version` and `npm run release`, in a copy of the working tree.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { publishedPackages, runQuietly } from '../packages/packages.mjs';
import { root } from '../run/commands.mjs';
import { nativePackages } from './native-packages.mjs';
import { expect, readJson } from './rehearsal.mjs';

/** @typedef {import('./rehearsal.mjs').Rehearsal} Rehearsal */

/** What a released version says while it is rehearsed. */
export const addresses = {
  repository: 'https://example.com/lamella/lamella',
  homepage: 'https://example.com/lamella',
  bugs: 'https://example.com/lamella/lamella/issues',
  security: 'https://example.com/lamella/lamella/security/advisories/new',
};
const names = publishedPackages().map(({ name }) => name);
const total = names.length + nativePackages.length;

/** @param {Rehearsal} rehearsal */
export function repositoryCopy({ folder, registry, run }) {
  const copy = join(folder, 'repository');
  const version = () => readJson(copy, 'packages/core/package.json').version;
  // Provenance comes from the machines of a forge alone; a registry that is down here stays down.
  const options = ['--no-provenance', '--fetch-retries=0'];

  return {
    version,

    /** The working tree as it is, what is not committed included, as a repository of its own. */
    async make() {
      const { output } = await runQuietly('git', ['ls-files', '-co', '--exclude-standard', '-z'], root);
      for (const path of output.split('\0').filter((path) => path !== '' && existsSync(join(root, path)))) {
        mkdirSync(dirname(join(copy, path)), { recursive: true });
        cpSync(join(root, path), join(copy, path));
      }
      // The packages that it names as its own are found by relative links.
      for (const modules of ['node_modules', 'tools/typescript/node_modules'].filter((path) =>
        existsSync(join(root, path)),
      ))
        await run(copy, 'cp', '-al', join(root, modules), join(copy, modules)).catch(() =>
          run(copy, 'cp', '-a', join(root, modules), join(copy, modules)),
        );
      // npm writes that file where it is, so that the checkout's would change with it.
      const record = join(copy, 'node_modules/.package-lock.json');
      const text = readFileSync(record);
      rmSync(record);
      writeFileSync(record, text);
      await run(copy, 'git', 'init', '-q', '-b', 'main');
      await run(copy, 'git', 'config', 'user.email', 'rehearsal@example.com');
      await run(copy, 'git', 'config', 'user.name', 'rehearsal');
      await run(copy, 'git', 'add', '-A');
      await run(copy, 'git', 'commit', '-qm', 'All');
    },

    /** Nothing is published without addresses. */
    async refusesWithoutAddresses() {
      const { status, output } = await runQuietly('npm', ['run', 'release'], copy);
      expect(status !== 0 && output.includes('metadata.json'), `It did not refuse:\n${output}`);
      writeFileSync(join(copy, 'tools/release/metadata.json'), JSON.stringify(addresses));
    },

    /** What a changeset for all packages makes of the versions; without one, what those there make of them. @param {string} [bump] */
    async newVersion(bump) {
      if (bump !== undefined)
        writeFileSync(
          join(copy, `.changeset/rehearsed-${bump}.md`),
          `---\n${names.map((name) => `'${name}': ${bump}\n`).join('')}---\n\nA ${bump}.\n`,
        );
      await run(copy, 'npm', 'run', 'version');
      await run(copy, 'git', 'add', '-A');
      await run(copy, 'git', 'commit', '-qm', `Version ${version()}`);
      return version();
    },

    /** `npm run release`, while the registry goes down as soon as it has half of the packages. */
    async releaseBrokenOff() {
      const releasing = run(copy, 'npm', 'run', 'release', '--', ...options).then(
        () => '',
        (error) => error.message,
      );
      let isOver = false;
      void releasing.then(() => (isOver = true));
      while (!isOver && (await published(version())) < total / 2)
        await new Promise((resolve) => setTimeout(resolve, 200));
      await registry.stop();
      const problem = await releasing;
      await registry.start();
      const [, remains] = problem.match(/\[PUBLISH_INCOMPLETE\] [^]*(Remains to be published: .*)/) ?? [];
      expect(remains !== undefined, `It broke off and does not say what remains:\n${problem}`);
      const listed = String(remains).split(', ').length;
      const there = await published(version());
      expect(there + listed === total, `${there} are published, and ${listed} are said to remain.`);
      return `${there} of ${total} published, ${listed} said to remain`;
    },

    /** What is missing is published; what was built is as it was. */
    async publish() {
      const output = await run(copy, 'node', 'tools/release/publish.mjs', ...options);
      const there = await published(version());
      expect(there === total, `${there} of ${total} are published:\n${output}`);
      const tags = output.match(/New tag:/g)?.length ?? 0;
      return `${there} of ${total}, ${tags} tags`;
    },

    /** A released version has what npm and readers need: addresses, a changelog, links that lead somewhere. */
    async looksReleased() {
      for (const name of names) {
        const folder = join(copy, '..', 'projects/together/node_modules', name);
        const { repository, homepage, bugs, publishConfig, scripts } = readJson(folder, 'package.json');
        expect(
          repository?.url === `git+${addresses.repository}.git`,
          `${name}: repository ${repository?.url}`,
        );
        expect(
          homepage === addresses.homepage && bugs?.url === addresses.bugs,
          `${name}: ${homepage}, ${bugs}`,
        );
        expect(publishConfig?.provenance === true && scripts === undefined, `${name}: provenance, scripts`);
        expect(existsSync(join(folder, 'CHANGELOG.md')), `${name} has no changelog.`);
        expect(!existsSync(join(folder, 'src')), `${name} brings its sources.`);
        const { output } = await runQuietly('grep', ['-nE', '\\]\\(\\.', join(folder, 'README.md')]);
        expect(output === '', `${name}: links that lead nowhere from npm:\n${output}`);
        const readme = readFileSync(join(folder, 'README.md'), 'utf8');
        expect(readme.endsWith(`in private: ${addresses.security}\n`), `${name}: where holes are reported`);
      }
      return `${names.length} packages`;
    },
  };

  /** How many packages are published in a version, those that have ONNX Runtime's among them. @param {string} version */
  async function published(version) {
    const wanted = [...nativePackages, ...names.map((name) => ({ name, version }))];
    const found = await Promise.all(
      wanted.map(async (one) => (await registry.versions(one.name).catch(() => [''])).includes(one.version)),
    );
    return found.filter(Boolean).length;
  }
}
