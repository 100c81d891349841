// What bundlers make of `lamella`: a browser's bundle needs none of Node's modules, and one import does not bring all.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { build, type Message, type Metafile } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));

interface Bundle {
  readonly metafile: Metafile;
  readonly warnings: readonly Message[];
  readonly text: string;
  /** Those modules of which anything is kept. */
  readonly modules: readonly string[];
  /** Those of ours among them. */
  readonly packages: readonly string[];
}

const thirdParties = ['@tensorflow/*', 'onnxruntime-*', 'csv-parse', 'fflate'];

/** Bundles a module for browsers from the packages' sources; third parties stay outside. */
async function bundle(contents: string, external = thirdParties): Promise<Bundle> {
  const { metafile, outputFiles, warnings } = await build({
    stdin: { contents, resolveDir: here, loader: 'ts' },
    absWorkingDir: fileURLToPath(new URL('../../../', import.meta.url)),
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    conditions: ['lamella-source'],
    external,
    // As in a page, which tfjs tells by it.
    define: { process: 'undefined' },
    logLevel: 'silent',
  });
  const kept = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const modules = [...new Set(kept)].sort();
  const packages = modules.flatMap((path) => /^packages\/([^/]+)\//.exec(path)?.[1] ?? []);
  return { metafile, warnings, text: outputFiles[0]!.text, modules, packages: [...new Set(packages)] };
}

describe('a bundle that takes dense alone from lamella', () => {
  let result: Awaited<ReturnType<typeof bundle>>;
  beforeAll(async () => {
    result = await bundle(`import { dense } from 'lamella'; console.log(dense);`);
  });

  it('holds the layer, and what layers need, and nothing else', () => {
    expect(result.packages).toEqual(['core', 'layers', 'program']);
    // Beside what its options name. No layer that is added elsewhere makes it larger.
    const named = /\/(?:activations|constraints|initializers|options|regularizers)\//;
    const further = result.modules.filter((path) => path.startsWith('packages/layers/') && !named.test(path));
    expect(further).toEqual(
      ['activation/activated-layer.ts', 'core/dense.ts', 'unit-length.ts'].map(
        (path) => `packages/layers/src/${path}`,
      ),
    );
  });

  it('is what @lamella/layers alone would give', async () => {
    const direct = await bundle(`import { dense } from '@lamella/layers'; console.log(dense);`);
    expect(result.text.length).toBe(direct.text.length);
  });

  it('is half of the whole at most', async () => {
    const all = await bundle(`export * from 'lamella';`);
    // Half of it is what every layer needs to infer shapes: the rules of all kernels, and tfjs' own gradients.
    expect(result.text.length).toBeLessThan(all.text.length / 2);
  });
});

/** Gradients that are tfjs' own, in a module of program since tfjs' builds have them not: part of tfjs' share. */
const ofTfjs = '*/generated/tfjs-gradients.js';

/**
 * What applications of parts of it import, how many kilobytes of it, gzipped, they get beside tfjs and its gradients, and what they
 * must not get. Tight: what makes one larger is to be seen here. Of what trains, a sixth is the rules of all kernels, and a fifth the
 * losses, metrics and optimizers that compile() and files may name.
 */
const budgets = {
  'core alone': {
    contents: `import { compose, input } from '@lamella/core'; console.log(compose, input);`,
    kilobytes: 45.5,
    without: /layers|training|backend-|node:|testing/,
  },
  'dense alone': {
    contents: `import { dense } from 'lamella'; console.log(dense);`,
    kilobytes: 52.5,
    without: /training|backend-|node:|testing|files\//,
  },
  'core, dense, training and cpu': {
    contents: `import { cpu } from '@lamella/backend-cpu';
      import { compose, input } from '@lamella/core';
      import { dense } from '@lamella/layers';
      import { adam, training } from '@lamella/training';
      console.log(compose({ backend: cpu(), plugins: [training] }), input, dense, adam);`,
    kilobytes: 119.5,
    without:
      /node:|(?:io|files|datasets|vis|applications|backend-onnx)\/|layers\/src\/(?:recurrent|image|convolution|pooling|preprocessing|attention|normalization)/,
  },
  'all of lamella, with what it imports later': {
    contents: `import * as lamella from 'lamella'; console.log(lamella);`,
    kilobytes: 390,
    without: /onnxruntime|koffi|applications|backend-node|testing\//,
  },
};

describe('the size of a bundle', () => {
  it.each(Object.entries(budgets))('of %s keeps to its budget', async (_, budget) => {
    const { modules, text } = await bundle(budget.contents, [...thirdParties, ofTfjs]);
    expect(modules.filter((path) => budget.without.test(path))).toEqual([]);
    expect(gzipSync(text).length / 1000).toBeLessThan(budget.kilobytes);
  });

  it("of core, dense, training and cpu is 13 kB more with tfjs' gradients", async () => {
    const { text } = await bundle(budgets['core, dense, training and cpu'].contents);
    expect(gzipSync(text).length / 1000).toBeLessThan(132.5);
  });

  it("takes of tfjs' gradients only what tfjs does not export", async () => {
    const { text } = await bundle(`export * from '../../program/generated/tfjs-gradients.js';`);
    expect(gzipSync(text).length / 1000).toBeLessThan(15);
  });
});

describe('a bundle of all of lamella', () => {
  it("holds and imports none of Node's modules, nor ONNX Runtime, which pages ask for", async () => {
    const { metafile, warnings } = await bundle(`import * as lamella from 'lamella'; console.log(lamella);`);
    expect(warnings).toEqual([]);
    const external = Object.values(metafile.outputs).flatMap(({ imports }) =>
      imports.map(({ path }) => path),
    );
    expect(external.filter((path) => /^node:|onnxruntime|koffi/.test(path))).toEqual([]);
  });

  it('reads tables of bytes where there are no files', async () => {
    const contents = `import { readCsv } from '@lamella/datasets';
      const columns = { a: 'int32' } as const;
      const { a } = await readCsv(new TextEncoder().encode('a,b\\n1,2\\n3,4\\n'), { columns });
      const { message } = await readCsv('a.csv', { columns }).catch((error) => error);
      console.log(a.array(), message);`;
    const { text } = await bundle(contents, []);
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-'], {
      input: text,
      encoding: 'utf8',
    });
    expect(stdout).toContain('[ 1, 3 ] [FILE_MISSING] a.csv: there are no paths here');
  });

  it('disappears where it is imported and not used', async () => {
    const { text } = await bundle(`import 'lamella'; import { model } from 'lamella';`);
    expect(text.trim()).toBe('');
  });
});
