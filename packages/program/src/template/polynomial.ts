// Integer polynomials in the unknown dimensions of a template: how a size, an attribute or a scalar follows the batch.
// Fitted exactly, in whole numbers: a value that no such polynomial gives is not polymorphic.

/** One product: an integer times powers of the unknowns. */
export interface Term {
  readonly coefficient: number;
  /** For each unknown its exponent. */
  readonly powers: readonly number[];
}

const brand = Symbol.for('lamella.Polynomial');

/** A sum of {@link Term}s. */
export class Polynomial {
  constructor(readonly terms: readonly Term[]) {
    Object.defineProperty(this, brand, { value: true });
  }

  /** The unknown number `index` of `count` itself. */
  static unknown(index: number, count: number): Polynomial {
    return new Polynomial([{ coefficient: 1, powers: unit(index, count) }]);
  }

  /** The value where the unknowns have these sizes. */
  at(sizes: readonly number[]): number {
    return this.terms.reduce((sum, { coefficient, powers }) => sum + coefficient * product(powers, sizes), 0);
  }

  /** Which unknown this is, where it is one and nothing else. */
  get isolated(): number | undefined {
    const [term] = this.terms;
    if (this.terms.length !== 1 || term!.coefficient !== 1) return undefined;
    const index = term!.powers.findIndex((power) => power > 0);
    return index >= 0 && term!.powers.every((power, i) => power === (i === index ? 1 : 0))
      ? index
      : undefined;
  }

  /** As people read it: `784*batch + 1`. */
  print(unknowns: readonly string[]): string {
    const terms = this.terms.map(({ coefficient, powers }) => {
      const factors = powers.flatMap((power, i) =>
        Array.from({ length: power }, () => unknowns[i] ?? `d${i}`),
      );
      if (coefficient !== 1 || factors.length === 0) factors.unshift(String(coefficient));
      return factors.join('*');
    });
    return terms.length === 0 ? '0' : terms.join(' + ');
  }
}

/** Whether `value` is a {@link Polynomial}. */
export function isPolynomial(value: unknown): value is Polynomial {
  return typeof value === 'object' && value !== null && brand in value;
}

/** A number, or how it follows the unknown dimensions. */
export type Size = number | Polynomial;

/** The number that a size is where the unknowns have these sizes. */
export function sizeAt(size: Size, sizes: readonly number[]): number {
  return isPolynomial(size) ? size.at(sizes) : size;
}

/** The products that a fit tries: all without squares, then the squares. */
export function monomials(count: number): number[][] {
  const free = Array.from({ length: 2 ** count }, (_, bits) =>
    Array.from({ length: count }, (_, i) => (bits >> i) & 1),
  );
  const squares = Array.from({ length: count }, (_, i) => unit(i, count).map((power) => 2 * power));
  return [...free, ...squares];
}

/**
 * The polynomial through `values` at `points`, or undefined where no integer one goes through all of them. The first
 * points, as many as there are {@link monomials}, determine it; the others must agree.
 */
export function fitPolynomial(
  values: readonly number[],
  points: readonly (readonly number[])[],
): Size | undefined {
  const first = values[0]!;
  if (values.every((value) => Object.is(value, first))) return first;
  if (!values.every((value) => Number.isSafeInteger(value))) return undefined;
  const candidates = monomials(points[0]!.length);
  const rows = candidates.map((_, i) => [
    ...candidates.map((powers) => product(powers, points[i]!)),
    values[i]!,
  ]);
  const coefficients = solve(rows).map(Math.round);
  const terms = candidates.flatMap((powers, i): Term[] =>
    coefficients[i] === 0 ? [] : [{ coefficient: coefficients[i]!, powers }],
  );
  const fitted = new Polynomial(terms);
  return points.every((point, i) => fitted.at(point) === values[i]) ? fitted : undefined;
}

function unit(index: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => (i === index ? 1 : 0));
}

function product(powers: readonly number[], sizes: readonly number[]): number {
  return powers.reduce((result, power, i) => result * (sizes[i] ?? 0) ** power, 1);
}

/** Gaussian elimination with pivots; rounding is the caller's, who checks what comes out. */
function solve(rows: number[][]): number[] {
  const n = rows.length;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++) {
      if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row;
    }
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    for (let row = 0; row < n; row++) {
      if (row === column) continue;
      const factor = rows[row]![column]! / rows[column]![column]!;
      for (let k = column; k <= n; k++) rows[row]![k]! -= factor * rows[column]![k]!;
    }
  }
  return rows.map((row, i) => row[n]! / row[i]!);
}
