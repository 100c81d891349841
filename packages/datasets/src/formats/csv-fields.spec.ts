// Fields of comma-separated values, beside csv-parse, which is not installed with Lamella.
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { CsvFields, type CsvRecord } from './csv-fields.js';

/** The records of a text that comes in pieces of this many characters. */
function recordsOf(text: string, size = text.length, delimiter = ','): CsvRecord[] {
  const cut = new CsvFields('table', delimiter);
  const records: CsvRecord[] = [];
  for (let i = 0; i < text.length; i += size) records.push(...cut.push(text.slice(i, i + size)));
  return [...records, ...cut.end()];
}

/** What csv-parse makes of it. */
function ofCsvParse(text: string, delimiter: string): CsvRecord[] {
  const options = { trim: true, skipEmptyLines: true, relaxColumnCount: true, info: true, delimiter };
  const parsed = parse(text, options) as unknown as { record: string[]; info: { lines: number } }[];
  return parsed.map(({ record, info }) => ({ fields: record, line: info.lines }));
}

describe('fields of comma-separated values', () => {
  it('go by lines of any end, however the text is cut into pieces', () => {
    const text = 'a, b \r\n\r\n"x ""y"",\r\nz" ,\n  \n1,2\r3';
    for (const size of [1, 2, 3, 100])
      expect(recordsOf(text, size)).toEqual([
        { fields: ['a', 'b'], line: 1 },
        { fields: ['x "y",\r\nz', ''], line: 4 },
        { fields: ['1', '2'], line: 6 },
        { fields: ['3'], line: 7 },
      ]);
  });

  it.each([',', '\t', ';', '::'])('are those of csv-parse, with %j between them', (delimiter) => {
    const word = fc.string({ unit: fc.constantFrom('a', 'bc', 'é', ' ', '\u00a0'), maxLength: 4 });
    const plain = word.filter((text) => !text.includes(delimiter));
    const inQuotes = fc.string({
      unit: fc.constantFrom('a', '""', ' ', '\n', delimiter),
      maxLength: 6,
    });
    const field = fc.oneof(
      plain,
      fc.tuple(fc.constantFrom('', ' '), inQuotes).map(([space, text]) => `${space}"${text}"`),
    );
    const line = fc.array(field, { maxLength: 4 }).map((fields) => fields.join(delimiter));
    const table = fc
      .tuple(fc.array(line), fc.constantFrom('', '\n'))
      .map(([lines, end]) => lines.join('\n') + end);
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 9 }), (text, size) => {
        expect(recordsOf(text, size, delimiter)).toEqual(ofCsvParse(text, delimiter));
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it.each([
    { text: 'a\n"b', says: 'line 2: a quote is not closed' },
    { text: 'a"b', says: 'line 1: a quote stands in a field that does not begin with one' },
    { text: '"a" b', says: 'line 1: something stands between a quote and what ends its field' },
    { text: `a\n"${'b'.repeat(2 ** 24)}`, says: 'line 2: expected at most 16777216 characters' },
  ])('are refused: $says', ({ text, says }) => {
    expect(() => recordsOf(text)).toThrow(`[FILE_INVALID] "table": ${says}`);
  });
});
