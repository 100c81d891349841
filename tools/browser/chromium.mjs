// A real Chromium without a window, from the machine. Nothing is downloaded.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const places = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

/**
 * The path of the browser: what CHROMIUM says, else one of the usual names.
 * @returns {string}
 */
export function findChromium() {
  const { CHROMIUM } = process.env;
  if (CHROMIUM !== undefined) {
    if (!existsSync(CHROMIUM)) throw new Error(`CHROMIUM is ${CHROMIUM}, and no such file exists.`);
    return CHROMIUM;
  }
  const folders = (process.env.PATH ?? '').split(':');
  const candidates = [...names.flatMap((name) => folders.map((folder) => join(folder, name))), ...places];
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined)
    throw new Error(
      `No Chromium: looked for ${names.join(', ')} in PATH. Install one (apt-get install chromium), or set CHROMIUM to its path.`,
    );
  return found;
}

/**
 * What the browser calls itself.
 * @param {string} chromium
 */
export function versionOf(chromium) {
  return execFileSync(chromium, ['--version'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}

/**
 * Opens a page until `done` settles, and gives what it settles with. Rejects when the browser ends before, or after `seconds`.
 * @template T
 * @param {string} chromium
 * @param {string} url
 * @param {Promise<T>} done
 * @param {number} [seconds]
 * @returns {Promise<T>}
 */
export async function withPage(chromium, url, done, seconds = 120) {
  const profile = await mkdtemp(join(tmpdir(), 'lamella-chromium-'));
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'];
  const browser = spawn(chromium, [...flags, `--user-data-dir=${profile}`, url], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  let said = '';
  browser.stderr.on('data', (chunk) => (said = (said + chunk).slice(-4000)));
  const ended = new Promise((resolve) => browser.once('close', resolve));
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  try {
    return await Promise.race([
      done,
      new Promise((_, reject) => {
        browser.once('error', reject);
        browser.once('exit', (code) => reject(new Error(`Chromium ended (${code}):\n${said}`)));
        timer = setTimeout(
          () => reject(new Error(`The page said nothing for ${seconds} s:\n${said}`)),
          seconds * 1000,
        );
      }),
    ]);
  } finally {
    clearTimeout(timer);
    // The browser is a group of processes, all of which use the profile.
    if (browser.pid !== undefined && browser.exitCode === null) process.kill(-browser.pid, 'SIGKILL');
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
