// docs/operations.md says what each operation does and does not do. `UPDATE_OPERATIONS=1` writes its table anew.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { cases } from './cases.js';
import { cellOf, columns, type Cell } from './columns.js';
import { markdownTable } from './markdown-table.js';

const page = fileURLToPath(new URL('../../../../docs/operations.md', import.meta.url));
const marks: Readonly<Record<Cell, string>> = { yes: '✓', no: '✗', '': '' };

async function table(): Promise<string[]> {
  const rows: string[][] = [['Keras, TensorFlow', 'tfjs-core', ...columns.map(({ title }) => title)]];
  for (const operation of cases) {
    const cells: Cell[] = [];
    for (const column of columns) cells.push(await cellOf(column, operation));
    rows.push([`\`${operation.keras}\``, `\`${operation.tfjs}\``, ...cells.map((cell) => marks[cell])]);
  }
  return markdownTable(rows);
}

describe('docs/operations.md', () => {
  it('says of each operation what it does', async () => {
    const lines = readFileSync(page, 'utf8').split('\n');
    const [from, to] = [
      lines.findIndex((line) => line.startsWith('| ')),
      lines.findLastIndex((line) => line.startsWith('| ')),
    ];
    const found = await table();
    if (process.env['UPDATE_OPERATIONS'] !== undefined)
      writeFileSync(page, [...lines.slice(0, from), ...found, ...lines.slice(to + 1)].join('\n'));
    else expect(lines.slice(from, to + 1)).toEqual(found);
  });
});
