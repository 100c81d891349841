// Finds the examples in documents and doc comments: ```ts fences in Markdown, and `@example` or such fences in sources.
// A fence marked `no-run` is only type-checked; one marked `continues` goes on where the fence before it ended.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} Example
 * @property {string} source the file it stands in, from the root
 * @property {number} line the line of its opening
 * @property {string} code
 * @property {boolean} isRun whether it is run, or only type-checked
 * @property {boolean} isDocument whether it stands in a document and must name all it imports
 */

const notOurs =
  /(^|\/)(node_modules|dist|out-tsc|generated|fixtures|coverage|\.nx|\.git|\.changeset|CHANGELOG\.md)(\/|$)/;

/**
 * The repository's documents and sources, in the order of their paths.
 * @param {string} root
 * @returns {string[]}
 */
export function filesOf(root) {
  return ['README.md', 'CONTRIBUTING.md', 'docs', 'packages', 'examples'].flatMap((start) =>
    filesUnder(root, start),
  );
}

/**
 * Every example in the repository, in the order of its files.
 * @param {string} root
 * @returns {Example[]}
 */
export function findExamples(root) {
  return filesOf(root).flatMap((source) => {
    const text = () => readFileSync(join(root, source), 'utf8');
    if (source.endsWith('.md')) return examplesOfDocument(source, text());
    if (/^packages\/[^/]+\/src\/.*(?<!\.spec)\.ts$/.test(source)) return examplesOfSource(source, text());
    return [];
  });
}

/**
 * @param {string} root
 * @param {string} start a file or a folder
 * @returns {string[]}
 */
function filesUnder(root, start) {
  if (!existsSync(join(root, start))) return [];
  if (start.endsWith('.md')) return [start];
  return readdirSync(join(root, start), { withFileTypes: true })
    .map((entry) => ({ entry, path: `${start}/${entry.name}` }))
    .filter(({ path }) => !notOurs.test(path))
    .flatMap(({ entry, path }) =>
      entry.isDirectory() ? filesUnder(root, path) : entry.isFile() ? [path] : [],
    );
}

/**
 * The examples of one Markdown document.
 * @param {string} source
 * @param {string} text
 * @returns {Example[]}
 */
export function examplesOfDocument(source, text) {
  return fencesOf(source, text.split('\n'), true);
}

/**
 * The examples of the doc comments of one source file: its fences, and what follows `@example` without one.
 * @param {string} source
 * @param {string} text
 * @returns {Example[]}
 */
export function examplesOfSource(source, text) {
  return [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap((comment) => {
    const firstLine = text.slice(0, comment.index).split('\n').length - 1;
    const lines = [
      ...Array(firstLine).fill(''),
      ...comment[0]
        .split('\n')
        .map((line) => line.replace(/^\s*(\/\*\*|\*(?!\/)) ?/, '').replace(/\s*\*\/$/, '')),
    ];
    const fences = fencesOf(source, lines, false);
    return fences.length > 0 ? fences : taggedExamples(source, lines);
  });
}

/**
 * @param {string} source
 * @param {readonly string[]} lines
 * @param {boolean} isDocument
 * @returns {Example[]}
 */
function fencesOf(source, lines, isDocument) {
  /** @type {Example[]} */
  const examples = [];
  /** @type {{ line: number, words: string[], indent: string, code: string[] } | undefined} */
  let open;
  lines.forEach((text, index) => {
    const fence = /^(\s*)```(.*)$/.exec(text);
    if (!open) {
      if (fence)
        open = {
          line: index + 1,
          words: (fence[2] ?? '').trim().split(/\s+/),
          indent: fence[1] ?? '',
          code: [],
        };
      return;
    }
    if (!fence) {
      open.code.push(text.startsWith(open.indent) ? text.slice(open.indent.length) : text);
      return;
    }
    const { line, words, code } = open;
    open = undefined;
    if (words[0] !== 'ts' && words[0] !== 'typescript') return;
    const previous = examples.at(-1);
    if (words.includes('continues') && previous) code.unshift(previous.code);
    examples.push({ source, line, code: code.join('\n'), isRun: !words.includes('no-run'), isDocument });
  });
  return examples;
}

/**
 * @param {string} source
 * @param {readonly string[]} lines
 * @returns {Example[]}
 */
function taggedExamples(source, lines) {
  /** @type {Example[]} */
  const examples = [];
  lines.forEach((text, index) => {
    const tag = /^@example(.*)$/.exec(text);
    if (!tag) return;
    const rest = lines.slice(index + 1);
    const end = rest.findIndex((line) => /^@\w/.test(line));
    const code = (end < 0 ? rest : rest.slice(0, end)).join('\n').trimEnd();
    if (code.trim() === '') return;
    examples.push({ source, line: index + 1, code, isRun: !tag[1]?.includes('no-run'), isDocument: false });
  });
  return examples;
}
