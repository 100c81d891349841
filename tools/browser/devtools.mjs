// A headless Chromium that is asked questions, by its DevTools protocol over a pipe: what a page holds, how wide it is, what it
// complains of. Nothing is downloaded, and no port is opened.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * @typedef {object} Page
 * @property {(url: string) => Promise<void>} open goes to an address, and waits until it has loaded
 * @property {(width: number, height: number, scheme?: 'light' | 'dark') => Promise<void>} show as on a screen of this size
 * @property {(expression: string) => Promise<unknown>} evaluate a value of the page, which must be JSON
 * @property {() => string[]} complaints what the page wrote to its console as errors, threw, or was refused, since it was opened
 * @property {() => string[]} requests the addresses that were asked for since it was opened
 */

/**
 * Runs `use` with a page of a browser, which ends afterwards.
 * @template T
 * @param {string} chromium
 * @param {(page: Page) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withDevtools(chromium, use) {
  const profile = await mkdtemp(join(tmpdir(), 'lamella-chromium-'));
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'];
  const browser = spawn(
    chromium,
    [...flags, '--remote-debugging-pipe', `--user-data-dir=${profile}`, 'about:blank'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], detached: true },
  );
  const ended = new Promise((resolve) => browser.once('close', resolve));
  try {
    return await Promise.race([
      pageOf(browser).then(use),
      new Promise((_, reject) => {
        browser.once('error', reject);
        browser.once('exit', (code) => reject(new Error(`Chromium ended (${code}).`)));
      }),
    ]);
  } finally {
    // The browser is a group of processes, all of which use the profile.
    if (browser.pid !== undefined && browser.exitCode === null) process.kill(-browser.pid, 'SIGKILL');
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * @param {import('node:child_process').ChildProcess} browser
 * @returns {Promise<Page>}
 */
async function pageOf(browser) {
  const [, , , input, output] = /** @type {any[]} */ (browser.stdio);
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
  const waiting = new Map();
  /** @type {string[]} */
  const complaints = [];
  /** @type {string[]} */
  const requests = [];
  let loaded = () => {};
  let last = 0;
  let session = '';
  /** @type {Buffer[]} */
  let parts = [];
  output.on('data', (/** @type {Buffer} */ chunk) => {
    let rest = chunk;
    for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
      receive(JSON.parse(Buffer.concat([...parts, rest.subarray(0, end)]).toString('utf8')));
      parts = [];
      rest = rest.subarray(end + 1);
    }
    parts.push(rest);
  });

  /** @param {any} message */
  function receive({ id, result, error, method, params }) {
    if (id !== undefined) {
      const { resolve, reject } = waiting.get(id) ?? { resolve: () => {}, reject: () => {} };
      waiting.delete(id);
      if (error === undefined) resolve(result);
      else reject(new Error(`Chromium: ${error.message}`));
    }
    if (method === 'Page.loadEventFired') loaded();
    if (method === 'Runtime.exceptionThrown') complaints.push(params.exceptionDetails.text);
    if (method === 'Log.entryAdded' && params.entry.level === 'error') complaints.push(params.entry.text);
    if (method === 'Runtime.consoleAPICalled' && params.type === 'error')
      complaints.push(params.args.map((/** @type {any} */ item) => item.value ?? item.description).join(' '));
    if (method === 'Network.requestWillBeSent') requests.push(params.request.url);
  }

  /**
   * @param {string} method
   * @param {object} [params]
   * @returns {Promise<any>}
   */
  function send(method, params = {}) {
    const id = ++last;
    input.write(`${JSON.stringify({ id, method, params, ...(session !== '' && { sessionId: session }) })}\0`);
    return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  }

  const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
  session = (await send('Target.attachToTarget', { targetId, flatten: true })).sessionId;
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await send(`${domain}.enable`);
  return {
    async open(url) {
      complaints.length = 0;
      requests.length = 0;
      const done = new Promise((resolve) => (loaded = () => resolve(undefined)));
      const { errorText } = await send('Page.navigate', { url });
      if (errorText !== undefined) throw new Error(`${url}: ${errorText}`);
      await done;
    },
    async show(width, height, scheme = 'light') {
      const metrics = { width, height, deviceScaleFactor: 1, mobile: width < 600 };
      await send('Emulation.setDeviceMetricsOverride', metrics);
      await send('Emulation.setEmulatedMedia', {
        features: [{ name: 'prefers-color-scheme', value: scheme }],
      });
    },
    async evaluate(expression) {
      const { result, exceptionDetails } = await send('Runtime.evaluate', {
        expression,
        awaitPromise: true,
        returnByValue: true,
      });
      if (exceptionDetails !== undefined)
        throw new Error(exceptionDetails.exception?.description ?? 'it threw');
      return result.value;
    },
    complaints: () => [...complaints],
    requests: () => [...requests],
  };
}
