// The optimizer, losses and metrics that a stored compile() names, and which of them nobody brings.
import type { SerializableKind } from '@lamella/core';
import { isRecord, type Json } from './python-json.js';
import { findFunction, isEnvelope, type ReadContext } from './read-object.js';

/** The families of what compile() takes. */
export const compileKinds: Readonly<Record<string, SerializableKind>> = {
  optimizer: 'optimizers',
  optimizers: 'optimizers',
  // As `.h5` has it.
  optimizer_config: 'optimizers',
  loss: 'losses',
  metrics: 'metrics',
  weighted_metrics: 'metrics',
};

/** Names whose meaning shapes decide. */
const byShape: ReadonlySet<string> = new Set(['accuracy', 'acc', 'crossentropy', 'ce']);

/** Every name, and every stored object, in a stored compile(). */
export function statedNames(compile: Json | undefined): [SerializableKind, Json][] {
  if (!isRecord(compile)) return [];
  const within = (kind: SerializableKind, value: Json): [SerializableKind, Json][] => {
    if (Array.isArray(value)) return (value as readonly Json[]).flatMap((item) => within(kind, item));
    if (isRecord(value) && !isEnvelope(value))
      return Object.values(value).flatMap((item) => within(kind, item));
    return typeof value === 'string' || isEnvelope(value) ? [[kind, value]] : [];
  };
  return Object.entries(compileKinds).flatMap(([key, kind]) => within(kind, compile[key] ?? null));
}

/** Whether the composition, or the caller, knows what is called so. */
export function isKnownName(kind: SerializableKind, name: string, context: ReadContext): boolean {
  return (
    byShape.has(name.toLowerCase()) ||
    context.composition.catalog.lookUp(kind, name) !== undefined ||
    findFunction(name, context) !== undefined
  );
}
