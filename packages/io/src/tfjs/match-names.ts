// Which stored weight of a TensorFlow.js model is which of the model's: by its name, and, since writers differ in what they
// put in front of it, by the end of its name.

/** For each of the model's names the stored one, and the stored ones that are left. A stored name is used once. */
export function matchNames(
  names: readonly string[],
  stored: readonly string[],
): { readonly found: ReadonlyMap<string, string>; readonly unused: readonly string[] } {
  const found = new Map<string, string>();
  const left = new Set(stored);
  const take = (name: string, from: string | undefined): void => {
    if (from === undefined || found.has(name)) return;
    found.set(name, from);
    left.delete(from);
  };
  for (const name of names) take(name, left.has(name) ? name : undefined);
  const passes: ((name: string, from: string) => boolean)[] = [
    (name, from) => name === withoutCell(from),
    // Keras 3 writes the models around a layer (`sequential/dense/kernel`); names of Keras 2 may hold "/".
    (name, from) => `/${plain(from)}`.endsWith(`/${plain(name)}`) || plain(from).endsWith(`_${plain(name)}`),
    (name, from) => plain(name).endsWith(`_${plain(from)}`),
  ];
  for (const isMatch of passes) {
    for (const name of names) {
      if (found.has(name)) continue;
      const candidates = [...left].filter((from) => isMatch(name, from));
      const isUnclear = names.some(
        (other) => other !== name && !found.has(other) && candidates.some((from) => isMatch(other, from)),
      );
      if (candidates.length === 1 && !isUnclear) take(name, candidates[0]);
    }
  }
  return { found, unused: [...left] };
}

/** TensorFlow 2 names a weight of a recurrent layer by its cell, too: `lstm/lstm_cell/kernel`. */
function withoutCell(name: string): string {
  return name.replace(/[^/]+\/([^/]+)$/, '$1');
}

function plain(name: string): string {
  return name.replaceAll('/', '_');
}
