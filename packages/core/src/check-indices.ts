// Indices in host data, before a Program reads by them: Programs cannot stop at one that is out of bounds.
import type { HostTensor, IndexUse } from '@lamella/program';
import { indexOutOfRange } from './errors.js';

/** Throws: INDEX_OUT_OF_RANGE. `names` are those of the arguments. */
export function checkIndices(
  uses: readonly IndexUse[],
  args: readonly HostTensor[],
  names: readonly string[],
): void {
  for (const { argument, size, scope } of uses) {
    const { data, shape } = args[argument]!;
    for (let i = 0; i < data.length; i++) {
      const index = Math.trunc(Number(data[i]));
      if (index >= -size && index < size) continue;
      const inRow = data.length / (shape[0] ?? 1);
      throw indexOutOfRange(scope, size, {
        index,
        row: Math.floor(i / inRow),
        position: i % inRow,
        name: names[argument]!,
      });
    }
  }
}
