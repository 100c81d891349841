// No module of a package imports itself by way of others, not even for a type: what is in a circle can only be read whole.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { circles } from './circles.js';

const root = fileURLToPath(new URL('../../../packages', import.meta.url));
const folders = readdirSync(root).filter((folder) => existsSync(join(root, folder, 'src')));

/** The modules of a package, each with those it imports, types and lazy imports included. */
function importsOf(folder: string): Map<string, string[]> {
  const source = join(root, folder, 'src');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'),
  );
  return new Map(
    files.map((file) => {
      const path = join(source, file);
      const { importedFiles } = ts.preProcessFile(readFileSync(path, 'utf8'), true, true);
      const own = importedFiles.filter(({ fileName }) => fileName.startsWith('.'));
      return [
        file,
        own.map(({ fileName }) => relative(source, join(dirname(path), fileName.replace(/\.js$/, '.ts')))),
      ];
    }),
  );
}

describe('circles()', () => {
  it('finds modules that reach themselves', () => {
    const edges = { a: ['b'], b: ['c', 'd'], c: ['a'], d: [], e: ['e'] };
    expect(circles(new Map(Object.entries(edges)))).toEqual([['a', 'b', 'c'], ['e']]);
    expect(circles(new Map([['a', ['b']]]))).toEqual([]);
  });
});

/** A tensor to come knows its call, a call its layer, and a layer its calls, each in full: one thing in three modules. */
const knots: Readonly<Record<string, string[][]>> = { core: [['layer.ts', 'node.ts', 'symbolic-tensor.ts']] };

describe('the modules', () => {
  it.each(folders)('of %s import one another in no circle', (folder) => {
    expect(circles(importsOf(folder))).toEqual(knots[folder] ?? []);
  });
});
