// The difference between two Programs, line by line, for messages about functions that have changed since they were saved.
import { type Program } from '../program.js';
import { constantHash, sameData } from './merge-common.js';
import { mapInside } from '../subprograms.js';
import { simplify } from './simplify.js';

/** Lines shown at most. */
const most = 40;

/**
 * What differs between what two Programs compute, as lines that start with `- ` (only in `a`) or `+ ` (only in `b`), or
 * null when nothing does. Both are simplified first; where a node was written does not count.
 */
export function diffPrograms(a: Program, b: Program): string | null {
  const p = withoutScopes(simplify(a));
  const q = withoutScopes(simplify(b));
  const lines = difference(listing(p), listing(q));
  if (lines.length > 0)
    return lines.length > most
      ? [...lines.slice(0, most), `  ... ${lines.length - most} more lines`].join('\n')
      : lines.join('\n');
  const different = p.constants.filter((constant, i) => !sameData(constant.data, q.constants[i]!.data));
  return different.length === 0
    ? null
    : different.map(({ id }) => `  the values of constant %${id}`).join('\n');
}

function withoutScopes(program: Program): Program {
  const inside = mapInside(program, withoutScopes);
  return inside.with({ nodes: inside.nodes.map((node) => ({ ...node, scope: '' })) });
}

/** The Program's print, with a checksum for constants too long to print. */
function listing(program: Program): string[] {
  const hashes = new Map(
    program.constants.map(({ id, data }) => [id, constantHash(data, program.type(id)).replace(/.*\]/, '#')]),
  );
  return program
    .toString()
    .split('\n')
    .map((line) => {
      const constant = /^ {2}%(\d+): .* = constant /.exec(line);
      return constant === null ? line : `${line} ${hashes.get(Number(constant[1])) ?? ''}`;
    });
}

/** The lines that a longest common subsequence leaves out, between the common head and tail. */
function difference(a: readonly string[], b: readonly string[]): string[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end])
    end++;
  const left = a.slice(start, a.length - end);
  const right = b.slice(start, b.length - end);
  // The table is quadratic: beyond this the two differ too much for a line-by-line view to help.
  if (left.length * right.length > 4_000_000)
    return [...left.map((line) => `- ${line}`), ...right.map((line) => `+ ${line}`)];
  const width = right.length + 1;
  const table = new Uint32Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      table[i * width + j] =
        left[i] === right[j]
          ? table[(i + 1) * width + j + 1]! + 1
          : Math.max(table[(i + 1) * width + j]!, table[i * width + j + 1]!);
    }
  }
  const lines: string[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      i++;
      j++;
    } else if (
      j >= right.length ||
      (i < left.length && table[(i + 1) * width + j]! >= table[i * width + j + 1]!)
    ) {
      lines.push(`- ${left[i++]!}`);
    } else {
      lines.push(`+ ${right[j++]!}`);
    }
  }
  return lines;
}
