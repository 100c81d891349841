// `npm run check:backend-node`: the conformance suite on tfjs-node. Packs and installs what it takes in a folder that git
// ignores, as an application would, compiles tfjs-node's addon there where it is missing, and runs conformance.mjs.
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack, root } from '../../../tools/packages/packages.mjs';
import { run, runTarget } from '../../../tools/run/commands.mjs';

const folders = ['program', 'core', 'layers', 'lambda', 'training', 'backend-cpu', 'backend-node', 'testing'];
const names = folders.map((folder) => `@lamella/${folder}`);
const version = '4.22.0';
const scripts = join(root, 'packages/backend-node/scripts');
const folder = process.env['TFJS_NODE_FOLDER'] ?? join(root, '.tfjs-node');
const addon = join(folder, 'node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node');

process.exitCode =
  (await runTarget('build', names.join(','))) ||
  (await install()) ||
  (existsSync(addon) ? 0 : await run('bash', [join(scripts, 'build-tfjs-node.sh'), folder])) ||
  (await run(process.execPath, ['--test', '--test-reporter=spec', 'conformance.mjs'], { cwd: folder }));

/** Installs tfjs-node without its download, and the packages as they are published. */
async function install() {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  for (const file of ['conformance.mjs', 'missing-kernels.json'])
    await copyFile(join(scripts, file), join(folder, file));
  // npm keeps what it once installed of a version; these change and keep theirs.
  await rm(join(folder, 'node_modules/@lamella'), { recursive: true, force: true });
  await rm(join(folder, 'package-lock.json'), { force: true });
  const tarballs = await mkdtemp(join(tmpdir(), 'lamella-backend-node-'));
  try {
    const files = [...(await pack(names, tarballs)).values()];
    const tfjs = ['tfjs-core', 'tfjs-node'].map((name) => `@tensorflow/${name}@${version}`);
    const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];
    return await run('npm', ['install', '--ignore-scripts', ...quiet, ...files, ...tfjs], { cwd: folder });
  } finally {
    await rm(tarballs, { recursive: true, force: true });
  }
}
