import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bytesOf } from './keras-fixtures.spec.js';
import { targets, tryFile, trySource } from '../scripts/fuzz-targets.mjs';
import { generators, random as drawn } from '../scripts/generated-files.mjs';

/** Inputs for each format; scripts/fuzz.mjs tries any number. */
const inputs = 2000;
/** The same of files that are made up. */
const madeUp = 100;

/** What the process holds; other tests that ran in it have their share. */
const residentBytes = (): number => process.memoryUsage().rss;

const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const edits = fc.array(fc.tuple(unit, unit, unit, unit), { minLength: 1, maxLength: 4 });
const random = fc.uint8Array({ maxLength: 2000 });

const all = await targets({
  '.keras': [
    'conv.keras',
    'op_nodes.keras',
    'more_op_nodes.keras',
    'shared.keras',
    'schedule.keras',
    'lambda_arguments.keras',
  ].map(bytesOf),
  '.h5': ['regularized.h5', 'chunked_attributes.h5'].map(bytesOf),
});

describe('mutated, cut off and random files', () => {
  it.each(all.map((target) => [target.format, target] as const))(
    '%s: give a model or a coded error, in bounded time and memory, and change no model that they do not fit',
    async (_, target) => {
      let refused = 0;
      const before = residentBytes();
      await fc.assert(
        fc.asyncProperty(
          fc.nat(),
          edits,
          fc.nat({ max: 49 }),
          random,
          async (which, changes, kind, noise) => {
            const file = target.files[which % target.files.length]!;
            const bytes = kind === 0 ? noise : target.mutate(file, changes);
            if (!(await tryFile(target, bytes))) refused++;
          },
        ),
        { numRuns: inputs, seed: 12 },
      );
      expect(refused).toBeGreaterThan(inputs / 4);
      expect(residentBytes() - before).toBeLessThan(2 ** 30);
    },
  );
});

describe('files made up from their formats', () => {
  it.each(Object.entries(generators))('%s: give a result or a coded error', async (format, generate) => {
    const outcomes = { loaded: 0, inspected: 0, refused: 0 };
    const before = residentBytes();
    for (let seed = 1; seed <= madeUp; seed++) outcomes[await trySource(generate(drawn(seed)))]++;
    expect(outcomes.loaded).toBeLessThan(madeUp);
    // What is refused at its first bytes tries nothing.
    if (format !== 'files that ask for much') expect(outcomes.refused).toBeLessThan(madeUp);
    expect(residentBytes() - before).toBeLessThan(2 ** 30);
  });
});
