import { describe, expect, it } from '@jest/globals';
import { AsciiWords } from './ascii-words.js';
import { splitters, standardizers } from './text-steps.js';

const vocabulary = ['the', 'cat', '', 'é', 'it_s', "it's", 'its', '\0x', '[UNK]', 'a'.repeat(100), 'THE'];
const everyCharacter = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).join('');
const texts = [
  '',
  ' \t\n\v\f\r',
  'The cat, the CAT... it_s its it\'s "its"',
  `  ${everyCharacter} cat${everyCharacter}the `,
  `${'a'.repeat(100)} ${'A'.repeat(101)}  [UNK] \0x x`,
  'dog\x1ccat the\x7f',
];

describe('words in ASCII', () => {
  it.each(Object.entries({ ...standardizers, nothing: (text: string) => text }))(
    'are those of the long way: %s',
    (_, standardize) => {
      const words = new AsciiWords(vocabulary, standardize);
      for (const text of texts) {
        const expected = splitters.whitespace(standardize(text)).map((word) => vocabulary.indexOf(word));
        expect(words.placesOf(text, Infinity)).toEqual(expected);
        expect(words.placesOf(text, 2)).toEqual(expected.slice(0, 2));
      }
    },
  );

  it('end where another character may change them, but not behind what is asked for', () => {
    const words = new AsciiWords(vocabulary, standardizers.lower);
    expect(words.placesOf('the cat', 5)).toEqual([0, 1]);
    expect(words.placesOf('the caté', 5)).toBeUndefined();
    expect(words.placesOf('the cat é', 2)).toEqual([0, 1]);
    expect(words.placesOf('the é', 1)).toEqual([0]);
    expect(new AsciiWords([], standardizers.lower).placesOf('a b', 9)).toEqual([-1, -1]);
  });
});
