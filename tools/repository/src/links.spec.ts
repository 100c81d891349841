// Every relative link in a document leads somewhere.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { filesOf } from './find-examples.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const documents = filesOf(root).filter((path) => path.endsWith('.md'));

describe('the links', () => {
  it.each(documents)('of %s lead somewhere', (path) => {
    const text = readFileSync(join(root, path), 'utf8').replace(/```[\s\S]*?```|`[^`\n]*`/g, '');
    const targets = [...text.matchAll(/\]\(([^)\s#]+)[^)]*\)/g)].map(([, target]) => target!);
    const relative = targets.filter((target) => !/^[a-z]+:/.test(target));
    expect(relative.filter((target) => !existsSync(join(root, dirname(path), target)))).toEqual([]);
  });
});
