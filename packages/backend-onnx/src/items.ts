// Lists of tensors, as each run picks and compares them. Plain loops: V8 compiles functions that hold many closures for tens of
// milliseconds, on a core that the first runs need.

/** The items at these indices, in this order. */
export function itemsAt<T>(items: readonly T[], indices: readonly number[]): T[] {
  const found = new Array<T>(indices.length);
  for (let i = 0; i < indices.length; i++) found[i] = items[indices[i]!]!;
  return found;
}

/** Whether both hold the very same items. */
export function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
