// What plugins foresee of a model that has just been compiled, said in one warning.
import type { Composition, Layer, PluginContext } from '@lamella/core';
import { compiledModelTrouble } from './errors.js';

/** Asks each plugin of the composition; warns with COMPILE_NOTICE where one has something to say. */
export function sayCompileNotices(model: Layer, composition: Partial<Composition> | undefined): void {
  const { plugins = [], catalog } = (composition ?? {}) as Partial<PluginContext>;
  if (catalog === undefined) return;
  const lines = plugins.flatMap((plugin) => plugin.compileNotices?.(model, composition as Composition) ?? []);
  if (lines.length > 0) console.warn(compiledModelTrouble(model.label, lines).message);
}
