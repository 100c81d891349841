// What readers of models need, from what the caller of loadModel gave.
import type { FormatContext, ReadingContext } from '@lamella/core';
import type { Budget } from '@lamella/program';
import { Notices } from '../keras-json/notices.js';
import { layerOf } from '../keras-json/read-model.js';
import type { ReadContext } from '../keras-json/read-object.js';
import type { AssignRule } from '../hdf5/assign.js';
import type { StateRule } from '../hdf5/optimizer-state.js';
import type { Dialect } from '../older-keras/dialect.js';
import type { OlderSource } from '../older-keras/read-topology.js';

export function readContext(context: ReadingContext): ReadContext {
  const { functions, onDrift, warn } = context.options as Partial<
    Pick<ReadContext, 'functions' | 'onDrift' | 'warn'>
  >;
  return {
    file: context.file,
    composition: context.composition,
    budget: context.budget,
    functions: functions ?? {},
    shared: new Map(),
    onDrift: onDrift ?? 'warn',
    warn: warn ?? console.warn,
    whenLoaded: [],
    notices: new Notices(),
    readLayer: layerOf,
  };
}

/** What happens with an optimizer's state that a model's file holds: it stops no load. */
export function stateRule(context: FormatContext): StateRule {
  return context.options['includeOptimizer'] === false ? 'none' : 'where it fits';
}

/** What happens with an optimizer's state that a file of weights holds: it must fit, unless the caller leaves it alone. */
export function requiredState(context: FormatContext): StateRule {
  if (context.options['includeOptimizer'] === false) return 'none';
  return context.options['skipMismatch'] === true ? 'where it fits' : 'required';
}

/** What loadWeights() may leave as it is. */
export function assignRule(
  context: FormatContext,
  { notices, budget }: ReadContext,
): AssignRule & { readonly budget: Budget } {
  return {
    budget,
    skipMismatch: context.options['skipMismatch'] === true,
    byName: context.options['byName'] === true,
    notice: (line) => notices.add(line),
    fix: 'load what fits with { skipMismatch: true }',
  };
}

/** Whose words a config is in, for its reader. */
export function olderSource(dialect: Dialect, { file, notices }: ReadContext): OlderSource {
  return { dialect, file, countsModelsFromOne: false, notice: (line) => notices.add(line) };
}
