// The part of a rehearsal that is a page: bundled by esbuild and by Vite without a warning, and run in Chromium where there is one.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { findChromium, versionOf, withPage } from '../browser/chromium.mjs';
import { servePage } from '../browser/page-server.mjs';
import { expect } from './rehearsal.mjs';

/** @typedef {import('./rehearsal.mjs').Rehearsal} Rehearsal */

const kilo = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(0)} kB`;

/** @param {Rehearsal} rehearsal */
export function bundling({ folder, run, project }) {
  const place = join(folder, 'projects/page');
  return {
    async esbuild() {
      await project('page', ['lamella', 'esbuild@0.27', 'vite@8'], { files: ['page.mjs'] });
      const options = [
        '--bundle',
        '--minify',
        '--format=esm',
        '--platform=browser',
        '--splitting',
        '--outdir=by-esbuild',
      ];
      const output = await run(place, 'npx', 'esbuild', 'page.mjs', ...options, '--log-level=warning');
      expect(output.trim() === '', `esbuild warns:\n${output}`);
      return sizes(join(place, 'by-esbuild'));
    },

    async vite() {
      writeFileSync(
        join(place, 'vite.config.mjs'),
        `export default { base: './', build: { outDir: 'by-vite', chunkSizeWarningLimit: 5000, rollupOptions: {
          input: 'page.mjs', output: { entryFileNames: 'page.js', assetFileNames: '[name][extname]', chunkFileNames: '[name].js' } } } };\n`,
      );
      const output = await run(place, 'npx', 'vite', 'build', '--logLevel', 'warn');
      expect(output.trim() === '', `Vite warns:\n${output}`);
      return sizes(join(place, 'by-vite'));
    },

    /** @param {string} bundle */
    async inChromium(bundle) {
      let chromium;
      try {
        chromium = findChromium();
      } catch (error) {
        return `NOT RUN IN A BROWSER: ${/** @type {Error} */ (error).message}`;
      }
      const built = join(place, bundle);
      const files = Object.fromEntries(readdirSync(built).map((name) => [name, join(built, name)]));
      const { url, result, close } = await servePage(files, false);
      try {
        const { before, after, error } = JSON.parse(await withPage(chromium, url, result));
        expect(error === undefined, String(error));
        expect(String(before) === String(after), `${before} became ${after}`);
      } finally {
        close();
      }
      return versionOf(chromium);
    },
  };

  /** What a page loads at once and later. @param {string} built */
  function sizes(built) {
    const zipped = readdirSync(built)
      .filter((name) => name.endsWith('.js'))
      .map((name) => gzipSync(readFileSync(join(built, name))).length);
    return `${kilo(Math.max(...zipped))} gzipped the largest of ${zipped.length} files, ${kilo(zipped.reduce((a, b) => a + b))} all`;
  }
}
