// What plugins foresee of a model that has just been compiled, said in one warning.
import type { Composition, PluginContext } from '@lamella/core';
import { compiledModelTrouble } from './errors.js';
import type { Model } from './model.js';

/** Asks each plugin of the composition; warns with COMPILE_NOTICE where one has something to say. */
export function sayCompileNotices(model: Model, composition: Partial<Composition> | undefined): void {
  const { plugins = [], catalog } = (composition ?? {}) as Partial<PluginContext>;
  if (catalog === undefined) return;
  const lines = plugins.flatMap((plugin) => plugin.compileNotices?.(model, composition as Composition) ?? []);
  if (lines.length > 0) console.warn(compiledModelTrouble(model.label, lines).message);
}
