// What bundlers make of `lamella`: a browser's bundle needs none of Node's modules, and one import does not bring all.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { build, type Message, type Metafile } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));

interface Bundle {
  readonly metafile: Metafile;
  readonly warnings: readonly Message[];
  readonly text: string;
  /** Those of ours of which anything is kept. */
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
  const packages = kept.flatMap((path) => /^packages\/([^/]+)\//.exec(path)?.[1] ?? []);
  return { metafile, warnings, text: outputFiles[0]!.text, packages: [...new Set(packages)].sort() };
}

describe('a bundle that takes dense alone from lamella', () => {
  let result: Awaited<ReturnType<typeof bundle>>;
  beforeAll(async () => {
    result = await bundle(`import { dense } from 'lamella'; console.log(dense);`);
  });

  it('holds the layer, and what layers need, and nothing else', () => {
    expect(result.packages).toEqual(['core', 'layers', 'program']);
    const layers = Object.values(result.metafile.outputs).flatMap(({ inputs }) =>
      Object.keys(inputs).filter((path) => /layers\/src\/.*(?:conv|pooling|normalization)/.test(path)),
    );
    expect(layers).toEqual([]);
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
