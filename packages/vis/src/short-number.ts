// Numbers for people, in few characters.

/** Four digits of a number, with an exponent where it is long. */
export function shortNumber(value: number): string {
  const text = String(Number(value.toPrecision(4)));
  return text.length <= 8 ? text : Number(value.toPrecision(4)).toExponential();
}
