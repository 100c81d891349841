// Fuzzes every reader: `npm run fuzz -- --inputs 100000` after a build, as many mutated files for each target. Prints what it
// saw; a failure prints the seed that repeats it. `--only PART` takes some targets, `--seed N` others of the same kind.
// Files that are made up from their formats may take two seconds of a processor and one GiB each.
import { parseArgs } from 'node:util';
import { targets, tryFile, trySource } from './fuzz-targets.mjs';
import { generators, random } from './generated-files.mjs';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
});
const inputs = Number(values.inputs);
const mebibytes = () => Math.round(process.memoryUsage().rss / 2 ** 20);

/**
 * Tries one file after the other.
 * @param {string} format @param {(i: number, seed: number) => Promise<'loaded' | 'inspected' | 'refused'>} attempt
 */
async function fuzz(format, attempt) {
  if (!format.includes(values.only)) return;
  const began = performance.now();
  const outcomes = { loaded: 0, inspected: 0, refused: 0 };
  let slowest = 0;
  for (let i = 0; i < inputs; i++) {
    const seed = Number(values.seed) * 1_000_003 + i;
    const start = process.cpuUsage();
    try {
      outcomes[await attempt(i, seed)]++;
    } catch (error) {
      console.error(`FAILED ${format}, input ${i} (seed ${seed}):`, error);
      process.exit(1);
    }
    const used = process.cpuUsage(start);
    slowest = Math.max(slowest, (used.user + used.system) / 1000);
  }
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(
    `${format}: ${inputs} inputs in ${seconds} s, ${outcomes.loaded} loaded, ${outcomes.inspected} only inspected, ${outcomes.refused} refused with a code; slowest ${Math.round(slowest)} ms; ${mebibytes()} MiB`,
  );
}

for (const target of await targets())
  await fuzz(target.format, async (i, seed) => {
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
    return (await tryFile(target, bytes)) ? 'loaded' : 'refused';
  });
for (const [format, generate] of Object.entries(generators))
  await fuzz(format, (_, seed) => trySource(generate(random(seed)), { time: 2_000, memory: 2 ** 20 }));
