// What is published: each package as npm packs it, in a folder of its own, with the addresses of metadata.json written into its
// manifest and README, its changelog, and none of this repository's scripts. The checkout stays as it is.
// Sources and the maps that lead to them stay here: they are two thirds of a package, and what is built is as readable. So do the
// comments in modules that are built: declarations have those that users read.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { transformSync } from 'esbuild';
import { nativePackages } from './native-packages.mjs';
import { pack, publishedPackages, root, runQuietly } from '../packages/packages.mjs';

/** @typedef {import('./metadata.mjs').Metadata} Metadata */
/** @typedef {{ readonly name: string, readonly version: string, readonly folder: string }} Staged */

/**
 * Stages all packages below `destination`: those that others need come first.
 * @param {string} destination
 * @param {Metadata} addresses
 * @returns {Promise<Staged[]>}
 */
export async function stagePackages(destination, addresses) {
  const packages = publishedPackages();
  mkdirSync(destination, { recursive: true });
  const tarballs = await pack(
    packages.map(({ name }) => name),
    destination,
  );
  /** @type {(Staged & { needs: string[] })[]} */
  const staged = [];
  for (const { name, folder: source } of packages) {
    const folder = join(destination, name);
    mkdirSync(folder, { recursive: true });
    const unpack = ['-xzf', tarballs.get(name) ?? '', '-C', folder, '--strip-components=1'];
    const { status, output } = await runQuietly('tar', unpack);
    if (status !== 0) throw new Error(`tar ${unpack.join(' ')}:\n${output}`);
    removeSources(folder);
    const path = relative(root, source).replaceAll('\\', '/');
    const manifest = publishedManifest(read(folder, 'package.json'), path, addresses);
    writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    const readme = join(folder, 'README.md');
    const text = withAbsoluteLinks(readFileSync(readme, 'utf8'), path, addresses).trimEnd();
    writeFileSync(readme, `${text}\n\nSecurity holes are reported in private: ${addresses.security}\n`);
    const changelog = join(source, 'CHANGELOG.md');
    if (existsSync(changelog)) cpSync(changelog, join(folder, 'CHANGELOG.md'));
    const needs = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
    staged.push({ name, version: manifest.version, folder, needs });
  }
  return inOrder(staged);
}

/** @param {string} folder the package's */
function removeSources(folder) {
  rmSync(join(folder, 'src'), { recursive: true });
  for (const entry of readdirSync(join(folder, 'dist'), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (path.endsWith('.map')) rmSync(path);
    else if (/\.(?:js|d\.ts)$/.test(path)) {
      const text = readFileSync(path, 'utf8').replace(/\n\/\/# sourceMappingURL=\S+\s*$/, '\n');
      const isBundle = path.startsWith(join(folder, 'dist/node'));
      writeFileSync(path, path.endsWith('.js') ? slim(text, isBundle) : text);
    }
  }
}

/**
 * A module as it is, without its comments but for those that bundlers obey and the first line of a program. A bundle for Node, whose
 * modules stand beside it to be read, goes without indentation too.
 * @param {string} text @param {boolean} isBundle
 */
function slim(text, isBundle) {
  return transformSync(text, { target: 'esnext', minifyWhitespace: isBundle, lineLimit: 120 }).code;
}

/** @param {...string} path */
const read = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'));

/**
 * The manifest of a package in `path`, as it is published.
 * @param {Record<string, any>} manifest
 * @param {string} path from the root of the repository
 * @param {Metadata} addresses
 * @returns {Record<string, any>}
 */
export function publishedManifest(manifest, path, { repository, homepage, bugs }) {
  const { scripts: _scripts, devDependencies: _development, nx: _nx, ...kept } = manifest;
  const isOnnx = 'onnxruntime-node' in (kept.optionalDependencies ?? {});
  return {
    ...kept,
    exports: withoutSources(kept.exports),
    ...Object.fromEntries(
      ['dependencies', 'peerDependencies']
        .filter((kind) => kind in kept)
        .map((kind) => [kind, withOursAt(kept.version, kept[kind])]),
    ),
    // The repository runs on onnxruntime-node, which holds the libraries of all platforms.
    ...(isOnnx && {
      optionalDependencies: Object.fromEntries(nativePackages.map(({ name, version }) => [name, version])),
    }),
    homepage,
    bugs: { url: bugs },
    repository: { type: 'git', url: `git+${repository}.git`, directory: path },
    files: [...kept.files.filter((/** @type {string} */ path) => !/^!?src/.test(path)), 'CHANGELOG.md'],
    publishConfig: { ...kept.publishConfig, provenance: true },
  };
}

/**
 * Dependencies, those of this repository in the version that they were built with, or a later one that fits it.
 * @param {string} version
 * @param {Record<string, string>} dependencies
 */
function withOursAt(version, dependencies) {
  return Object.fromEntries(
    Object.entries(dependencies).map(([name, range]) => [
      name,
      name.startsWith('@lamella/') ? `^${version}` : range,
    ]),
  );
}

/**
 * A package's exports without the condition by which this repository finds sources.
 * @param {Record<string, string | Record<string, string>>} exports
 */
function withoutSources(exports) {
  return Object.fromEntries(
    Object.entries(exports).map(([name, entry]) => {
      if (typeof entry === 'string') return [name, entry];
      const { 'lamella-source': _source, ...conditions } = entry;
      return [name, conditions];
    }),
  );
}

/**
 * A document of the package in `path`, whose relative links lead to the repository.
 * @param {string} text
 * @param {string} path
 * @param {Metadata} addresses
 */
export function withAbsoluteLinks(text, path, { repository }) {
  return text.replace(/\]\((?![a-z]+:|#)([^)\s]+)/g, (_, target) => {
    return `](${repository}/blob/main/${posix.normalize(posix.join(path, target))}`;
  });
}

/**
 * Those that need none of the others, those that need only them, and so on.
 * @param {(Staged & { needs: string[] })[]} staged
 * @returns {Staged[]}
 */
function inOrder(staged) {
  /** @type {Staged[]} */
  const ordered = [];
  let waiting = staged;
  while (waiting.length > 0) {
    const isWaiting = new Set(waiting.map(({ name }) => name));
    const next = waiting.filter(({ needs }) => !needs.some((name) => isWaiting.has(name)));
    if (next.length === 0) throw new Error(`${[...isWaiting].join(', ')} need one another.`);
    ordered.push(...next.map(({ name, version, folder }) => ({ name, version, folder })));
    waiting = waiting.filter((one) => !next.includes(one));
  }
  return ordered;
}
