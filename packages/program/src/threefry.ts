// Threefry-2x32 with 20 rounds: a counter-based generator, two 32-bit words from a key and a counter.
// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
// Not here: what the words become (random-streams.ts).

/** Two 32-bit words, as signed integers. */
export type WordPair = readonly [number, number];

/** The two words of one block. Only the lowest 32 bits of each argument count. */
export function threefry(key: WordPair, counter: WordPair): WordPair {
  const words = new Int32Array(2);
  fillBlocks(key, counter[0], counter[1], words);
  return [words[0]!, words[1]!];
}

/**
 * Fills `words` with the blocks of counters (`firstBlock`, `high`), (`firstBlock` + 1, `high`), and so on, two words a
 * block. An odd last element takes the first word of its block.
 */
export function fillBlocks(key: WordPair, firstBlock: number, high: number, words: Int32Array): void {
  const k0 = key[0] | 0;
  const k1 = key[1] | 0;
  const k2 = 0x1bd11bda ^ k0 ^ k1;
  const start1 = (high + k1) | 0;
  const { length } = words;
  // The 20 rounds are written out: a loop over them runs at a third of the speed.
  for (let i = 0, block = firstBlock | 0; i < length; i += 2, block = (block + 1) | 0) {
    let a = (block + k0) | 0;
    let b = start1;
    a = (a + b) | 0;
    b = ((b << 13) | (b >>> 19)) ^ a;
    a = (a + b) | 0;
    b = ((b << 15) | (b >>> 17)) ^ a;
    a = (a + b) | 0;
    b = ((b << 26) | (b >>> 6)) ^ a;
    a = (a + b) | 0;
    b = ((b << 6) | (b >>> 26)) ^ a;
    a = (a + k1) | 0;
    b = (b + k2 + 1) | 0;
    a = (a + b) | 0;
    b = ((b << 17) | (b >>> 15)) ^ a;
    a = (a + b) | 0;
    b = ((b << 29) | (b >>> 3)) ^ a;
    a = (a + b) | 0;
    b = ((b << 16) | (b >>> 16)) ^ a;
    a = (a + b) | 0;
    b = ((b << 24) | (b >>> 8)) ^ a;
    a = (a + k2) | 0;
    b = (b + k0 + 2) | 0;
    a = (a + b) | 0;
    b = ((b << 13) | (b >>> 19)) ^ a;
    a = (a + b) | 0;
    b = ((b << 15) | (b >>> 17)) ^ a;
    a = (a + b) | 0;
    b = ((b << 26) | (b >>> 6)) ^ a;
    a = (a + b) | 0;
    b = ((b << 6) | (b >>> 26)) ^ a;
    a = (a + k0) | 0;
    b = (b + k1 + 3) | 0;
    a = (a + b) | 0;
    b = ((b << 17) | (b >>> 15)) ^ a;
    a = (a + b) | 0;
    b = ((b << 29) | (b >>> 3)) ^ a;
    a = (a + b) | 0;
    b = ((b << 16) | (b >>> 16)) ^ a;
    a = (a + b) | 0;
    b = ((b << 24) | (b >>> 8)) ^ a;
    a = (a + k1) | 0;
    b = (b + k2 + 4) | 0;
    a = (a + b) | 0;
    b = ((b << 13) | (b >>> 19)) ^ a;
    a = (a + b) | 0;
    b = ((b << 15) | (b >>> 17)) ^ a;
    a = (a + b) | 0;
    b = ((b << 26) | (b >>> 6)) ^ a;
    a = (a + b) | 0;
    b = ((b << 6) | (b >>> 26)) ^ a;
    words[i] = a + k2;
    // Past the end of an odd length this writes nothing.
    words[i + 1] = b + k0 + 5;
  }
}
