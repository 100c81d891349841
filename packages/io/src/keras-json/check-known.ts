// Looks through a whole config for classes and functions that nobody brings, before anything is made of it.
import { dtypePolicyClasses, packageOf, type SerializableKind } from '@lamella/core';
import { classesUnknown, fileInvalid, functionsUnknown } from '../errors.js';
import { isKnownOperation, isOperationEntry } from '../operations/operation-entry.js';
import { isKnownName, statedNames } from './compile-names.js';
import { isLambdaEntry, missingFunctions } from './lambda.js';
import { describeMissing, fixOf, type Missing, type MissingClass, type MissingFunction } from './missing.js';
import { isRecord, type Json } from './python-json.js';
import {
  findClass,
  hintOf,
  isEnvelope,
  isModelEntry,
  layersOf,
  missingClass,
  type ReadContext,
} from './read-object.js';

/** Envelopes that name no class. */
const notClasses: ReadonlySet<string> = new Set([
  'function',
  ...dtypePolicyClasses,
  '__tuple__',
  '__tensor__',
  '__numpy__',
  'SeedGenerator',
]);

/** Throws: CLASS_UNKNOWN and FUNCTION_UNKNOWN, each listing everything that is missing. */
export function checkKnown(model: Json, context: ReadContext): void {
  const missing = findMissing(model, context);
  const lines = describeMissing(missing, context.composition.catalog);
  if (missing.classes.length > 0) throw classesUnknown(context.file, lines, fixOf(missing.classes));
  if (missing.functions.length > 0) throw functionsUnknown(context.file, lines);
}

/** Every class and every function that a config names and nobody brings. Throws: FILE_INVALID. */
export function findMissing(model: Json, context: ReadContext, compile?: Json): Missing {
  const classes = new Map<string, MissingClass & { readonly names: string[] }>();
  const functions = new Map<string, MissingFunction>();
  const missing = ({ names, ...one }: MissingClass): void => {
    const key = JSON.stringify([one.kind, one.className]);
    const known = classes.get(key) ?? { ...one, names: [] };
    classes.set(key, known);
    known.names.push(...names.filter((name) => !known.names.includes(name)));
  };
  const lookAtValue = (value: Json, hint: SerializableKind | undefined): void => {
    if (Array.isArray(value)) for (const item of value) lookAtValue(item, hint);
    else if (isEnvelope(value)) look(value, hint);
    else if (isRecord(value))
      for (const [key, item] of Object.entries(value)) lookAtValue(item, hintOf(key) ?? hint);
  };
  const look = (entry: Json, hint: SerializableKind | undefined): void => {
    if (!isEnvelope(entry)) throw fileInvalid(context.file, 'a layer has no class name or no config');
    if (hint !== 'layers' && notClasses.has(entry.class_name)) return;
    if (isOperationEntry(entry, context)) {
      if (!isKnownOperation(entry)) missing(missingClass(entry));
    } else if (isLambdaEntry(entry)) {
      for (const one of missingFunctions(entry, context)) functions.set(JSON.stringify(one), one);
    } else if (isModelEntry(entry)) {
      for (const layer of layersOf(entry, context)) look(layer, 'layers');
    } else if (findClass(entry, context, hint) === undefined) {
      missing(missingClass(entry, hint));
    } else {
      lookAtValue(entry['config'] ?? null, undefined);
    }
  };
  look(model, 'layers');
  for (const [kind, value] of statedNames(compile)) {
    if (typeof value === 'string') {
      if (!isKnownName(kind, value, context))
        missing({ kind, className: value, package: packageOf(value), names: [] });
    } else lookAtValue(value, kind);
  }
  return { classes: [...classes.values()], functions: [...functions.values()] };
}
