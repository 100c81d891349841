// Bundles tfjs' gradient functions, which its Node build leaves out, into one ES module that registers them when called.
// Run at build time; writes generated/tfjs-gradients.js and its types.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const packageFolder = dirname(dirname(fileURLToPath(import.meta.url)));
const tfjs = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-core/package.json'));
const list = await readFile(join(tfjs, 'dist/register_all_gradients.js'), 'utf8');
const modules = [...list.matchAll(/import \{ (\w+) \} from '\.\/(gradients\/\w+)';/g)];
if (modules.length < 80) throw new Error(`expected the list of tfjs' gradients, found ${modules.length}`);

const entry = `
import { getGradient, registerGradient } from '@tensorflow/tfjs-core';
${modules.map(([, name, file]) => `import { ${name} } from '${join(tfjs, 'dist', file)}.js';`).join('\n')}
export function registerTfjsGradients() {
  for (const config of [${modules.map(([, name]) => name).join(', ')}])
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
  external: ['@tensorflow/tfjs-core'],
  minify: true,
  legalComments: 'inline',
  logLevel: 'warning',
});
await writeFile(
  join(packageFolder, 'generated/tfjs-gradients.d.ts'),
  "/** Registers tfjs' own gradient functions with tfjs. */\nexport declare function registerTfjsGradients(): void;\n",
);
