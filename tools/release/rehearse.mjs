// `npm run release:rehearse`: a release as it will be, against a registry on this machine, and then what others do with it.
// Versions and publishes a copy of the working tree; a registry that goes down half-way; an application; a plugin from an empty
// folder to its publication; the application with the plugin; then a patch and a minor with the old plugin installed.
// Prints each step with its time; `--keep` leaves the folder.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { publishedPackages, runQuietly } from '../packages/packages.mjs';
import { root } from '../run/commands.mjs';
import { localRegistry } from './registry.mjs';

const folder = mkdtempSync(join(tmpdir(), 'lamella-release-'));
const copy = join(folder, 'repository');
const registry = await localRegistry(join(folder, 'registry'));
const names = publishedPackages().map(({ name }) => name);
let failures = 0;

/**
 * Runs a command with the registry's settings; what it printed, where it fails.
 * @param {string} cwd @param {string} command @param {...string} args
 * @returns {Promise<string>}
 */
async function run(cwd, command, ...args) {
  const env = { ...registry.env, CI: 'true', NX_DAEMON: 'false', NX_TUI: 'false' };
  const { status, output } = await runQuietly(command, args, cwd, env);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}:\n${output}`);
  return output;
}

/**
 * One line of the rehearsal. Later steps need the earlier ones, so the first that fails ends it.
 * @param {string} what @param {() => Promise<string | void>} body
 */
async function step(what, body) {
  if (failures > 0) return;
  const start = performance.now();
  try {
    const note = await body();
    console.log(
      `ok     ${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s  ${what}${note ? `: ${note}` : ''}`,
    );
  } catch (error) {
    failures += 1;
    console.log(`FAILED ${what}\n${/** @type {Error} */ (error).message}`);
  }
}

/** @param {boolean} condition @param {string} message */
function expect(condition, message) {
  if (!condition) throw new Error(message);
}

/** @param {string} path */
const json = (path) => JSON.parse(readFileSync(path, 'utf8'));
const versionHere = () => json(join(copy, 'packages/core/package.json')).version;

/** Writes a changeset for all packages, as somebody who changes something does, and releases it. @param {string} bump */
async function release(bump) {
  const lines = names.map((name) => `'${name}': ${bump}`);
  writeFileSync(
    join(copy, `.changeset/rehearsed-${bump}.md`),
    `---\n${lines.join('\n')}\n---\n\nA ${bump}.\n`,
  );
  await run(copy, 'npx', 'changeset', 'version');
  await run(copy, 'npm', 'run', 'build');
  await run(copy, 'git', 'commit', '-qam', `Version ${versionHere()}`);
  await run(copy, 'npx', 'changeset', 'publish');
}

/** How many versions of core there are in a folder's tree. @param {string} cwd */
const copiesOfCore = (cwd) => {
  const found = new Set();
  /** @param {string} modules */
  const walk = (modules) => {
    if (!existsSync(modules)) return;
    for (const entry of readdirSync(modules)) {
      const packages = entry.startsWith('@')
        ? readdirSync(join(modules, entry)).map((name) => join(entry, name))
        : [entry];
      for (const name of packages) {
        if (name === join('@lamella', 'core')) found.add(json(join(modules, name, 'package.json')).version);
        walk(join(modules, name, 'node_modules'));
      }
    }
  };
  walk(join(cwd, 'node_modules'));
  return [...found];
};

const application = join(folder, 'application');
const program = `import { dense, input, use } from 'lamella';
import { myLayer, myLayerPlugin } from '@acme/my-layer';

const app = use(myLayerPlugin);
const x = input({ shape: [2] });
const net = app.model({ inputs: x, outputs: dense({ units: 1 }).apply(myLayer({ steepness: 2 }).apply(x)) });
net.compile({ optimizer: 'adam', loss: 'mse' });
await net.fit([[0, 1], [1, 1]], [[1], [2]], { epochs: 3, verbose: 0 });
await app.saveModel(net, 'net.keras');
const again = await app.loadModel('net.keras');
const [[a], [b]] = [(await net.predict([[1, 2]])).array(), (await again.predict([[1, 2]])).array()];
if (a[0] !== b[0]) throw new Error(\`\${a} became \${b}\`);
console.log('works');
`;

try {
  await step('a copy of the working tree', async () => {
    const { output } = await runQuietly('git', ['ls-files', '-co', '--exclude-standard', '-z'], root);
    for (const path of output.split('\0').filter((path) => path !== '' && existsSync(join(root, path)))) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      cpSync(join(root, path), join(copy, path));
    }
    await run(copy, 'git', 'init', '-q', '-b', 'main');
    await run(copy, 'git', 'config', 'user.email', 'rehearsal@example.com');
    await run(copy, 'git', 'config', 'user.name', 'rehearsal');
    await registry.start();
    await run(copy, 'npm', 'ci', '--prefer-offline');
    await run(copy, 'git', 'add', '-A');
    await run(copy, 'git', 'commit', '-qm', 'All');
  });
  await step('versions and builds', async () => {
    await run(copy, 'npx', 'changeset', 'version');
    await run(copy, 'npm', 'run', 'build');
    await run(copy, 'git', 'commit', '-qam', 'Versions');
    return versionHere();
  });
  await step('publishes to a registry that goes down half-way, and completes it', async () => {
    const publishing = run(copy, 'npx', 'changeset', 'publish').then(
      () => '',
      (error) => error.message,
    );
    while ((await registry.versions('@lamella/core').catch(() => [])).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 50));
    await registry.stop();
    const problem = await publishing;
    await registry.start();
    const published = await Promise.all(
      names.map(async (name) => (await registry.versions(name)).length > 0),
    );
    const before = published.filter(Boolean).length;
    if (before < names.length) expect(problem !== '', 'It went down, and publishing did not say so.');
    await run(copy, 'npx', 'changeset', 'publish');
    for (const name of names)
      expect((await registry.versions(name)).includes(versionHere()), `${name} was not published.`);
    return `${before} of ${names.length} before, all after`;
  });

  const plugin = join(folder, 'my-layer');
  await step('npm create lamella-plugin', async () => {
    await run(folder, 'npm', 'create', 'lamella-plugin@latest', '@acme/my-layer', '--', '--kind', 'layer');
  });
  await step('npm install, in the plugin', async () => void (await run(plugin, 'npm', 'install')));
  await step(
    'npm test, in the plugin',
    async () => (await run(plugin, 'npm', 'test')).match(/# pass \d+/)?.[0],
  );
  await step('npm run version and npm publish, of the plugin', async () => {
    await run(plugin, 'npm', 'run', 'version');
    await run(plugin, 'npm', 'publish', '--access', 'public');
    return (await registry.versions('@acme/my-layer')).join();
  });

  await step('an application with lamella and the plugin', async () => {
    mkdirSync(application);
    writeFileSync(
      join(application, 'package.json'),
      '{ "name": "application", "private": true, "type": "module" }',
    );
    writeFileSync(join(application, 'main.mjs'), program);
    await run(application, 'npm', 'install', 'lamella', '@acme/my-layer', '@tensorflow/tfjs-core');
    expect(copiesOfCore(application).length === 1, `core stands there as ${copiesOfCore(application)}`);
    return (await run(application, process.execPath, 'main.mjs')).trim();
  });
  for (const bump of ['patch', 'minor'])
    await step(`a ${bump} of Lamella, with the plugin of before`, async () => {
      await release(bump);
      await run(application, 'npm', 'install', 'lamella@latest');
      expect(copiesOfCore(application).length === 1, `core stands there as ${copiesOfCore(application)}`);
      return `${versionHere()}, ${(await run(application, process.execPath, 'main.mjs')).trim()}`;
    });
} finally {
  await registry.stop();
  if (process.argv.includes('--keep')) console.log(folder);
  else rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failures === 0 ? 0 : 1;
