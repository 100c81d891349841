// The steps from a text to its tokens: standardizing, splitting, joining neighbours. As TensorFlow's operations on strings.

/** Keras' punctuation. */
const punctuation = /[!"#$%&()*+,\-./:;<=>?@[\\\]^_`{|}~']/g;
const somePunctuation = new RegExp(punctuation.source);
const notAscii = /[^\x00-\x7f]/;
const capitals = /[A-Z]+/g;
/** What TensorFlow splits at: white space of ASCII alone. */
const whitespace = /[ \t\n\v\f\r]+/;
const rareSpace = /[\t\n\v\f\r]/;

/** Letters of ASCII in lower case; others stay as they are. */
function lower(text: string): string {
  return notAscii.test(text)
    ? text.replace(capitals, (letters) => letters.toLowerCase())
    : text.toLowerCase();
}

function strip(text: string): string {
  // Searching alone is faster than replacing nothing.
  return somePunctuation.test(text) ? text.replace(punctuation, '') : text;
}

/** What is done with a text first. */
export const standardizers = {
  lower_and_strip_punctuation: (text: string) => strip(lower(text)),
  lower,
  strip_punctuation: strip,
} as const;

/** How a text falls into tokens. */
export const splitters = {
  whitespace: (text: string) => {
    const tokens = text.split(rareSpace.test(text) ? whitespace : ' ');
    return tokens.includes('') ? tokens.filter((token) => token !== '') : tokens;
  },
  /** By code points. */
  character: (text: string) => Array.from(text),
} as const;

/** The tokens that stand side by side, as many as each width says, or one up to a number of them, joined by a blank. */
export function ngramsOf(tokens: readonly string[], ngrams: number | readonly number[]): string[] {
  const widths =
    typeof ngrams === 'number'
      ? Array.from({ length: Math.min(ngrams, tokens.length) }, (_, i) => i + 1)
      : ngrams;
  return widths.flatMap((width) =>
    Array.from({ length: Math.max(0, tokens.length - width + 1) }, (_, i) =>
      tokens.slice(i, i + width).join(' '),
    ),
  );
}
