// What every package must have. A package that nobody tagged, or that lacks a licence, fails here by its name.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

/** A workspace that is not this one is what a generator wrote: package-generator.spec.ts. */
const root = process.env['LAMELLA_WORKSPACE'] ?? fileURLToPath(new URL('../../..', import.meta.url));
const { boundaries } = (await import(
  pathToFileURL(join(root, 'tools/eslint/boundaries.js')).href
)) as typeof import('@lamella/tools-eslint');
const text = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');
const json = (...path: string[]) => JSON.parse(text(...path));
const folders = readdirSync(join(root, 'packages')).filter((folder) =>
  existsSync(join(root, 'packages', folder, 'package.json')),
);
const withoutScope = ['lamella', 'create-lamella-plugin'];
const nameOf = (folder: string) => (withoutScope.includes(folder) ? folder : `@lamella/${folder}`);
const folderOf = new Map(folders.map((folder) => [nameOf(folder), folder]));
const isOurs = (name: string) => withoutScope.includes(name) || name.startsWith('@lamella/');

/**
 * How many modules a package may have without a bundle for Node. Bundles are no place for a package whose command shares
 * modules with its index: there would be two of each.
 */
const fewModules = 20;

/** The packages that a source file names, dynamic imports included, as the compiler sees them. */
function importsOf(code: string): string[] {
  return ts
    .preProcessFile(code, true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((specifier) => !specifier.startsWith('.'))
    .map((specifier) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    );
}

/** The modules of Node that the sources of a package import, when they need them. */
function nodeModulesOf(folder: string): Set<string> {
  const imports = sourcesOf(folder).map((path) =>
    text('packages', folder, 'src', path).matchAll(/import\(\s*'(node:[^']+)'/g),
  );
  return new Set(imports.flatMap((found) => [...found].map(([, name]) => name!)));
}

function sourcesOf(folder: string): string[] {
  return readdirSync(join(root, 'packages', folder, 'src'), { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'),
  );
}

const isBundled = (folder: string) => sourcesOf(folder).length > fewModules;

function importsOfFolder(folder: string): Set<string> {
  return new Set(
    sourcesOf(folder)
      .flatMap((path) => importsOf(text('packages', folder, 'src', path)))
      .filter((name) => !name.startsWith('node:') && name !== nameOf(folder)),
  );
}

describe.each(folders)('package %s', (folder) => {
  const manifest = json('packages', folder, 'package.json');
  const declared = {
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    ...manifest.peerDependencies,
  };
  const internal = Object.keys(declared).filter(isOurs);

  it('is named for its folder', () => {
    expect(manifest.name).toBe(nameOf(folder));
  });

  it('carries exactly one tag, which the boundaries know', () => {
    expect(manifest.nx.tags).toEqual([`scope:${folder}`]);
    expect(Object.keys(boundaries)).toContain(folder);
  });

  it('declares all it imports, and no package of ours that it may not import', () => {
    const allowed = boundaries[folder]!;
    const known = { ...declared, ...manifest.imports };
    expect([...importsOfFolder(folder)].filter((name) => !(name in known))).toEqual([]);
    expect(internal.filter((name) => !allowed.internal.includes(folderOf.get(name)!))).toEqual([]);
  });

  it("tells bundlers for browsers which of Node's modules they do without", () => {
    if (folder === 'create-lamella-plugin') return;
    const replaced = Object.entries(manifest.browser ?? {}).filter(([, by]) => by === false);
    expect(replaced.map(([name]) => name)).toEqual([...nodeModulesOf(folder)].sort());
  });

  it('declares nothing that it does not import', () => {
    const imported = importsOfFolder(folder);
    const needed = { ...manifest.dependencies, ...manifest.peerDependencies };
    expect(Object.keys(needed).filter((name) => isOurs(name) && !imported.has(name))).toEqual([]);
    expect(Object.keys(manifest.dependencies ?? {}).filter((name) => !imported.has(name))).toEqual([]);
  });

  it('shares tfjs-core with the application', () => {
    expect(manifest.dependencies ?? {}).not.toHaveProperty(['@tensorflow/tfjs-core']);
    if (importsOfFolder(folder).has('@tensorflow/tfjs-core'))
      expect(manifest.peerDependencies).toHaveProperty(['@tensorflow/tfjs-core'], '^4.22.0');
  });

  it('is published as ES modules without side effects, with types and sources', () => {
    expect(manifest).toMatchObject({
      type: 'module',
      sideEffects: false,
      license: 'MIT',
      engines: { node: '>=20' },
      publishConfig: { access: 'public' },
      exports: {
        '.': { 'lamella-source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
        './package.json': './package.json',
      },
    });
    const bundled = isBundled(folder) ? ['node'] : [];
    expect(Object.keys(manifest.exports['.'])).toEqual(['lamella-source', 'types', ...bundled, 'default']);
    expect(manifest.files).toEqual(
      expect.arrayContaining(['dist', '!dist/**/*.tsbuildinfo', 'src', '!src/**/*.spec.ts']),
    );
    expect(manifest.description).toMatch(/^[A-Z].*\.$/);
  });

  it('is published by the release alone', () => {
    expect(manifest.scripts.prepublishOnly).toBe('node ../../tools/release/refuse.mjs');
  });

  it('is one file for Node where it has many modules', () => {
    const { node } = manifest.exports['.'];
    expect(node).toBe(isBundled(folder) ? './dist/node/index.js' : undefined);
    expect(manifest.scripts.build.includes('bundle-for-node.mjs')).toBe(isBundled(folder));
    if (isBundled(folder)) expect(manifest.bin).toBeUndefined();
  });

  it('has the licence and a README that opens with its name', () => {
    expect(text('packages', folder, 'LICENSE')).toBe(text('LICENSE'));
    expect(text('packages', folder, 'README.md').split('\n')[0]).toBe(`# ${nameOf(folder)}`);
  });

  it('references the TypeScript projects of the packages it depends on', () => {
    expect(json('tsconfig.json').references).toContainEqual({ path: `packages/${folder}` });
    expect(json('packages', folder, 'tsconfig.lib.json').references).toEqual(
      internal
        .map((name) => folderOf.get(name))
        .sort()
        .map((name) => ({ path: `../${name}/tsconfig.lib.json` })),
    );
  });

  it('has its own jest configuration', () => {
    expect(text('packages', folder, 'jest.config.js')).toContain(`displayName: '${folder}'`);
  });
});

describe('the packages together', () => {
  it('have one version, and depend on one another by it', () => {
    const manifests = folders.map((folder) => json('packages', folder, 'package.json'));
    const { version } = manifests[0];
    for (const { name, version: own, dependencies = {}, peerDependencies = {} } of manifests) {
      expect([name, own]).toEqual([name, version]);
      const all = { ...dependencies, ...peerDependencies };
      for (const dependency of Object.keys(all).filter(isOurs))
        expect([name, dependency, all[dependency]]).toEqual([name, dependency, `^${version}`]);
    }
  });

  it('share core and program with the application, so that npm refuses two versions of them', () => {
    for (const folder of folders) {
      const { name, dependencies = {} } = json('packages', folder, 'package.json');
      const own = ['@lamella/core', '@lamella/program'].filter((shared) => shared in dependencies);
      expect([name, own]).toEqual([name, []]);
    }
  });

  it('install from a lockfile that names no registry', () => {
    expect(text('package-lock.json')).not.toMatch(/"resolved": "https?:/);
  });
});
