// docs/keras-operations.md lists what files of Keras may hold of keras.ops, and what is refused and why. `npm run operations` writes it anew.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { moduleOf, operationNames } from './operations.js';
import { refusedOperations } from './refused.js';

const page = fileURLToPath(new URL('../../../../docs/keras-operations.md', import.meta.url));

const code = (names: readonly string[]): string =>
  [...names]
    .sort()
    .map((name) => `\`${name}\``)
    .join(', ');

/** Names by what each is said to be. */
function grouped(names: readonly string[], of: (name: string) => string): [key: string, names: string[]][] {
  const groups = new Map<string, string[]>();
  for (const name of names) groups.set(of(name), [...(groups.get(of(name)) ?? []), name]);
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

function written(): string {
  const names = operationNames();
  const refused = Object.keys(refusedOperations);
  return [
    "# Operations of Keras' files",
    '',
    'A functional model of Keras may hold operations on tensors (`x + 2`, `keras.ops.*`). The classes below are read from its files, run inside models on every',
    'backend, and are written again as they were; what Lambdas do, [operations of Lambdas](operations.md) says. `npm run operations` writes this page anew.',
    '',
    `## Read: ${names.length}`,
    ...grouped(names, moduleOf).flatMap(([module, found]) => ['', `In \`${module}\`: ${code(found)}.`]),
    '',
    `## Refused: ${refused.length}`,
    '',
    'By their names, with `CLASS_UNKNOWN` or `OPERATION_INVALID`, before anything is made of the file:',
    '',
    ...grouped(refused, (name) => refusedOperations[name]!).map(
      ([reason, found]) => `- ${code(found)}: ${reason}.`,
    ),
    '',
    'Of others, some uses are refused for the same reasons: `Where` of one argument and `Unique` without a size, and `SVD` with its vectors.',
    '',
  ].join('\n');
}

it('docs/keras-operations.md says which operations are read, and why others are not', () => {
  if (process.env['UPDATE_OPERATIONS'] !== undefined) writeFileSync(page, written());
  expect(readFileSync(page, 'utf8')).toBe(written());
});
