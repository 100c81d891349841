// The generator `package`: a package of this repository that passes its checks at once. Manifest and settings are those of a
// package that is there, so that they follow it; sources, README and changeset are in templates/.
import { fileURLToPath } from 'node:url';
import { formatFiles, generateFiles, installPackagesTask, readJson, updateJson, writeJson } from '@nx/devkit';

/** @import { Tree } from '@nx/devkit' */
/** @typedef {{ path: string }} Reference */

/** A small package with what all have. */
const model = 'packages/backend-cpu';
const templates = fileURLToPath(new URL('templates', import.meta.url));

/**
 * Writes a package whose one import is core. Throws where the name is none, or is taken; then nothing is written.
 * @param {Tree} tree
 * @param {{ name: string, description?: string }} options
 */
export async function packageGenerator(tree, { name, description = `A plugin, ${name}.` }) {
  const folder = `packages/${name}`;
  check(tree, name, description);
  const manifest = readJson(tree, `${model}/package.json`);
  const { dependencies: _, peerDependencies, publishConfig, nx: __, ...shared } = manifest;
  writeJson(tree, `${folder}/package.json`, {
    ...shared,
    name: `@lamella/${name}`,
    description,
    keywords: ['keras', 'tensorflow', 'deep-learning'],
    peerDependencies: { '@lamella/core': peerDependencies['@lamella/core'] },
    publishConfig,
    nx: { tags: [`scope:${name}`] },
  });
  const core = { path: '../core/tsconfig.lib.json' };
  copyJson(tree, folder, 'tsconfig.json', {});
  copyJson(tree, folder, 'tsconfig.lib.json', { references: [core] });
  copyJson(tree, folder, 'tsconfig.spec.json', { references: [{ path: './tsconfig.lib.json' }, core] });
  tree.write(`${folder}/LICENSE`, text(tree, 'LICENSE'));
  tree.write(
    `${folder}/jest.config.js`,
    text(tree, `${model}/jest.config.js`).replace("'backend-cpu'", `'${name}'`),
  );
  generateFiles(tree, templates, '.', { name, description, camel: camelCase(name) });
  updateJson(tree, 'tsconfig.json', (config) => ({
    ...config,
    references: withReference(config.references, folder),
  }));
  addBoundary(tree, name);
  await formatFiles(tree);
  return () => installPackagesTask(tree, true);
}

/**
 * @param {Tree} tree
 * @param {string} name
 * @param {string} description
 */
function check(tree, name, description) {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    throw new Error(
      `Package "${name}": expected lower-case words joined by hyphens.\nFix: name it like its folder, e.g. backend-webgpu; @lamella/ is put before it.`,
    );
  const taken = tree.children(`packages/${name}`);
  if (taken.length > 0 || tree.isFile(`packages/${name}`))
    throw new Error(
      `Package "${name}": packages/${name} is there already, with ${taken.join(', ') || 'a file of that name'}.\nFix: choose another name, or move what is there away; nothing was written.`,
    );
  if (new RegExp(`^  '?${name}'?: `, 'm').test(text(tree, 'tools/eslint/boundaries.js')))
    throw new Error(
      `Package "${name}": tools/eslint/boundaries.js has a row for it.\nFix: choose another name, or remove the row; nothing was written.`,
    );
  if (!/^[A-Z].*\.$/.test(description))
    throw new Error(
      `Package "${name}": expected a description that is a sentence, with a capital and a full stop, got "${description}".`,
    );
}

/**
 * @param {Tree} tree
 * @param {string} folder
 * @param {string} file
 * @param {object} changes
 */
function copyJson(tree, folder, file, changes) {
  writeJson(tree, `${folder}/${file}`, { ...readJson(tree, `${model}/${file}`), ...changes });
}

/**
 * The references with one more, packages in the order of their names.
 * @param {Reference[]} references
 * @param {string} path
 */
function withReference(references, path) {
  const packages = references.filter((one) => one.path.startsWith('packages/'));
  const others = references.filter((one) => !packages.includes(one));
  return [...[...packages, { path }].sort((a, b) => (a.path < b.path ? -1 : 1)), ...others];
}

/**
 * Adds a row for it to who may import whom. What it may import beside core, and who may import it, its author adds.
 * @param {Tree} tree
 * @param {string} name
 */
function addBoundary(tree, name) {
  const path = 'tools/eslint/boundaries.js';
  const rows = text(tree, path);
  const last = '\n  lamella: {';
  if (!rows.includes(last)) throw new Error(`${path}: expected a row for lamella, the last one.`);
  tree.write(path, rows.replace(last, `\n  '${name}': { internal: ['core'], external: [] },${last}`));
}

/**
 * @param {Tree} tree
 * @param {string} path
 */
function text(tree, path) {
  return tree.read(path, 'utf8') ?? '';
}

/** @param {string} name */
function camelCase(name) {
  return name.replace(/-([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}
