// What was compared, where, how far apart it was, and how far it may be. Not here: what is compared.

/** @typedef {{ difference: number, most: number, isFine: boolean }} Finding */

const columns = /** @type {const} */ ([
  'iterations',
  'learning rate',
  'weights',
  'slots',
  'predictions',
  'losses',
]);

/** Columns of the table. @typedef {(typeof columns)[number]} Column */

/** By place, then by column. @type {Map<string, Partial<Record<Column, Finding>>>} */
const findings = new Map();

/**
 * Notes the largest difference between arrays, each relative to its largest value. NaN and a missing value never are near.
 * @param {string} place
 * @param {Column} column
 * @param {readonly (readonly number[] | undefined)[]} got
 * @param {readonly (readonly number[])[]} wanted
 * @param {number} most
 */
export function compare(place, column, got, wanted, most) {
  const differences = wanted.map((values, i) => relativeDifference(got[i] ?? [], values));
  const difference = Math.max(...differences);
  const isFine = wanted.length > 0 && got.length === wanted.length && difference <= most;
  findings.set(place, { ...findings.get(place), [column]: { difference, most, isFine } });
}

/**
 * @param {readonly number[]} got
 * @param {readonly number[]} wanted
 */
function relativeDifference(got, wanted) {
  if (wanted.length === 0 || got.length !== wanted.length) return NaN;
  const scale = Math.max(...wanted.map(Math.abs));
  const gap = Math.max(...wanted.map((value, i) => Math.abs(value - got[i])));
  return gap === 0 ? 0 : gap / scale;
}

/** What was too far apart, in words. */
export function failures() {
  return [...findings].flatMap(([place, row]) =>
    Object.entries(row)
      .filter(([, { isFine }]) => !isFine)
      .map(
        ([column, { difference, most }]) => `${place}: ${column} differ by ${difference}, allowed ${most}`,
      ),
  );
}

/** A line for each place, with the largest difference of all that was compared there. */
export function table() {
  const first = Math.max(...[...findings.keys()].map((place) => place.length));
  const line = (/** @type {string} */ place, /** @type {string[]} */ cells) =>
    [place.padEnd(first), ...cells.map((cell, i) => cell.padStart(columns[i].length))].join('  ').trimEnd();
  const text = (/** @type {Finding | undefined} */ finding) =>
    finding === undefined ? '' : finding.difference === 0 ? '0' : finding.difference.toExponential(1);
  return [
    line('largest difference', [...columns]),
    ...[...findings].map(([place, row]) =>
      line(
        place,
        columns.map((column) => text(row[column])),
      ),
    ),
  ].join('\n');
}
