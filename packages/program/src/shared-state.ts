// State that all copies of a package in one process share, so that what one copy makes works with another: which capture is under
// way, names and seeds. It belongs to a plugin API: copies of another one have their own, and meet as PACKAGE_DUPLICATED.
import { pluginApi } from './plugin-api.js';

const key = Symbol.for('lamella.state');

/** The state called `name`: what the copy that first asks for it makes. Until then nothing is touched. */
export function sharedState<T extends object>(name: string, make: () => T): () => T {
  let known: T | undefined;
  return () => (known ??= find(`${name} of plugin API ${pluginApi}`, make));
}

function find<T extends object>(name: string, make: () => T): T {
  const process = globalThis as { [key]?: Map<string, object> };
  const all = (process[key] ??= new Map<string, object>());
  const found = all.get(name) ?? make();
  all.set(name, found);
  return found as T;
}
