// Which stored weight of a TensorFlow.js model is which of the model's: by its name, and, since writers differ in what they
// put in front of it, by the end of its name.

/** Parts of a name, from its end, that are looked at: names have a few, and files may give names of as many as they like. */
const mostParts = 32;

/** A model's name and a stored one may belong together where they have a key in common. */
interface Pass {
  keysOfName(name: string): readonly string[];
  keysOfStored(stored: string): readonly string[];
}

const passes: readonly Pass[] = [
  { keysOfName: (name) => [name], keysOfStored: (from) => [withoutCell(from)] },
  // Keras 3 writes the models around a layer (`sequential/dense/kernel`); names of Keras 2 may hold "/".
  { keysOfName: (name) => [plain(name)], keysOfStored: (from) => endsOf(plain(from)) },
  { keysOfName: (name) => endsOf(plain(name)).slice(1), keysOfStored: (from) => [plain(from)] },
];

/** For each of the model's names the stored one, and the stored ones that are left. A stored name is used once. */
export function matchNames(
  names: readonly string[],
  stored: readonly string[],
): { readonly found: ReadonlyMap<string, string>; readonly unused: readonly string[] } {
  const found = new Map<string, string>();
  const left = new Set(stored);
  for (const name of names) if (left.delete(name)) found.set(name, name);
  for (const { keysOfName, keysOfStored } of passes) {
    const open = new Index(
      names.filter((name) => !found.has(name)),
      keysOfName,
    );
    const free = new Index(left, keysOfStored);
    for (const name of names) {
      if (found.has(name)) continue;
      const from = free.only(keysOfName(name));
      // What may belong to another name, too, is nobody's.
      if (from === undefined || open.only(keysOfStored(from)) !== name) continue;
      found.set(name, from);
      left.delete(from);
      open.delete(name);
      free.delete(from);
    }
  }
  return { found, unused: [...left] };
}

/** Names by their keys. */
class Index {
  private readonly byKey = new Map<string, Set<string>>();

  constructor(
    names: Iterable<string>,
    private readonly keysOf: (name: string) => readonly string[],
  ) {
    for (const name of names)
      for (const key of keysOf(name)) this.byKey.set(key, (this.byKey.get(key) ?? new Set()).add(name));
  }

  /** The one name that has any of these keys; undefined where there are none or several. */
  only(keys: readonly string[]): string | undefined {
    let only: string | undefined;
    for (const key of keys)
      for (const name of this.byKey.get(key) ?? []) {
        if (only !== undefined && name !== only) return undefined;
        only = name;
      }
    return only;
  }

  delete(name: string): void {
    for (const key of this.keysOf(name)) this.byKey.get(key)?.delete(name);
  }
}

/** TensorFlow 2 names a weight of a recurrent layer by its cell, too: `lstm/lstm_cell/kernel`. */
function withoutCell(name: string): string {
  const end = name.lastIndexOf('/');
  return end < 0 ? name : name.slice(0, name.lastIndexOf('/', end - 1) + 1) + name.slice(end + 1);
}

function plain(name: string): string {
  return name.replaceAll('/', '_');
}

/** A name, and what is left of it after each `_` from its end. */
function endsOf(name: string): string[] {
  const ends = [name];
  let at = name.length;
  while (ends.length < mostParts && (at = name.lastIndexOf('_', at - 1)) > 0) ends.push(name.slice(at + 1));
  return ends;
}
