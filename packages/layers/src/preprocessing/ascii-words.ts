// The words of a text in ASCII as places in a vocabulary, in one pass over its characters: no string is made of a word. What has
// other characters goes the long way (text-steps.ts), which decides here too what becomes of a character.
import { splitters } from './text-steps.js';

/** In the table of characters: left out of words, and between them. */
const leftOut = 128;
const between = 129;

/** Finds words in a vocabulary by a hash of their characters. */
export class AsciiWords {
  /** What each character of ASCII becomes. */
  private readonly characters = new Uint8Array(128);
  /** The words of the vocabulary, one after the other, and where each begins. */
  private readonly letters: Uint8Array;
  private readonly starts: Uint32Array;
  private readonly hashes: Int32Array;
  /** Places plus one at slots by the hash; 0 where there is none, and the next slot where one is taken. */
  private readonly slots: Uint32Array;
  private word = new Uint8Array(64);

  /** `standardize` must change each character by itself, or nothing. */
  constructor(vocabulary: readonly string[], standardize: (text: string) => string) {
    for (let code = 0; code < 128; code++) {
      const text = String.fromCharCode(code);
      const [word] = splitters.whitespace(text);
      const standard = standardize(text);
      this.characters[code] =
        word === undefined ? between : standard === '' ? leftOut : standard.charCodeAt(0);
    }
    this.starts = new Uint32Array(vocabulary.length + 1);
    vocabulary.forEach((word, i) => (this.starts[i + 1] = this.starts[i]! + word.length));
    this.letters = new Uint8Array(this.starts[vocabulary.length]!);
    this.hashes = new Int32Array(vocabulary.length);
    this.slots = new Uint32Array(2 ** Math.ceil(Math.log2(2 * vocabulary.length + 1)));
    vocabulary.forEach((word, i) => this.add(word, i));
  }

  /**
   * The places of the first words, at most `most`; of an unknown word -1. Undefined where characters that are not of ASCII
   * stand before the end of them.
   */
  placesOf(text: string, most: number): number[] | undefined {
    const { characters } = this;
    const places: number[] = [];
    let [length, hash] = [0, firstHash];
    for (let i = 0; i < text.length && places.length < most; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) return undefined;
      const character = characters[code]!;
      if (character < leftOut) {
        if (length === this.word.length) this.widen();
        this.word[length++] = character;
        hash = nextHash(hash, character);
      } else if (character === between && length > 0) {
        places.push(this.find(length, hash));
        [length, hash] = [0, firstHash];
      }
    }
    if (length > 0 && places.length < most) places.push(this.find(length, hash));
    return places;
  }

  private add(word: string, place: number): void {
    let hash = firstHash;
    for (let i = 0; i < word.length; i++) {
      const code = word.charCodeAt(i);
      // No text that is read here has such a word.
      if (code > 127) return;
      this.letters[this.starts[place]! + i] = code;
      hash = nextHash(hash, code);
    }
    this.hashes[place] = hash;
    const { slots } = this;
    let slot = hash & (slots.length - 1);
    while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
    slots[slot] = place + 1;
  }

  private find(length: number, hash: number): number {
    const { slots, hashes } = this;
    for (let slot = hash & (slots.length - 1); slots[slot] !== 0; slot = (slot + 1) & (slots.length - 1)) {
      const place = slots[slot]! - 1;
      if (hashes[place] === hash && this.isAt(place, length)) return place;
    }
    return -1;
  }

  private isAt(place: number, length: number): boolean {
    const start = this.starts[place]!;
    if (this.starts[place + 1]! - start !== length) return false;
    for (let i = 0; i < length; i++) if (this.letters[start + i] !== this.word[i]) return false;
    return true;
  }

  private widen(): void {
    const wider = new Uint8Array(2 * this.word.length);
    wider.set(this.word);
    this.word = wider;
  }
}

/** FNV-1a. */
const firstHash = 0x811c9dc5 | 0;
const nextHash = (hash: number, code: number): number => Math.imul(hash ^ code, 0x01000193);
