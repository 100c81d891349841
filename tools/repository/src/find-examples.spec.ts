import { describe, expect, it } from '@jest/globals';
import { examplesOfDocument, examplesOfSource } from './find-examples.mjs';
import { prepareExample } from './prepare-example.mjs';

const lines = (...text: string[]) => text.join('\n');

describe('examples of a document', () => {
  it('are its ts fences and no others', () => {
    const text = lines(
      '# Title',
      '```ts',
      'const a = 1;',
      '```',
      '```sh',
      'npm test',
      '```',
      '```ts no-run',
      'b();',
      '```',
    );
    expect(examplesOfDocument('README.md', text)).toEqual([
      { source: 'README.md', line: 2, code: 'const a = 1;', isRun: true, isDocument: true },
      { source: 'README.md', line: 8, code: 'b();', isRun: false, isDocument: true },
    ]);
  });

  it('go on where the one before ended when they say so', () => {
    const text = lines('```ts', 'const a = 1;', '```', 'and', '```ts continues', 'a + 1; // 2', '```');
    expect(examplesOfDocument('README.md', text)[1]?.code).toBe('const a = 1;\na + 1; // 2');
  });
});

describe('examples of a source file', () => {
  it('are the code after @example', () => {
    const text = lines('export {};', '/**', ' * Adds.', ' *', ' * @example', ' * add(1, 2); // 3', ' */');
    expect(examplesOfSource('packages/a/src/a.ts', text)).toEqual([
      { source: 'packages/a/src/a.ts', line: 5, code: 'add(1, 2); // 3', isRun: true, isDocument: false },
    ]);
  });

  it('are fences where there are any', () => {
    const text = lines('/**', ' * @example', ' * ```ts no-run', ' * add(1);', ' * ```', ' */');
    expect(examplesOfSource('packages/a/src/a.ts', text)).toEqual([
      { source: 'packages/a/src/a.ts', line: 3, code: 'add(1);', isRun: false, isDocument: false },
    ]);
  });
});

describe('an example made ready', () => {
  it('imports the names that it uses and does not declare', () => {
    const providers = new Map([
      ['add', '@lamella/a'],
      ['x', '@lamella/b'],
    ]);
    const [imports] = prepareExample('const x = add(1); x.add({ add: tf.zeros([x]) });', providers).split(
      '\n',
    );
    expect(imports).toContain("import { add } from '@lamella/a';");
    expect(imports).toContain("import * as tf from '@tensorflow/tfjs-core';");
    expect(imports).not.toContain('@lamella/b');
  });

  it('checks what its comments claim, and leaves prose alone', () => {
    const code = lines(
      'f(); // [1, 2]',
      'console.log(g); // true',
      "const h = f(); // 'a'",
      'f(); // 2 of them',
      'f(); // done',
    );
    expect(prepareExample(code, undefined).split('\n').slice(1, 6)).toEqual([
      'claim(await (f()), ([1, 2])); // [1, 2]',
      'claim(await (g), (true)); // true',
      "const h = f(); claim(await h, ('a')); // 'a'",
      'f(); // 2 of them',
      'f(); // done',
    ]);
  });
});
