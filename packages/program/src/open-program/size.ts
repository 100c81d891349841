// How a size, an attribute or a scalar follows the unknown dimensions of an open Program: by an integer polynomial in them and in
// their quotients. Fitted exactly, in whole numbers: a value that no such polynomial gives is not polymorphic.

/** An unknown divided and rounded down: floor((unknown + offset) / divisor). */
export interface Quotient {
  readonly unknown: number;
  /** From 0 to below the divisor. */
  readonly offset: number;
  readonly divisor: number;
}

/** One product: an integer times powers of the unknowns and, perhaps, quotients of them. */
export interface Term {
  readonly coefficient: number;
  /** For each unknown its exponent. */
  readonly powers: readonly number[];
  readonly quotients?: readonly Quotient[];
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
    return this.terms.reduce((sum, term) => sum + term.coefficient * productAt(term, sizes), 0);
  }

  /** Which unknown this is, where it is one and nothing else. */
  get isolated(): number | undefined {
    const [term] = this.terms;
    if (this.terms.length !== 1 || term!.coefficient !== 1 || term!.quotients !== undefined) return undefined;
    const index = term!.powers.findIndex((power) => power > 0);
    return index >= 0 && term!.powers.every((power, i) => power === (i === index ? 1 : 0))
      ? index
      : undefined;
  }

  /** As people read it: `784*batch + 1`, `floor((batch + 1)/2)`. */
  print(unknowns: readonly string[]): string {
    const nameOf = (i: number): string => unknowns[i] ?? `d${i}`;
    const terms = this.terms.map(({ coefficient, powers, quotients = [] }) => {
      const factors = powers.flatMap((power, i) => Array.from({ length: power }, () => nameOf(i)));
      for (const { unknown, offset, divisor } of quotients)
        factors.push(
          `floor(${offset === 0 ? nameOf(unknown) : `(${nameOf(unknown)} + ${offset})`}/${divisor})`,
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

/** The sum of two sizes, the second one `times` times. */
export function sumOfSizes(a: Size, b: Size, times = 1): Size {
  const terms = new Map<string, Term>();
  const add = (size: Size, factor: number): void => {
    for (const term of isPolynomial(size) ? size.terms : [{ coefficient: size, powers: [] }]) {
      const { powers, quotients = [] } = term;
      const key = JSON.stringify([powers.some((power) => power > 0) ? powers : [], quotients]);
      const coefficient = (terms.get(key)?.coefficient ?? 0) + factor * term.coefficient;
      terms.set(key, { ...term, coefficient });
    }
  };
  add(a, 1);
  add(b, times);
  const left = [...terms.values()].filter(({ coefficient }) => coefficient !== 0);
  const isConstant = ({ powers, quotients }: Term): boolean =>
    quotients === undefined && powers.every((power) => power === 0);
  const constant = left.find(isConstant)?.coefficient ?? 0;
  const open = left.filter((term) => !isConstant(term));
  if (open.length === 0) return constant;
  const zeros = open[0]!.powers.map(() => 0);
  return new Polynomial(constant === 0 ? open : [{ coefficient: constant, powers: zeros }, ...open]);
}

/** Whether two sizes are the same whatever the unknowns are. */
export function sameSize(a: Size, b: Size): boolean {
  return sumOfSizes(a, b, -1) === 0;
}

/** Whether two lists of sizes are the same whatever the unknowns are. */
export function sameSizes(a: readonly Size[], b: readonly Size[]): boolean {
  return a.length === b.length && a.every((size, axis) => sameSize(size, b[axis]!));
}

/** The products that a fit tries: all without squares, then the squares. */
export function monomials(count: number): number[][] {
  const squares = Array.from({ length: count }, (_, i) => unit(i, count).map((power) => 2 * power));
  return [...squareFree(count), ...squares];
}

function squareFree(count: number): number[][] {
  return Array.from({ length: 2 ** count }, (_, bits) =>
    Array.from({ length: count }, (_unused, i) => (bits >> i) & 1),
  );
}

/**
 * The polynomial through `values` at `points`, or undefined where no integer one goes through all of them. It may have
 * quotients of one unknown where there are many points, with every remainder of the division.
 */
export function fitPolynomial(
  values: readonly number[],
  points: readonly (readonly number[])[],
): Size | undefined {
  const first = values[0]!;
  if (values.every((value) => Object.is(value, first))) return first;
  if (!values.every((value) => Number.isSafeInteger(value))) return undefined;
  const count = points[0]!.length;
  const plain = monomials(count).map((powers) => ({ powers }));
  return fitted(plain, values, points) ?? fitQuotient(count, values, points);
}

type Product = Omit<Term, 'coefficient'>;

/** Sizes are halved several times, hardly divided by more. */
const largestDivisor = 16;
/** There are many quotients to choose from: so many more values than a form has coefficients are not met by chance. */
const spareForQuotients = 8;

function fitQuotient(
  count: number,
  values: readonly number[],
  points: readonly (readonly number[])[],
): Polynomial | undefined {
  for (let unknown = 0; unknown < count; unknown++) {
    for (let divisor = 2; divisor <= largestDivisor; divisor++) {
      const remainders = new Set(points.map((point) => point[unknown]! % divisor));
      if (remainders.size < divisor) continue;
      for (let offset = 0; offset < divisor; offset++) {
        const quotients = [{ unknown, offset, divisor }];
        const products = squareFree(count).flatMap((powers): Product[] => {
          if (powers[unknown] === 0) return [{ powers }];
          const rest = powers.map((power, i) => (i === unknown ? 0 : power));
          return [{ powers }, { powers: rest, quotients }];
        });
        const found =
          products.length + spareForQuotients <= points.length ? fitted(products, values, points) : undefined;
        if (found !== undefined) return found;
      }
    }
  }
  return undefined;
}

/** The integer combination of products through all values; undefined where there is none, or more than one. */
function fitted(
  products: readonly Product[],
  values: readonly number[],
  points: readonly (readonly number[])[],
): Polynomial | undefined {
  const rows = points.map((point, p) => [...products.map((one) => productAt(one, point)), values[p]!]);
  const coefficients = solve(rows, products.length)?.map(Math.round);
  if (coefficients === undefined) return undefined;
  const terms = products.flatMap((one, i): Term[] =>
    coefficients[i] === 0 ? [] : [{ coefficient: coefficients[i]!, ...one }],
  );
  const found = new Polynomial(terms);
  return points.every((point, p) => found.at(point) === values[p]) ? found : undefined;
}

function unit(index: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => (i === index ? 1 : 0));
}

function productAt({ powers, quotients = [] }: Product, sizes: readonly number[]): number {
  const whole = powers.reduce((result, power, i) => result * (sizes[i] ?? 0) ** power, 1);
  return quotients.reduce(
    (result, { unknown, offset, divisor }) => result * Math.floor(((sizes[unknown] ?? 0) + offset) / divisor),
    whole,
  );
}

/**
 * Gaussian elimination with pivots from any of the rows; undefined where they do not determine all columns. Rounding is the
 * caller's, who checks what comes out.
 */
function solve(rows: number[][], columns: number): number[] | undefined {
  for (let column = 0; column < columns; column++) {
    let pivot = column;
    for (let row = column + 1; row < rows.length; row++) {
      if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]?.[column] ?? 0)) pivot = row;
    }
    const chosen = rows[pivot];
    if (chosen === undefined || Math.abs(chosen[column]!) < 1e-9) return undefined;
    rows[pivot] = rows[column]!;
    rows[column] = chosen;
    for (let row = 0; row < rows.length; row++) {
      if (row === column) continue;
      const factor = rows[row]![column]! / rows[column]![column]!;
      for (let k = column; k <= columns; k++) rows[row]![k]! -= factor * rows[column]![k]!;
    }
  }
  return rows.slice(0, columns).map((row, i) => row[columns]! / row[i]!);
}
