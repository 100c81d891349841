// What an exchange found, as a table: a row for each layer, model, optimizer, dtype policy and for the operations, a column for each format
// and direction, the largest difference in each cell. A cell is empty where nothing was run.

import { shown } from './compatibility.mjs';

/**
 * @typedef {object} Finding
 * @property {string} file
 * @property {'from Keras' | 'to Keras'} direction
 * @property {boolean} ok
 * @property {number} difference Of predictions, relative where values exceed 1.
 * @property {string} remark
 */

const formats = ['.keras', '.h5', '.weights.h5', '.weights.json', '.legacy_weights.h5'];
const directions = /** @type {const} */ (['from Keras', 'to Keras']);

/** @param {string} file */
function split(file) {
  const suffix =
    ['.legacy_weights.h5', '.weights.json', '.weights.h5', '.keras', '.h5'].find((end) =>
      file.endsWith(end),
    ) ?? '';
  const name = file.slice(0, -suffix.length);
  const [kind, what] = /^(layer|optimizer|operation|policy)-([A-Za-z0-9_]+)/.exec(name)?.slice(1) ?? [
    'model',
    name,
  ];
  return { suffix, group: kind, row: kind === 'operation' ? 'keras.ops' : what };
}

/**
 * @param {readonly Finding[]} findings
 * @param {{ keras: string, seed: string, backend: string }} made
 */
export function compatibilityTable(findings, made) {
  /** @type {Map<string, Map<string, Map<string, Finding[]>>>} */
  const groups = new Map();
  for (const finding of findings) {
    const { suffix, group, row } = split(finding.file);
    const rows = groups.get(group) ?? new Map();
    const cells = rows.get(row) ?? new Map();
    const key = `${suffix} ${finding.direction}`;
    groups.set(group, rows.set(row, cells.set(key, [...(cells.get(key) ?? []), finding])));
  }
  const bad = findings.filter(({ ok }) => !ok).length;
  const inFloat32 = findings.filter(({ ok, file }) => ok && split(file).group !== 'policy');
  const worst = Math.max(0, ...inFloat32.map(({ difference }) => difference));
  const summary = `${findings.length - bad} of ${findings.length} exchanges agree with Keras ${made.keras}; the largest difference in float32 is ${worst.toExponential(1)}.`;
  const titles = {
    layer: ['Layers', 'Layer'],
    model: ['Models', 'Model'],
    optimizer: ['Optimizers', 'Optimizer'],
    operation: ['Operations', 'Operation'],
    policy: ['Dtype policies', 'Policy'],
  };
  const sections = Object.entries(titles).flatMap(([group, [title, column]]) => {
    const rows = groups.get(group);
    if (rows === undefined) return [];
    const columns = formats
      .flatMap((format) => directions.map((direction) => `${format} ${direction}`))
      .filter((key) => [...rows.values()].some((cells) => cells.has(key)));
    const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
    return [
      `### ${title}`,
      '',
      line([
        column,
        'cases',
        ...columns.map((key) => `\`${key.split(' ')[0]}\` ${key.slice(key.indexOf(' ') + 1)}`),
      ]),
      line(['---', ...[...columns, ''].map(() => '--:')]),
      ...[...rows]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([row, cells]) =>
          line([
            `\`${row}\``,
            String(Math.max(...[...cells.values()].map((list) => list.length))),
            ...columns.map((key) => cell(cells.get(key))),
          ]),
        ),
      '',
    ];
  });
  const markdown = [
    '## Keras',
    '',
    summary,
    '',
    'Each cell holds the largest difference between what the two predict for the same file, relative where values exceed 1; all weights are equal, bit for',
    'bit. "from Keras": Keras wrote the file and Lamella opened it. "to Keras": the other way, in Keras\' safe mode. "refused": what was refused, and must be.',
    "Where a model was trained, its optimizer's variables are equal too, and three more steps give the same losses to 1e-4 in the program that opened the file",
    '(from `.h5`, Keras itself cannot train on). Masks given as inputs of a layer, which no model has, are left out.',
    '',
    `Keras ${made.keras} on JAX, in float32 but for the dtype policies; Lamella on backend-${made.backend}; seed ${made.seed}.`,
    '',
    ...sections,
  ].join('\n');
  return { summary, markdown };
}

/** @param {Finding[] | undefined} found */
function cell(found) {
  if (found === undefined) return '';
  const bad = found.filter(({ ok }) => !ok).length;
  if (bad > 0) return `**${bad} of ${found.length} fail**`;
  if (found.every(({ remark }) => remark.startsWith('refused'))) return 'refused';
  return shown(Math.max(...found.map(({ difference }) => difference)));
}
