// Bundles tfjs' gradient functions, which its Node build leaves out, into one ES module that registers them when called.
// What they use and tfjs exports is imported from tfjs; only what it keeps to itself is in the module.
// Run at build time; writes generated/tfjs-gradients.js and its types.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const packageFolder = dirname(dirname(fileURLToPath(import.meta.url)));
const name = '@tensorflow/tfjs-core';
const tfjs = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
const list = await readFile(join(tfjs, 'dist/register_all_gradients.js'), 'utf8');
const modules = [...list.matchAll(/import \{ (\w+) \} from '\.\/(gradients\/\w+)';/g)];
if (modules.length < 80) throw new Error(`expected the list of tfjs' gradients, found ${modules.length}`);

/** What stands for those of tfjs' modules that it exports, each name under its own. */
const operations = await readFile(join(tfjs, 'dist/ops/ops.js'), 'utf8');
const replaced = new Map([
  ...[...operations.matchAll(/^export \{ ([\w, ]+) \} from '\.\/(\w+)';/gm)].map(
    ([, names, file]) => /** @type {const} */ ([`ops/${file}.js`, exporting(names)]),
  ),
  ['base.js', exporting('backend_util')],
  ['engine.js', `import { engine } from '${name}'; export const ENGINE = /* @__PURE__ */ engine();`],
]);
if (replaced.size < 150) throw new Error(`expected the list of tfjs' operations, found ${replaced.size}`);

/** @param {string} names */
function exporting(names) {
  return `export { ${names} } from '${name}';`;
}

/** @type {import('esbuild').Plugin} */
const takeFromTfjs = {
  name: 'take from tfjs',
  setup: ({ onLoad }) =>
    onLoad({ filter: /tfjs-core/ }, ({ path }) => {
      const contents = replaced.get(relative(join(tfjs, 'dist'), path).replaceAll('\\', '/'));
      return contents === undefined ? undefined : { contents, resolveDir: packageFolder };
    }),
};

const entry = `
import { getGradient, registerGradient } from '${name}';
${modules.map(([, one, file]) => `import { ${one} } from '${join(tfjs, 'dist', file)}.js';`).join('\n')}
export function registerTfjsGradients() {
  for (const config of [${modules.map(([, one]) => one).join(', ')}])
    if (getGradient(config.kernelName) === undefined) registerGradient(config);
}
`;
await mkdir(join(packageFolder, 'generated'), { recursive: true });
await build({
  stdin: { contents: entry, resolveDir: packageFolder, sourcefile: 'tfjs-gradients.entry.js' },
  outfile: join(packageFolder, 'generated/tfjs-gradients.js'),
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  external: [name],
  plugins: [takeFromTfjs],
  minify: true,
  legalComments: 'inline',
  logLevel: 'warning',
});
await writeFile(
  join(packageFolder, 'generated/tfjs-gradients.d.ts'),
  "/** Registers tfjs' own gradient functions with tfjs. */\nexport declare function registerTfjsGradients(): void;\n",
);
