// `npm run check:docs`: the site that `npm run docs` built, in real Chromium. Every link leads to a
// page and a place in it; no page complains, asks the network, or is wider than a phone; the search finds things. And the same of
// a page that `lamella inspect --html` writes, which must show itself in light and dark without a script.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findChromium } from '../browser/chromium.mjs';
import { withDevtools } from '../browser/devtools.mjs';
import { runQuietly } from '../packages/packages.mjs';
import { root, runTarget } from '../run/commands.mjs';
import { serveFolder } from './serve-folder.mjs';
import { siteFolder } from './site-folder.mjs';

/** Of the reference, pages are alike: so many of each folder are opened. */
const mostOfReference = 15;
const phone = { width: 360, height: 740 };

if (!existsSync(join(siteFolder, 'index.html'))) throw new Error('There is no site: npm run docs');
// For `lamella inspect`.
if ((await runTarget('build')) !== 0) process.exit(1);
const pages = readdirSync(siteFolder, { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.html'),
);
/** @type {string[]} */
const faults = [...brokenLinks()];
let opened = 0;
const { url: origin, close } = await serveFolder(siteFolder);
await withDevtools(findChromium(), async (page) => {
  await page.show(phone.width, phone.height);
  for (const path of pagesToOpen()) {
    opened++;
    await page.open(`${origin}/${path.split('/').map(encodeURIComponent).join('/')}`);
    faults.push(...(await faultsOf(page, path)));
  }
  await page.open(`${origin}/index.html`);
  faults.push(...(await searchFaults(page)));
  faults.push(...(await inspectionFaults(page)));
});
close();
for (const fault of [...new Set(faults)].slice(0, 60)) console.log(`FAILED ${fault}`);
console.log(
  `${pages.length} pages, ${opened} of them opened: ${faults.length === 0 ? 'all is well' : `${faults.length} faults`}`,
);
process.exitCode = faults.length === 0 ? 0 : 1;

/** All documents and packages, and some of each kind of the reference. */
function pagesToOpen() {
  const counts = new Map();
  return pages.filter((path) => {
    const folder = dirname(path);
    const count = (counts.get(folder) ?? 0) + 1;
    counts.set(folder, count);
    return ['.', 'documents', 'modules'].includes(folder) || count <= mostOfReference;
  });
}

/**
 * What is wrong with a page that is open.
 * @param {import('../browser/devtools.mjs').Page} page
 * @param {string} path
 */
async function faultsOf(page, path) {
  const width = Number(await page.evaluate('document.documentElement.scrollWidth'));
  const outside = page
    .requests()
    .filter((url) => !/^(?:file|data|blob):/.test(url) && !url.startsWith(origin));
  const isCode = await page.evaluate("document.querySelector('code.mermaid') !== null");
  return [
    ...(isCode === true ? [`${path} has a diagram that is not drawn`] : []),
    ...(width > phone.width ? [`${path} is ${width} pixels wide on a phone of ${phone.width}`] : []),
    ...page.complaints().map((text) => `${path} complains: ${text}`),
    ...outside.map((url) => `${path} asks for ${url}`),
  ];
}

/** @param {import('../browser/devtools.mjs').Page} page */
async function searchFaults(page) {
  const found = await page.evaluate(`(async () => {
    const field = document.querySelector('#tsd-search-input');
    document.querySelector('#tsd-search-trigger').click();
    field.value = 'plotModel';
    field.dispatchEvent(new Event('input'));
    for (let i = 0; i < 100; i++) {
      const results = document.querySelectorAll('#tsd-search-results li a').length;
      if (results > 0) return results;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return 0;
  })()`);
  return Number(found) > 0 ? [] : ['the search finds no plotModel'];
}

/**
 * A page of a file, light and dark.
 * @param {import('../browser/devtools.mjs').Page} page
 */
async function inspectionFaults(page) {
  const folder = await mkdtemp(join(tmpdir(), 'lamella-docs-'));
  try {
    const out = join(folder, 'page.html');
    const file = join(root, 'fixtures/keras/files/nested.keras');
    const command = [join(root, 'packages/lamella/dist/cli/main.js'), 'inspect', file, '--html', out];
    const { status, output } = await runQuietly(process.execPath, command, root);
    if (status !== 0) return [`lamella inspect --html: ${output}`];
    const colors = [];
    const found = [];
    for (const scheme of /** @type {const} */ (['light', 'dark'])) {
      await page.show(phone.width, phone.height, scheme);
      await page.open(pathToFileURL(out).href);
      found.push(...(await faultsOf(page, `lamella inspect --html, ${scheme}:`)));
      colors.push(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
      const drawn = Number(
        await page.evaluate("document.querySelector('.graph svg').getBoundingClientRect().height"),
      );
      if (!(drawn > 100)) found.push(`lamella inspect --html, ${scheme}: its graph is ${drawn} pixels high`);
    }
    return colors[0] === colors[1]
      ? [...found, `lamella inspect --html is ${colors[0]} in light and dark`]
      : found;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Links between pages, and to places in them, that lead nowhere. */
function brokenLinks() {
  const texts = new Map(pages.map((path) => [path, readFileSync(join(siteFolder, path), 'utf8')]));
  const ids = new Map(
    [...texts].map(([path, text]) => [
      path,
      new Set([...text.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => decoded(id ?? ''))),
    ]),
  );
  const broken = new Set();
  for (const [path, text] of texts)
    for (const [, href = ''] of text.matchAll(/<(?:a|link|script|img)\b[^>]*?\s(?:href|src)="([^"]*)"/g)) {
      const [target = '', anchor = ''] = decoded(href).split('#');
      if (/^[a-z]+:/.test(target)) continue;
      const place =
        target === '' ? path : relative(siteFolder, resolve(siteFolder, dirname(path), unescaped(target)));
      const isThere = isPage(join(siteFolder, place)) || isPage(join(siteFolder, place, 'index.html'));
      if (!isThere) broken.add(`${path} links to ${href}, which is not there`);
      else if (anchor !== '' && !(ids.get(place)?.has(unescaped(anchor)) ?? true))
        broken.add(`${path} links to ${href}, where no such place is`);
    }
  return broken;
}

/** @param {string} path */
function isPage(path) {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** @param {string} text */
function decoded(text) {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

/** @param {string} text */
function unescaped(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
