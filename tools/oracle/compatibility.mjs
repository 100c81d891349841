// docs/compatibility.md, a part for each check that writes one: between two comments, and without touching the others'.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

const path = join(fileURLToPath(new URL('../..', import.meta.url)), 'docs/compatibility.md');

/** The checks that write a part, in the order of the document. */
const checks = ['check:keras', 'check:keras-ops', 'check:onnx', 'check:tfjs'];

const introduction = `# Compatibility

What files of Lamella were opened by, and which files came from. Every figure was measured by the command that its part names. An empty cell was not run.

Files of Keras 2 are read as well (\`fixtures/tf_keras\`, made by tf_keras 2.21). What they hold in former words becomes what Keras 3 has: functions of
TensorFlow in a graph become operations of \`keras.ops\`, former classes and options today's. One function has no namesake there: the \`hard_sigmoid\` of Keras 2 and
TensorFlow.js, min(max(0.2 x + 0.5, 0), 1). It is \`activations.hardSigmoidOfKeras2\` here, is \`hard_sigmoid\` again in a \`model.json\`, and in \`.keras\` and \`.h5\` a chain of a
\`Rescaling\` and a \`ReLU\` as the layer's activation, which Keras 3.15.1 opens, trains and saves in safe mode.`;

/**
 * Puts what a check found in the place of what it found before.
 * @param {string} check its npm script
 * @param {string} markdown headings from the second level on
 */
export async function writePart(check, markdown) {
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const parts = checks.flatMap((name) => {
    const text = name === check ? markdown.trim() : partOf(before, name);
    return text === undefined ? [] : [begin(name), text, end(name)];
  });
  const style = await resolveConfig(path);
  writeFileSync(path, await format([introduction, ...parts].join('\n\n'), { ...style, parser: 'markdown' }));
  console.log(`The part of ${check} in docs/compatibility.md is written.`);
}

/** @param {string} document @param {string} check */
function partOf(document, check) {
  const from = document.indexOf(begin(check));
  const to = document.indexOf(end(check));
  return from < 0 || to < from ? undefined : document.slice(from + begin(check).length, to).trim();
}

const begin = (/** @type {string} */ check) => `<!-- Written by \`npm run ${check}\`; do not edit. -->`;
const end = (/** @type {string} */ check) => `<!-- The end of ${check}. -->`;

/**
 * A table in Markdown; all columns after the first are aligned to the right.
 * @param {readonly string[]} header
 * @param {readonly (readonly string[])[]} rows
 */
export function markdownTable(header, rows) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

/** @param {number} difference */
export function shown(difference) {
  return difference === 0 ? '0' : difference.toExponential(0);
}

/**
 * A row for each name: how many cases, how many of them failed if any did, and the largest difference.
 * @param {readonly { name: string, ok: boolean, difference: number }[]} findings
 */
export function rowsByName(findings) {
  const names = [...new Set(findings.map(({ name }) => name))].sort((a, b) => (a < b ? -1 : 1));
  return names.map((name) => {
    const found = findings.filter((finding) => finding.name === name);
    const bad = found.filter(({ ok }) => !ok).length;
    const largest = Math.max(...found.map(({ difference }) => difference));
    return [name, String(found.length), bad > 0 ? `**${bad} of ${found.length} fail**` : shown(largest)];
  });
}
