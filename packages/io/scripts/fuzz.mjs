// Fuzzes every reader: `npm run fuzz -- --inputs 100000` after a build, as many mutated files for each target. Prints what it
// saw; a failure prints the seed that repeats it. `--only PART` takes some targets, `--seed N` others of the same kind.
import { parseArgs } from 'node:util';
import { targets, tryFile } from './fuzz-targets.mjs';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
});
const inputs = Number(values.inputs);
const mebibytes = () => Math.round(process.memoryUsage().rss / 2 ** 20);

/** Mulberry32: small, and the same everywhere. @param {number} seed */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

for (const target of await targets()) {
  if (!target.format.includes(values.only)) continue;
  const began = performance.now();
  let read = 0;
  let slowest = 0;
  for (let i = 0; i < inputs; i++) {
    const seed = Number(values.seed) * 1_000_003 + i;
    const next = random(seed);
    const edits = Array.from(
      { length: 1 + Math.floor(next() * 4) },
      () => /** @type {const} */ ([next(), next(), next(), next()]),
    );
    const file = target.files[i % target.files.length];
    const bytes =
      next() < 0.02
        ? Uint8Array.from({ length: Math.floor(next() * 2000) }, () => next() * 256)
        : target.mutate(file, edits);
    const start = performance.now();
    try {
      if (await tryFile(target, bytes)) read++;
    } catch (error) {
      console.error(`FAILED ${target.format}, input ${i} (seed ${seed}):`, error);
      process.exit(1);
    }
    slowest = Math.max(slowest, performance.now() - start);
  }
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(
    `${target.format}: ${inputs} inputs in ${seconds} s, ${read} could be read, ${inputs - read} were refused with a code; slowest ${Math.round(slowest)} ms; ${mebibytes()} MiB`,
  );
}
