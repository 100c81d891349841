// A registry on this machine: Verdaccio, which holds what is published to it and fetches everything else where npm fetches it.
// It is installed into a folder that git ignores when it is first needed.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { runQuietly } from '../packages/packages.mjs';
import { root } from '../run/commands.mjs';

const version = '6.2.9';
const place = join(root, '.verdaccio');

/** The path of Verdaccio's command. */
async function verdaccio() {
  const script = join(place, 'node_modules/verdaccio/bin/verdaccio');
  if (existsSync(script)) return script;
  await mkdir(place, { recursive: true });
  // One of its dependencies asks for a tag that not every mirror of npm has.
  const manifest = {
    private: true,
    dependencies: { verdaccio: version },
    overrides: { 'node-fetch': '2.7.0' },
  };
  await writeFile(join(place, 'package.json'), JSON.stringify(manifest));
  const { status, output } = await runQuietly('npm', ['install', '--no-audit', '--no-fund'], place);
  if (status !== 0) throw new Error(`Verdaccio does not install:\n${output}`);
  return script;
}

/** @returns {Promise<number>} A port that nobody listens at. */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/**
 * A registry whose packages are in `folder`, and the settings of npm that lead to it.
 * @param {string} folder
 */
export async function localRegistry(folder) {
  await mkdir(folder, { recursive: true });
  const { output } = await runQuietly('npm', ['config', 'get', 'registry'], folder);
  const upstream = output.trim();
  const port = await freePort();
  const url = `http://localhost:${port}/`;
  const config = join(folder, 'verdaccio.yaml');
  const open = 'access: $all\n    publish: $anonymous\n    unpublish: $anonymous\n';
  await writeFile(
    config,
    `storage: ./storage
max_body_size: 300mb
uplinks:
  npm:
    url: ${upstream}
    timeout: 120s
packages:
${['lamella', 'create-lamella-plugin', '@lamella/*', '@acme/*'].map((name) => `  '${name}':\n    ${open}`).join('')}  '**':
    access: $all
    proxy: npm
log: { type: file, path: ${JSON.stringify(join(folder, 'verdaccio.log'))}, level: warn }
`,
  );
  const settings = join(folder, 'npmrc');
  await writeFile(
    settings,
    `registry=${url}\n//localhost:${port}/:_authToken=rehearsal\nfund=false\naudit=false\nupdate-notifier=false\n`,
  );
  const script = await verdaccio();
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let server;
  return {
    url,
    /** What a command needs to use this registry, and nothing else of this machine's settings. */
    env: { npm_config_userconfig: settings, npm_config_registry: url, npm_config_yes: 'true' },
    async start() {
      server = spawn(process.execPath, [script, '--config', config, '--listen', `localhost:${port}`], {
        stdio: 'ignore',
        cwd: folder,
      });
      process.once('exit', () => server?.kill());
      for (let i = 0; i < 600; i++) {
        const isUp = await fetch(`${url}-/ping`).then(
          ({ ok }) => ok,
          () => false,
        );
        if (isUp) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error('The registry does not answer.');
    },
    async stop() {
      if (server === undefined) return;
      const ended = new Promise((resolve) => server?.once('exit', resolve));
      server.kill();
      await ended;
      server = undefined;
    },
    /** @param {string} name @returns {Promise<string[]>} The versions of a package that were published here. */
    async versions(name) {
      const answer = await fetch(`${url}${name.replace('/', '%2f')}`);
      return answer.ok ? Object.keys(/** @type {{ versions: object }} */ (await answer.json()).versions) : [];
    },
  };
}
