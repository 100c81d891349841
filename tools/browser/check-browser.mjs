// `npm run check:browser`: what Node trains and saves, real headless Chromium trains, loads and predicts too, on ONNX Runtime's
// WebAssembly, on our loops and on backend-cpu; every loss and prediction within 1e-5 of Node's native runtime.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { runQuietly } from '../packages/packages.mjs';
import { root, runTarget } from '../run/commands.mjs';
import { findChromium, versionOf, withPage } from './chromium.mjs';
import { servePage } from './page-server.mjs';

/** @typedef {Record<string, number[]>} Computed */
/**
 * What the page posts.
 * @typedef {{ runtime: string, isIsolated: boolean, mlp: Record<string, Computed>, keras: Record<string, Computed>,
 *   h5: Record<string, Computed>, saved: { file: number[], computed: Computed } }} PageResult
 */

const tolerance = 1e-5;
const chromium = findChromium();
if ((await runTarget('build')) !== 0) process.exit(1);
// Only now is there something to import.
const { onnx } = await import('@lamella/backend-onnx');
const { trainMlp } = await import('./mlp.mjs');
const web = dirname(fileURLToPath(import.meta.resolve('onnxruntime-web')));
const folder = await mkdtemp(join(tmpdir(), 'lamella-browser-'));
let isSound = true;
try {
  const wanted = {
    mlp: await trainMlp(onnx({ runtime: 'native' })),
    keras: await computedBy('save.mjs', join(folder, 'sampling.keras')),
    h5: await computedBy('save.mjs', join(folder, 'sampling.h5')),
  };
  const files = {
    'page.js': await bundlePage(),
    'sampling.keras': join(folder, 'sampling.keras'),
    'sampling.h5': join(folder, 'sampling.h5'),
    'ort-wasm-simd-threaded.wasm': join(web, 'ort-wasm-simd-threaded.wasm'),
    'ort-wasm-simd-threaded.mjs': join(web, 'ort-wasm-simd-threaded.mjs'),
  };
  console.log(versionOf(chromium));
  for (const isIsolated of [false, true]) {
    const got = await openPage(files, isIsolated);
    const page = isIsolated ? 'isolated page' : 'plain page';
    check(`${page}: runs on wasm, threads ${isIsolated ? 'allowed' : 'not allowed'}`, [
      got.runtime === 'wasm' && got.isIsolated === isIsolated ? 0 : NaN,
    ]);
    for (const part of /** @type {const} */ (['mlp', 'keras', 'h5']))
      for (const [backend, computed] of Object.entries(got[part]))
        check(`${page}: ${part} on ${backend}`, differences(computed, wanted[part]));
    const { file, computed } = got.saved;
    check(`${page}: saves, and Node loads`, differences(computed, await loadedFrom(Uint8Array.from(file))));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = isSound ? 0 : 1;

/**
 * What another process computes, here in Node and without the functions, with the model that a page saved.
 * @param {Uint8Array} bytes
 * @returns {Promise<Computed>}
 */
async function loadedFrom(bytes) {
  const path = join(folder, 'from-page.keras');
  await writeFile(path, bytes);
  return computedBy('load.mjs', path);
}

/**
 * What a script of tools/versions prints as its last line.
 * @param {string} script
 * @param {string} path
 * @returns {Promise<Computed>}
 */
async function computedBy(script, path) {
  const args = [join(root, 'tools/versions', script), path];
  const { status, output } = await runQuietly(process.execPath, args, root);
  if (status !== 0) throw new Error(`${args.join(' ')} failed: ${output}`);
  return JSON.parse(output.trim().split('\n').at(-1) ?? '');
}

/** Bundles the page as an application would; the path of its script. */
async function bundlePage() {
  const outfile = join(folder, 'page.js');
  const { metafile } = await build({
    entryPoints: [join(root, 'tools/browser/page.mjs')],
    outfile,
    bundle: true,
    metafile: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    // Imported only where there is Node.
    external: ['node:*'],
    logLevel: 'error',
  });
  const native = Object.keys(metafile.inputs).filter((path) => path.includes('onnxruntime-node'));
  if (native.length > 0) throw new Error(`The bundle for browsers holds ${native.join(', ')}`);
  return outfile;
}

/**
 * Opens the page and waits for what it posts.
 * @param {Record<string, string>} files
 * @param {boolean} isIsolated
 * @returns {Promise<PageResult>}
 */
async function openPage(files, isIsolated) {
  const { url, result, close } = await servePage(files, isIsolated);
  try {
    const posted = JSON.parse(await withPage(chromium, url, result));
    if (posted.error !== undefined) throw new Error(`In the page: ${posted.error}`);
    return posted;
  } finally {
    close();
  }
}

/**
 * @param {Computed} got
 * @param {Computed} wanted
 */
function differences(got, wanted) {
  return Object.entries(wanted).flatMap(([name, values]) =>
    values.map((value, i) => Math.abs(value - (got[name]?.[i] ?? NaN))),
  );
}

/**
 * Prints the largest difference and notes whether it is small enough; NaN never is.
 * @param {string} what
 * @param {number[]} found
 */
function check(what, found) {
  const difference = Math.max(...found);
  const isFine = difference <= tolerance;
  isSound &&= isFine;
  console.log(`${isFine ? 'ok    ' : 'FAILED'} ${what.padEnd(44)} largest difference ${difference}`);
}
