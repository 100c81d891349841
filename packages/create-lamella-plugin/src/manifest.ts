// The package.json of a plugin. What the application brings stands among the peers, and again among what its tests install.
import type { Kind } from './kinds.js';
import type { PluginNames } from './plugin-names.js';

/** The packages of ours that each kind's sources import, and those that its tests import as well. */
const imports: Readonly<
  Record<Kind, { readonly sources: readonly string[]; readonly tests: readonly string[] }>
> = {
  layer: { sources: ['core', 'layers'], tests: ['testing'] },
  function: { sources: ['core', 'lambda'], tests: ['testing'] },
  optimizer: { sources: ['core', 'training'], tests: ['testing'] },
  backend: { sources: ['core'], tests: ['testing'] },
  format: { sources: ['core', 'program'], tests: ['testing'] },
};

const tfjs = { '@tensorflow/tfjs-core': '^4.22.0' };

/** The text of package.json. `version` is that of Lamella's packages. */
export function manifest(kind: Kind, names: PluginNames, version: string): string {
  const ranges = (packages: readonly string[]): Record<string, string> =>
    Object.fromEntries([...packages].sort().map((name) => [`@lamella/${name}`, `^${version}`]));
  const { sources, tests } = imports[kind];
  const content = {
    name: names.package,
    version: '0.0.0',
    description: `${names.pascal}, a ${kind} for Lamella.`,
    keywords: ['lamella-plugin', `lamella-${kind}`],
    license: 'MIT',
    type: 'module',
    sideEffects: false,
    engines: { node: '>=20' },
    exports: {
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
      './package.json': './package.json',
    },
    files: ['dist', '!dist/**/*.spec.*', 'src', '!src/**/*.spec.ts'],
    scripts: {
      build: 'tsc -p .',
      test: `npm run build && node --test dist/${names.kebab}.spec.js`,
      changeset: 'changeset',
      version: 'changeset version',
      release: 'npm test && changeset publish',
    },
    ...(kind === 'backend' && { dependencies: { '@tensorflow/tfjs-backend-cpu': '^4.22.0' } }),
    peerDependencies: { ...ranges(sources), ...tfjs },
    devDependencies: {
      '@changesets/cli': '^2.29.0',
      ...ranges([...sources, ...tests]),
      ...tfjs,
      '@types/node': '^20.0.0',
      typescript: '>=5.6',
    },
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}
