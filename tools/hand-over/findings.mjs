// What was compared, how far apart it was, and how far it may be. Not here: what is compared.

/** @type {{ what: string, compared: string, difference: string, most: string, isFine: boolean }[]} */
const findings = [];

/**
 * Notes the largest difference, relative to the largest value expected. NaN and a missing value never are near enough.
 * @param {string} what
 * @param {readonly number[]} got
 * @param {readonly number[]} wanted
 * @param {number} most
 */
export function checkNear(what, got, wanted, most) {
  const scale = wanted.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
  const difference = wanted.reduce((largest, value, i) => {
    const gap = Math.abs(value - (got[i] ?? NaN)) / scale;
    return Math.max(largest, gap);
  }, 0);
  findings.push({
    what,
    compared: String(wanted.length),
    difference: difference === 0 ? '0' : difference.toExponential(1),
    most: most === 0 ? '0' : most.toExponential(0),
    isFine: wanted.length > 0 && got.length === wanted.length && difference <= most,
  });
}

/**
 * Notes what holds or does not.
 * @param {string} what
 * @param {boolean} isFine
 */
export function checkThat(what, isFine) {
  findings.push({ what, compared: '', difference: '', most: '', isFine });
}

/** Whether all of it holds, and there is something. */
export function isSound() {
  return findings.length > 0 && findings.every(({ isFine }) => isFine);
}

/** Prints a line for each. */
export function printTable() {
  const heading = { what: '', compared: 'values', difference: 'largest', most: 'allowed', isFine: true };
  const width = Math.max(...findings.map(({ what }) => what.length));
  for (const finding of [heading, ...findings]) {
    const { what, compared, difference, most, isFine } = finding;
    const mark = finding === heading ? '      ' : isFine ? 'ok    ' : 'FAILED';
    console.log(
      `${mark} ${what.padEnd(width)}  ${compared.padStart(6)}  ${difference.padStart(8)}  ${most.padStart(7)}`.trimEnd(),
    );
  }
  console.log(`${findings.filter(({ isFine }) => isFine).length} of ${findings.length} comparisons hold.`);
}
