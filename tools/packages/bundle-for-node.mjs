// The end of the build of a package with many modules: dist/node/index.js, all of them in one file, which is what the condition
// "node" of its package.json names. Node takes half a millisecond to find, read and link a module, and an application loads some
// four hundred. Bundlers of applications take the modules themselves, and leave out what a page does not use.
// Run in the folder of the package, after tsc.
import { rm } from 'node:fs/promises';
import { build } from 'esbuild';

const folder = 'dist/node';
await rm(folder, { recursive: true, force: true });
await build({
  entryPoints: ['dist/index.js'],
  outdir: folder,
  bundle: true,
  // What is imported later is in files of its own.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Of other packages nothing: they are the same ones that everybody else uses.
  packages: 'external',
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
});
