// File names with the epoch and logged values in them, in the notation that Keras takes: `{epoch:02d}-{val_loss:.2f}.keras`.
import { optionInvalid } from '@lamella/core';
import { suggest } from '@lamella/program';

/** The name with its places filled in. Throws: OPTION_INVALID for a name that is not logged, and formats that are not known. */
export function fillPattern(
  subject: string,
  pattern: string,
  values: Readonly<Record<string, number>>,
): string {
  return pattern.replace(/\{(\w+)(?::([^{}]*))?\}/g, (_, name: string, format: string | undefined) => {
    if (!Object.hasOwn(values, name)) {
      const known = suggest(name, Object.keys(values));
      throw optionInvalid(subject, 'filepath', `names of logged values in {}. ${known}`, pattern);
    }
    return formatNumber(subject, pattern, values[name]!, format ?? '');
  });
}

/** Python's format of a number: fill with zeros or spaces, width, precision, and one of d, f, e, g and %. */
function formatNumber(subject: string, pattern: string, value: number, format: string): string {
  const found = /^(0?)(\d*)(?:\.(\d+))?([dfeg%]?)$/.exec(format);
  if (found === null) throw optionInvalid(subject, 'filepath', 'formats such as 02d and .4f', pattern);
  const [, zero, width, digits, kind] = found;
  const text = plain(value, kind!, digits === undefined ? undefined : Number(digits));
  const missing = Math.max(0, Number(width) - text.length);
  if (zero !== '0') return ' '.repeat(missing) + text;
  return text.startsWith('-') ? `-${'0'.repeat(missing)}${text.slice(1)}` : '0'.repeat(missing) + text;
}

function plain(value: number, kind: string, digits: number | undefined): string {
  switch (kind) {
    case 'd':
      return value.toFixed(0);
    case 'f':
      return value.toFixed(digits ?? 6);
    case 'e':
      return twoDigitExponent(value.toExponential(digits ?? 6));
    case '%':
      return `${(value * 100).toFixed(digits ?? 6)}%`;
    case 'g':
      return twoDigitExponent(String(Number(value.toPrecision(Math.max(1, digits ?? 6)))));
    default:
      return digits === undefined
        ? String(value)
        : twoDigitExponent(String(Number(value.toPrecision(digits))));
  }
}

/** `1e-7` as `1e-07`. */
export function twoDigitExponent(text: string): string {
  return text.replace(
    /e([+-]?)(\d)$/,
    (_, sign: string, digit: string) => `e${sign === '' ? '+' : sign}0${digit}`,
  );
}
