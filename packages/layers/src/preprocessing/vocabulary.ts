// A vocabulary: tokens in order, and the places of each. With its form in Keras' files.

/** A token: a string, or a whole number (a bigint where numbers do not hold it). */
export type Token = string | number | bigint;

/** Tokens in order, each once. */
export class Vocabulary {
  private readonly places: ReadonlyMap<Token, number>;

  constructor(readonly tokens: readonly Token[]) {
    this.places = new Map(tokens.map((token, i) => [token, i]));
  }

  /** The place of a token, or undefined. */
  placeOf(token: Token): number | undefined {
    return this.places.get(token);
  }
}

/** How often tokens come, and in how many documents. */
export class TokenCounts {
  readonly counts = new Map<Token, number>();
  readonly documents = new Map<Token, number>();
  documentCount = 0;

  addDocument(tokens: readonly Token[]): void {
    for (const token of tokens) this.counts.set(token, (this.counts.get(token) ?? 0) + 1);
    for (const token of new Set(tokens)) this.documents.set(token, (this.documents.get(token) ?? 0) + 1);
    this.documentCount++;
  }

  /** By falling counts; of the same count, the greater token first, as in Keras. */
  sorted(): Token[] {
    return [...this.counts].sort(([a, m], [b, n]) => n - m || compareTokens(b, a)).map(([token]) => token);
  }

  /** How much each token says, the rarer the more: the inverse document frequency. */
  idfOf(token: Token): number {
    return Math.log(1 + this.documentCount / (1 + (this.documents.get(token) ?? 0)));
  }
}

/** Numbers by size, strings by their bytes in UTF-8. */
function compareTokens(a: Token, b: Token): number {
  if (typeof a !== 'string' || typeof b !== 'string') return a < b ? -1 : a > b ? 1 : 0;
  for (let i = 0; i < a.length && i < b.length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    // Surrogates stand for code points above all others.
    if (x !== y) return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/** Where Python's `splitlines` ends a line. */
const lineEnd = /\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/;

/** The lines of Keras' `vocabulary.txt`, or undefined where tokens would not come back from it. */
export function writeLines(tokens: readonly Token[]): string | undefined {
  if (tokens.some((token) => typeof token === 'string' && lineEnd.test(token)) || tokens.at(-1) === '')
    return undefined;
  return tokens.join('\n');
}

/** What Keras reads of such a file. */
export function readLines(text: string): string[] {
  const lines = text.split(lineEnd);
  while (lines.at(-1) === '') lines.pop();
  return lines;
}
