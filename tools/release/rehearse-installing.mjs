// The part of a rehearsal that is other people's: what they install into empty projects, and whether it works there.
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { publishedPackages } from '../packages/packages.mjs';
import { root } from '../run/commands.mjs';
import { nodeOf } from '../versions/node-of.mjs';
import { expect, readJson } from './rehearsal.mjs';

/** @typedef {import('./rehearsal.mjs').Rehearsal} Rehearsal */

/** Further versions of Node than this one. */
const majors = ['22', '24'];
/** The last one that runs on all of them. */
const pnpm = 'pnpm@10';

/** What `npm install lamella` may bring. Units: bytes. */
const sizeLimit = 90e6;
/** How long it may take, of three times with a warm cache the one between: 2 seconds on two idle cores, 8 on busy ones. Units: seconds. */
const timeLimit = 30;

/** @param {Rehearsal} rehearsal */
export function installing({ folder, run, project, emptyProject }) {
  const names = publishedPackages().map(({ name }) => name);
  const libraries = names.filter((name) => name !== 'create-lamella-plugin');

  /** Each Node that is there, by its name. */
  const everyNode = async () => [
    { name: process.version, binary: process.execPath },
    ...(await Promise.all(majors.map(async (name) => ({ name, binary: await nodeOf(name) })))),
  ];

  return {
    /** `npm install lamella`: how much it brings, and without the network. */
    async lamellaAlone() {
      const place = await project('lamella', ['lamella'], { files: ['train.mjs'] });
      const said = await run(place, process.execPath, 'train.mjs');
      const offline = emptyProject('offline', ['train.mjs']);
      await run(offline, 'npm', 'install', '--offline', 'lamella');
      const modules = join(place, 'node_modules');
      const parts = sizesOf(modules).slice(0, 5);
      const shown = parts.map(({ name, size }) => `${name} ${mega(size)}`).join(', ');
      const size = sizeOf(modules);
      expect(size < sizeLimit, `It brings ${mega(size)} MB: ${shown}`);
      return `${mega(size)} MB (${shown}); again without the network; ${said.trim()}`;
    },

    /** How long that takes where npm has seen the packages before. */
    async timeOfInstall() {
      /** @type {number[]} */
      const seconds = [];
      for (const attempt of [1, 2, 3]) {
        const place = emptyProject(`timed-${attempt}`);
        const start = performance.now();
        await run(place, 'npm', 'install', 'lamella');
        seconds.push((performance.now() - start) / 1000);
      }
      const median = [...seconds].sort((a, b) => a - b)[1];
      const shown = seconds.map((one) => one.toFixed(1)).join(', ');
      expect(median < timeLimit, `It takes ${shown} s.`);
      return `${median.toFixed(1)} s (${shown})`;
    },

    /** Each package by itself can be imported. */
    async oneByOne() {
      for (const name of names) {
        const place = await project(`alone-${name}`, [name]);
        await run(
          place,
          process.execPath,
          '-e',
          `import('${name}').catch((e) => { console.error(e); process.exit(1) })`,
        );
        expect(copiesOf('@lamella/core', place).length <= 1, `${name} brings two copies of core.`);
      }
      return `${names.length} packages`;
    },

    /** All packages in one project: one copy of each; ES modules and CommonJS, with each Node. */
    async together() {
      const place = await project('together', names, { files: ['train.mjs', 'require.cjs', 'typed.ts'] });
      for (const name of names)
        expect(copiesOf(name, place).length === 1, `${name} stands there as ${copiesOf(name, place)}`);
      const nodes = await everyNode();
      for (const { binary } of nodes)
        for (const file of ['train.mjs', 'require.cjs']) await run(place, binary, file);
      return `ES modules and CommonJS with Node ${nodes.map(({ name }) => name).join(', ')}`;
    },

    /** plotModel() into a .png: refused, with a code and without a file, until the rasteriser is installed. */
    async picture() {
      const place = await project('picture', ['lamella', '@lamella/vis'], { files: ['plot.mjs'] });
      const refusal = (await run(place, process.execPath, 'plot.mjs')).trim();
      expect(refusal === 'RASTERIZER_UNAVAILABLE false', `Without a rasteriser: ${refusal}`);
      await run(place, 'npm', 'install', '@resvg/resvg-js');
      const drawn = (await run(place, process.execPath, 'plot.mjs')).trim();
      expect(drawn.endsWith('pixels'), `With a rasteriser: ${drawn}`);
      return drawn;
    },

    /** Strict TypeScript finds the types in both ways of resolving. */
    async typed() {
      const place = join(folder, 'projects/together');
      const compiler = join(root, 'node_modules/typescript/bin/tsc');
      const options = ['--strict', '--target', 'es2022', '--skipLibCheck', '--noEmit'];
      for (const [module, resolution] of [
        ['node16', 'node16'],
        ['esnext', 'bundler'],
      ])
        await run(
          place,
          process.execPath,
          compiler,
          ...options,
          '--module',
          module,
          '--moduleResolution',
          resolution,
          'typed.ts',
        );
      return 'node16 and bundler';
    },

    /** pnpm, whose packages see what they declare and nothing else. */
    async withPnpm() {
      const place = emptyProject('pnpm', ['train.mjs']);
      await run(place, 'npx', pnpm, 'add', 'lamella', '@tensorflow/tfjs-core', ...libraries);
      return `${pnpm}: ${(await run(place, process.execPath, 'train.mjs')).trim()}`;
    },
  };
}

const mega = (/** @type {number} */ bytes) => (bytes / 1e6).toFixed(1);

/** The bytes of all files below a folder. @param {string} folder @returns {number} */
export function sizeOf(folder) {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    return sum + (entry.isDirectory() ? sizeOf(path) : lstatSync(path).size);
  }, 0);
}

/** The packages directly below a folder of packages, the largest first. @param {string} modules */
function sizesOf(modules) {
  return packagesIn(modules)
    .map((path) => ({ name: relative(modules, path), size: sizeOf(path) }))
    .sort((a, b) => b.size - a.size);
}

/** @param {string} modules @returns {string[]} */
function packagesIn(modules) {
  if (!existsSync(modules)) return [];
  return readdirSync(modules)
    .filter((entry) => !entry.startsWith('.'))
    .flatMap((entry) =>
      entry.startsWith('@')
        ? readdirSync(join(modules, entry)).map((name) => join(modules, entry, name))
        : [join(modules, entry)],
    );
}

/** The versions of a package that stand anywhere in a project. @param {string} name @param {string} place */
export function copiesOf(name, place) {
  /** @type {string[]} */
  const versions = [];
  const waiting = [join(place, 'node_modules')];
  for (let modules = waiting.pop(); modules !== undefined; modules = waiting.pop())
    for (const path of packagesIn(modules)) {
      if (path === join(modules, name)) versions.push(readJson(path, 'package.json').version);
      waiting.push(join(path, 'node_modules'));
    }
  return versions;
}
