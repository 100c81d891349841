// Errors that arise at trial sizes of unknown dimensions, told in terms of the user's own shapes: a number that changes
// with the trial is written `null`. Not here: choosing trial sizes (infer-outputs.ts).

/**
 * Rewrites the messages of `error` and its causes in place. `other` is the same failure at other sizes, where there is
 * one; without it only `sizes` themselves are known to be of the trial.
 */
export function hideSizes(error: unknown, other: unknown, sizes: ReadonlySet<number>): void {
  for (
    let [mine, theirs] = [error, other];
    mine instanceof Error;
    [mine, theirs] = [mine.cause, causeOf(theirs)]
  ) {
    const hidden = withoutSizes(mine.message, theirs instanceof Error ? theirs.message : undefined, sizes);
    if (hidden === mine.message) continue;
    const stack = mine.stack?.replace(mine.message, () => hidden);
    mine.message = hidden;
    if (stack !== undefined) mine.stack = stack;
  }
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

function withoutSizes(message: string, other: string | undefined, sizes: ReadonlySet<number>): string {
  const parts = message.split(/(\d+)/);
  const others = other?.split(/(\d+)/) ?? [];
  const isComparable =
    others.length === parts.length && parts.every((part, i) => i % 2 === 1 || part === others[i]);
  return parts
    .map((part, i) => {
      if (i % 2 === 0) return part;
      const isTrial = isComparable ? part !== others[i] : sizes.has(Number(part));
      return isTrial ? 'null' : part;
    })
    .join('');
}
