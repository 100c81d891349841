// The packages that hold ONNX Runtime's library for one platform each, and koffi's, which calls it: made at a release out of the
// tarballs of onnxruntime-node and koffi that package-lock.json names, whose checksums it has. Nothing of them is committed, and
// none has an install script. native/ has the licences of ONNX Runtime, from its Python wheel of the same version.
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, runQuietly } from '../packages/packages.mjs';

/** @typedef {import('./metadata.mjs').Metadata} Metadata */
/** @typedef {import('./stage.mjs').Staged} Staged */

const platforms = [
  { os: 'linux', cpu: 'x64', libc: 'glibc', library: 'libonnxruntime.so.1' },
  { os: 'linux', cpu: 'arm64', libc: 'glibc', library: 'libonnxruntime.so.1' },
  { os: 'darwin', cpu: 'arm64', library: 'libonnxruntime.1.dylib' },
  { os: 'win32', cpu: 'x64', library: 'onnxruntime.dll' },
  { os: 'win32', cpu: 'arm64', library: 'onnxruntime.dll' },
];

/** @type {Record<string, { version: string, integrity: string }>} */
const locked = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
const { version } = locked['node_modules/onnxruntime-node'];

/** What they are called; all have the version of ONNX Runtime. */
export const nativePackages = platforms.map(({ os, cpu }) => ({
  name: `@lamella/onnxruntime-${os}-${cpu}`,
  version,
}));

/**
 * Stages them below `destination`.
 * @param {string} destination
 * @param {Metadata} addresses
 * @returns {Promise<Staged[]>}
 */
export async function stageNativePackages(destination, addresses) {
  const runtime = await unpacked('onnxruntime-node', destination);
  /** @type {Staged[]} */
  const staged = [];
  for (const [index, platform] of platforms.entries()) {
    const { os, cpu, library } = platform;
    const { name } = nativePackages[index];
    const folder = join(destination, name);
    mkdirSync(folder, { recursive: true });
    cpSync(join(runtime, 'bin/napi-v6', os, cpu, library), join(folder, library));
    const koffi = await unpacked(`@koromix/koffi-${os}-${cpu}`, destination);
    cpSync(join(koffi, `${os}_${cpu}`, 'koffi.node'), join(folder, 'koffi.node'));
    for (const [file, text] of Object.entries(textsOf(name, platform, addresses)))
      writeFileSync(join(folder, file), text);
    staged.push({ name, version, folder });
  }
  return staged;
}

/**
 * The files of a package beside its libraries.
 * @param {string} name
 * @param {(typeof platforms)[number]} platform
 * @param {Metadata} addresses
 * @returns {Record<string, string>}
 */
function textsOf(name, { os, cpu, libc, library }, { repository, homepage, bugs }) {
  const description = `ONNX Runtime's library for ${os} on ${cpu}, for @lamella/backend-onnx.`;
  const manifest = {
    ...{ name, version, description, license: 'MIT', type: 'module' },
    ...{ homepage, bugs: { url: bugs }, repository: { type: 'git', url: `git+${repository}.git` } },
    ...{ os: [os], cpu: [cpu], ...(libc !== undefined && { libc: [libc] }), exports: './index.js' },
    files: ['index.js', library, 'koffi.node', 'NOTICES.txt'],
    publishConfig: { access: 'public', provenance: true },
  };
  const notice = (/** @type {string} */ file) =>
    readFileSync(new URL(`native/${file}`, import.meta.url), 'utf8');
  const koffi = locked['node_modules/koffi'].version;
  return {
    'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
    'index.js': `import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

export const library = fileURLToPath(new URL('${library}', import.meta.url));
export const koffi = createRequire(import.meta.url)('./koffi.node');
`,
    'README.md': `# ${name}

${description} It is installed with it where it fits, as an optional dependency; nobody needs to name it.

It holds ${library} of onnxruntime-node ${version} and koffi.node of koffi ${koffi}, as they are published; \`NOTICES.txt\` has their licences.
`,
    LICENSE: readFileSync(join(root, 'LICENSE'), 'utf8'),
    'NOTICES.txt': [
      ...[`${library} is part of ONNX Runtime ${version}.`, notice('onnxruntime-license.txt')],
      ...[`koffi.node is part of koffi ${koffi}.`, notice('koffi-license.txt')],
      ...['ONNX Runtime contains:', notice('onnxruntime-third-party-notices.txt')],
    ].join('\n\n'),
  };
}

/**
 * The folder of a package as it is published, in the version and with the checksum of package-lock.json.
 * @param {string} name
 * @param {string} destination
 */
async function unpacked(name, destination) {
  const { version, integrity } = locked[`node_modules/${name}`];
  const folder = join(destination, 'sources', name.replace('/', '-'));
  mkdirSync(folder, { recursive: true });
  await run('npm', ['pack', `${name}@${version}`, '--pack-destination', folder]);
  const [file] = readdirSync(folder).filter((entry) => entry.endsWith('.tgz'));
  const found = `sha512-${createHash('sha512')
    .update(readFileSync(join(folder, file)))
    .digest('base64')}`;
  if (found !== integrity) throw new Error(`${name}@${version}: expected ${integrity}, got ${found}.`);
  await run('tar', ['-xzf', join(folder, file), '-C', folder]);
  return join(folder, 'package');
}

/**
 * @param {string} command
 * @param {string[]} args
 */
async function run(command, args) {
  const { status, output } = await runQuietly(command, args);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}:\n${output}`);
}
