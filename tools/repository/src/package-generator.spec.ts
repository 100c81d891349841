// A package as the generator writes it, in a workspace that is a shadow of this one: it passes what all packages have to.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Tree } from '@nx/devkit';
import { packageGenerator } from '../../generators/package-generator.mjs';
import { FsTree } from 'nx/src/generators/tree.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));
const ours = fileURLToPath(new URL('../out-tsc', import.meta.url));
mkdirSync(ours, { recursive: true });
/** Within the repository, where modules are found. */
const shadow = mkdtempSync(join(ours, 'workspace-'));
afterAll(() => rmSync(shadow, { recursive: true, force: true }));

const generate = async (name: string, description?: string): Promise<Tree> => {
  const tree: Tree = new FsTree(root, false);
  await packageGenerator(tree, { name, ...(description !== undefined && { description }) });
  return tree;
};

/** What is in a folder of this repository, as links. */
function link(folder: string): void {
  for (const name of readdirSync(join(root, folder)))
    if (name !== 'node_modules') symlinkSync(join(root, folder, name), join(shadow, folder, name));
}

describe('the generator of packages', () => {
  it('writes a package that passes the checks, compiles, and passes its own tests', async () => {
    const changes = (await generate('fourier-lab', 'Fourier features of everything.')).listChanges();
    expect(changes.map(({ type, path }) => `${type} ${path}`).sort()).toEqual([
      'CREATE .changeset/fourier-lab.md',
      'CREATE packages/fourier-lab/LICENSE',
      'CREATE packages/fourier-lab/README.md',
      'CREATE packages/fourier-lab/jest.config.js',
      'CREATE packages/fourier-lab/package.json',
      'CREATE packages/fourier-lab/src/fourier-lab.spec.ts',
      'CREATE packages/fourier-lab/src/fourier-lab.ts',
      'CREATE packages/fourier-lab/src/index.ts',
      'CREATE packages/fourier-lab/tsconfig.json',
      'CREATE packages/fourier-lab/tsconfig.lib.json',
      'CREATE packages/fourier-lab/tsconfig.spec.json',
      'UPDATE tools/eslint/boundaries.js',
      'UPDATE tsconfig.json',
    ]);
    for (const { path, content } of changes) {
      mkdirSync(dirname(join(shadow, path)), { recursive: true });
      writeFileSync(join(shadow, path), content!);
    }
    for (const file of ['LICENSE', 'tsconfig.base.json', 'package-lock.json', 'jest.preset.js'])
      symlinkSync(join(root, file), join(shadow, file));
    link('packages');
    const folder = join(shadow, 'packages/fourier-lab');
    await run(process.execPath, [join(root, 'tools/typescript/tsc.mjs'), '-b'], { cwd: folder });
    const jest = [
      '--experimental-vm-modules',
      join(root, 'node_modules/jest/bin/jest.js'),
      '--projects',
      folder,
      'tools/repository',
    ];
    const { stderr } = await run(
      process.execPath,
      [...jest, '--testPathPatterns', '(packages|fourier-lab)\\.spec'],
      {
        cwd: root,
        env: { ...process.env, LAMELLA_WORKSPACE: shadow },
      },
    );
    expect(stderr).toMatch(/Test Suites: 2 passed, 2 total/);
  });

  it.each([
    { name: 'core', says: /packages\/core is there already, with .*src/ },
    { name: 'Fourier', says: /expected lower-case words joined by hyphens/ },
    { name: '@lamella/fourier', says: /name it like its folder/ },
    { name: '../fourier', says: /expected lower-case words/ },
    { name: 'fourier', description: 'no sentence', says: /expected a description that is a sentence/ },
  ])('refuses $name, and changes nothing', async ({ name, description, says }) => {
    const tree: Tree = new FsTree(root, false);
    await expect(
      packageGenerator(tree, { name, ...(description !== undefined && { description }) }),
    ).rejects.toThrow(says);
    expect(tree.listChanges()).toEqual([]);
  });
});
