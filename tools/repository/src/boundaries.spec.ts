// Lint refuses what the house forbids. Without this test a rule that silently switched itself off would pass unseen.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const boundary = '@nx/enforce-module-boundaries';
const cases: [what: string, code: string, rule: string | undefined][] = [
  ['lets core import program', "import '@lamella/program';", undefined],
  ['lets core import tfjs-core', "import '@tensorflow/tfjs-core';", undefined],
  ['refuses training in core', "import '@lamella/training';", boundary],
  [
    'refuses io in core, imported lazily',
    "export const io = (): Promise<unknown> => import('@lamella/io');",
    boundary,
  ],
  ['refuses another package by its path', "import '../../program/src/index.js';", boundary],
  ['refuses h5wasm in core', "import 'h5wasm';", boundary],
  ["refuses Node's modules imported eagerly", "import 'node:fs';", 'no-restricted-imports'],
  ['refuses a default export', 'export default 1;', 'no-restricted-syntax'],
  ['refuses an enum', 'export enum Colour { Red }', 'no-restricted-syntax'],
  ['refuses printing', "console.log('here');", 'no-restricted-syntax'],
  ['refuses any', 'export const x: any = 1;', '@typescript-eslint/no-explicit-any'],
  [
    'asks for the return types of exports',
    'export function one() { return 1; }',
    '@typescript-eslint/explicit-module-boundary-types',
  ],
  ['refuses code from text', "export const f: unknown = new Function('return 1');", 'no-new-func'],
];

const root = fileURLToPath(new URL('../../..', import.meta.url));
const script = fileURLToPath(new URL('./lint-sample.mjs', import.meta.url));
const { stdout, stderr } = spawnSync(process.execPath, [script], {
  encoding: 'utf8',
  env: { ...process.env, NX_DAEMON: 'false' },
  input: JSON.stringify(cases.map(([, code]) => ['packages/core/src/index.ts', `// A sample.\n${code}\n`])),
});

describe('lint', () => {
  it('runs on samples', () => {
    expect(stderr).not.toContain('Error');
    expect(stdout).toMatch(/^\[/);
  });

  it.each(cases.map(([what, , rule], index) => ({ what, rule, index })))('$what', ({ rule, index }) => {
    const messages: string[] = JSON.parse(stdout)[index];
    if (rule) expect(messages).toContainEqual(expect.stringContaining(`${rule}: `));
    else expect(messages).toEqual([]);
  });

  it('refuses promises that nobody waits for, and waiting for what is no promise', () => {
    const code = `
      const later = async (): Promise<void> => {};
      later();
      [1].forEach(async () => later());
      await 1;
      export {};`;
    const folder = mkdtempSync(join(tmpdir(), 'lamella-lint-'));
    try {
      const options = { compilerOptions: { target: 'es2022', module: 'esnext', strict: true, types: [] } };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(options));
      writeFileSync(join(folder, 'sample.ts'), code);
      // It finds its helper, which knows types, from where it runs.
      const bin = join(root, 'node_modules/.bin');
      const linter = join(root, 'node_modules/oxlint/bin/oxlint');
      const { stdout: found } = spawnSync(
        process.execPath,
        [linter, '--config', join(root, '.oxlintrc.json'), '--type-aware', '--format', 'unix', '.'],
        {
          cwd: folder,
          encoding: 'utf8',
          env: { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH']}` },
        },
      );
      for (const rule of ['no-floating-promises', 'no-misused-promises', 'await-thenable'])
        expect(found).toContain(rule);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
