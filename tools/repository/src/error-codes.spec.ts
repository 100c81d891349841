// The codes that the packages throw and those that docs/errors.md explains are the same.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const sources = readdirSync(join(root, 'packages'), { recursive: true, encoding: 'utf8' }).filter(
  (path) => /^[^/]+\/src\/.*\.ts$/.test(path) && !path.endsWith('.spec.ts'),
);
const texts = sources.map((path) => readFileSync(join(root, 'packages', path), 'utf8'));
const sorted = (codes: Iterable<string>): string[] => [...new Set(codes)].sort();
const thrown = sorted(
  texts.flatMap((text) => [...text.matchAll(/\b[lL]amellaError\(\s*'([A-Z_]+)'/g)].map(([, code]) => code!)),
);
/** What `Throws:` promises, to the end of its paragraph in a doc comment. */
const promised = sorted(
  texts.flatMap((text) =>
    [...text.matchAll(/Throws: ((?:(?!\*\/|\n\s*\*?\s*\n|\n\s*\* @)[\s\S])*)/g)].flatMap(
      ([, list]) => list!.match(/\b[A-Z]{2,}(?:_[A-Z]+)+\b/g) ?? [],
    ),
  ),
);
const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
const sections = page.split(/^## /m).slice(1);
const explained = sections.map((section) => section.split('\n')[0]!);

describe('docs/errors.md', () => {
  it('explains every code that is thrown, and no other', () => {
    expect(thrown.length).toBeGreaterThan(40);
    expect(explained).toEqual(thrown);
  });

  it('explains every code that a doc comment promises', () => {
    expect(promised.filter((code) => !explained.includes(code))).toEqual([]);
  });

  it.each(sections.map((section) => [section.split('\n')[0]!, section] as const))(
    'says of %s what it means, how it reads and what to do',
    (code, section) => {
      const [, meaning, example, fix] = section.match(
        /^[A-Z_]+\n\n(.+)\n\n```text\n([\s\S]+?)\n```\n\nFix: (.+)\n+$/,
      )!;
      expect(meaning).toMatch(/\.$/);
      expect(example).toMatch(new RegExp(`^\\[${code}\\] .+: .+[.?:]`));
      expect(fix).toMatch(/\.$/);
    },
  );
});
