// Plugins as they are written: each compiles and passes its own tests against the built packages.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';
import { createPlugin } from './create-plugin.js';
import { kinds } from './kinds.js';
import { pluginNames } from './plugin-names.js';
import { runCommandLine } from './run-command-line.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));
const ours = fileURLToPath(new URL('../out-tsc', import.meta.url));
mkdirSync(ours, { recursive: true });
/** Within the repository, where its packages are found. */
const inside = mkdtempSync(join(ours, 'plugins-'));
const outside = mkdtempSync(join(tmpdir(), 'lamella-plugins-'));
afterAll(() => {
  for (const folder of [inside, outside]) rmSync(folder, { recursive: true, force: true });
});

describe('a new plugin', () => {
  it.each(kinds)('of the kind %s compiles, and passes its own tests', async (kind) => {
    const folder = join(inside, kind);
    await createPlugin({ folder, name: `@acme/my-${kind}`, kind });
    await run(process.execPath, [join(root, 'tools/typescript/tsc.mjs'), '-p', '.'], { cwd: folder });
    const { stdout } = await run(process.execPath, ['--test', `dist/my-${kind}.spec.js`], { cwd: folder });
    expect(stdout).toMatch(/^# fail 0$/m);
    expect(Number(stdout.match(/^# pass (\d+)$/m)![1])).toBeGreaterThan(1);
  });

  it('has its own names everywhere', async () => {
    const { files } = await createPlugin({
      folder: join(outside, 'a/lamella-fourier-features'),
      kind: 'layer',
    });
    expect(files).toEqual([
      '.changeset/config.json',
      '.changeset/first-release.md',
      '.github/workflows/ci.yml',
      '.gitignore',
      'README.md',
      'package.json',
      'src/fourier-features.spec.ts',
      'src/fourier-features.ts',
      'src/index.ts',
      'tsconfig.json',
    ]);
    const text = (path: string) => readFileSync(join(outside, 'a/lamella-fourier-features', path), 'utf8');
    for (const path of files) expect(text(path)).not.toMatch(/template/i);
    expect(text('src/fourier-features.ts')).toContain(
      "className = 'lamella-fourier-features>FourierFeatures'",
    );
    const { name, peerDependencies } = JSON.parse(text('package.json'));
    expect(name).toBe('lamella-fourier-features');
    expect(Object.keys(peerDependencies)).toEqual([
      '@lamella/core',
      '@lamella/layers',
      '@tensorflow/tfjs-core',
    ]);
  });

  it('goes into an empty folder, and into no other', async () => {
    const [empty, full] = [join(outside, 'empty'), join(outside, 'full')];
    mkdirSync(empty);
    await createPlugin({ folder: empty, kind: 'function' });
    mkdirSync(full);
    writeFileSync(join(full, 'thesis.tex'), 'years of work');
    await expect(createPlugin({ folder: full, kind: 'layer' })).rejects.toThrow('[TARGET_NOT_EMPTY]');
    await expect(
      createPlugin({ folder: join(full, 'thesis.tex'), name: 'x', kind: 'layer' }),
    ).rejects.toThrow('[TARGET_NOT_EMPTY]');
    expect(readdirSync(full)).toEqual(['thesis.tex']);
    expect(readdirSync(outside).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it.each(['Fourier', '../x', '@acme/', '2d-waves', 'a b', '', 'x'.repeat(215), '@acme/x/y'])(
    'is not named %j',
    (name) => {
      expect(() => pluginNames(name)).toThrow('[PLUGIN_NAME_INVALID]');
    },
  );
});

describe('npm create lamella-plugin', () => {
  const said = async (...args: string[]) => {
    const texts: string[] = [];
    const status = await runCommandLine(
      args,
      (text) => texts.push(text),
      (text) => texts.push(text),
    );
    return { status, text: texts.join('') };
  };

  it('says what to do next', async () => {
    const { status, text } = await said(
      join(outside, 'waves'),
      '--kind',
      'function',
      '--name',
      '@acme/waves',
    );
    expect(status).toBe(0);
    expect(text).toMatch(/^@acme\/waves is in .*waves: 10 files\.[\s\S]*npm install[\s\S]*npm test/);
  });

  it('explains itself', async () => {
    for (const args of [[], ['--help']]) {
      const { status, text } = await said(...args);
      expect([status, text.split('\n')[0]]).toEqual([0, 'npm create lamella-plugin NAME [-- --kind KIND]']);
    }
  });

  it.each([
    { args: ['x', '--kind', 'loss'], says: /COMMAND_INVALID.*layer, function, optimizer, backend, format/ },
    { args: ['x', 'y'], says: /COMMAND_INVALID.*one name/ },
    { args: ['x', '--knd', 'layer'], says: /COMMAND_INVALID.*--knd/ },
    { args: ['Big'], says: /PLUGIN_NAME_INVALID/ },
  ])('refuses $args, and writes nothing', async ({ args, says }) => {
    const { status, text } = await said(...args);
    expect(status).toBe(1);
    expect(text).toMatch(says);
  });
});
