// The packages that hold ONNX Runtime's library for one platform each, and koffi's, which calls it. Made at a release out of the Python
// wheels of ONNX Runtime, whose checksums stand in native/wheels.json, and of the tarballs of koffi that package-lock.json names.
// Not out of onnxruntime-node: its libraries of the same version are up to 17 MB larger, for WebGPU and DirectML, which nobody here
// asks for. Nothing of them is committed, and none has an install script. The wheels are fetched by pip, so a release needs Python.
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
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

/** What a wheel has of them: libonnxruntime.so.1.30.0, libonnxruntime.1.30.0.dylib or onnxruntime.dll. */
const libraryInWheel = /^onnxruntime\/capi\/(?:lib)?onnxruntime\.(?:so\.[\d.]+|[\d.]+dylib|dll)$/;

/**
 * The wheels of one version of ONNX Runtime, by platform: the tag that pip knows each by, and its checksum.
 * @type {{ version: string, python: string, wheels: Record<string, { tag: string, sha256: string }> }}
 */
const published = JSON.parse(readFileSync(new URL('native/wheels.json', import.meta.url), 'utf8'));

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
  /** @type {Staged[]} */
  const staged = [];
  for (const [index, platform] of platforms.entries()) {
    const { os, cpu, library } = platform;
    const { name } = nativePackages[index];
    const folder = join(destination, name);
    mkdirSync(folder, { recursive: true });
    const wheel = await wheelOf(`${os}-${cpu}`, destination);
    writeFileSync(join(folder, library), wheel.library);
    const koffi = await unpacked(`@koromix/koffi-${os}-${cpu}`, destination);
    cpSync(join(koffi, `${os}_${cpu}`, 'koffi.node'), join(folder, 'koffi.node'));
    for (const [file, text] of Object.entries(textsOf(name, platform, wheel, addresses)))
      writeFileSync(join(folder, file), text);
    staged.push({ name, version, folder });
  }
  return staged;
}

/**
 * What a package takes of the wheel of its platform.
 * @typedef {object} Wheel
 * @property {string} file its name
 * @property {string} sha256 its checksum
 * @property {Uint8Array} library
 * @property {string} license
 * @property {string} notices of what ONNX Runtime contains
 */

/**
 * The wheel of a platform. Throws where it is not the one of native/wheels.json.
 * @param {string} platform
 * @param {string} destination
 * @returns {Promise<Wheel>}
 */
async function wheelOf(platform, destination) {
  if (published.version !== version)
    throw new Error(
      `tools/release/native/wheels.json: expected ONNX Runtime ${version}, as package-lock.json has it, got ${published.version}.\n` +
        'Fix: write the checksums of its wheels there.',
    );
  const { tag, sha256 } = published.wheels[platform];
  const folder = join(destination, 'sources', tag);
  mkdirSync(folder, { recursive: true });
  const options = ['--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--quiet'];
  const which = ['--platform', tag, '--implementation', 'cp', '--python-version', published.python];
  const wanted = `onnxruntime==${version}`;
  await run('python3', ['-m', 'pip', 'download', wanted, ...options, ...which, '--dest', folder]);
  const [file] = readdirSync(folder).filter((entry) => entry.endsWith('.whl'));
  const bytes = readFileSync(join(folder, file));
  if (sha256Of(bytes) !== sha256)
    throw new Error(`${file}: expected sha256 ${sha256}, got ${sha256Of(bytes)}.`);
  const texts = ['onnxruntime/LICENSE', 'onnxruntime/ThirdPartyNotices.txt'];
  const members = unzipSync(bytes, {
    filter: ({ name }) => texts.includes(name) || libraryInWheel.test(name),
  });
  const libraries = Object.keys(members).filter((name) => libraryInWheel.test(name));
  if (libraries.length !== 1) throw new Error(`${file}: expected one library, got ${libraries.join(', ')}.`);
  const [license, notices] = texts.map((name) => new TextDecoder().decode(members[name]));
  return { file, sha256, library: members[libraries[0]], license, notices };
}

/**
 * The files of a package beside its libraries.
 * @param {string} name
 * @param {(typeof platforms)[number]} platform
 * @param {Wheel} wheel
 * @param {Metadata} addresses
 * @returns {Record<string, string>}
 */
function textsOf(name, { os, cpu, libc, library }, wheel, { repository, homepage, bugs }) {
  const description = `ONNX Runtime's library for ${os} on ${cpu}, for @lamella/backend-onnx.`;
  const manifest = {
    ...{ name, version, description, license: 'MIT', type: 'module' },
    ...{ homepage, bugs: { url: bugs }, repository: { type: 'git', url: `git+${repository}.git` } },
    ...{ os: [os], cpu: [cpu], ...(libc !== undefined && { libc: [libc] }), exports: './index.js' },
    files: ['index.js', library, 'koffi.node', 'NOTICES.txt'],
    publishConfig: { access: 'public', provenance: true },
  };
  const licenseOfKoffi = readFileSync(new URL('native/koffi-license.txt', import.meta.url), 'utf8');
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

It holds ${library} of ONNX Runtime ${version} and koffi.node of koffi ${koffi}, as they are published; \`NOTICES.txt\` says where, with checksums and licences.
`,
    LICENSE: readFileSync(join(root, 'LICENSE'), 'utf8'),
    'NOTICES.txt': [
      `${library} is part of ONNX Runtime ${version}: that of ${wheel.file} (SHA-256 ${wheel.sha256}) as it is, with SHA-256 ${sha256Of(wheel.library)}.`,
      wheel.license,
      ...[`koffi.node is part of koffi ${koffi}, as it is.`, licenseOfKoffi],
      ...['ONNX Runtime contains:', wheel.notices],
    ].join('\n\n'),
  };
}

/** @param {Uint8Array} bytes */
const sha256Of = (bytes) => createHash('sha256').update(bytes).digest('hex');

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
