// Looks through a whole config for classes and functions that nobody brings, before anything is made of it.
import { dtypePolicyClasses, type SerializableKind } from '@lamella/core';
import { classesUnknown, fileInvalid, functionsUnknown } from '../errors.js';
import { isKnownOperation, isOperationEntry } from '../operations/operation-entry.js';
import { isKnownName, statedNames, unknownName } from './compile-names.js';
import { isLambdaEntry, missingFunctions } from './lambda.js';
import { isRecord, type Json } from './python-json.js';
import {
  describeClass,
  findClass,
  hintOf,
  isEnvelope,
  isModelEntry,
  layersOf,
  type ReadContext,
} from './read-object.js';

/** Unknown classes for which near names are looked up. */
const mostSuggestions = 40;

/** Envelopes that name no class. */
const notClasses: ReadonlySet<string> = new Set([
  'function',
  ...dtypePolicyClasses,
  '__tuple__',
  '__tensor__',
  '__numpy__',
  'SeedGenerator',
]);

type Envelope = Parameters<typeof isModelEntry>[0];

/** Throws: CLASS_UNKNOWN and FUNCTION_UNKNOWN, each listing everything that is missing. */
export function checkKnown(model: Json, context: ReadContext): void {
  const { classes, functions } = findMissing(model, context);
  if (classes.length > 0) throw classesUnknown(context.file, [...classes, ...functions]);
  if (functions.length > 0) throw functionsUnknown(context.file, functions);
}

/** Lines about every class and every function that a config names and nobody brings. Throws: FILE_INVALID. */
export function findMissing(
  model: Json,
  context: ReadContext,
  compile?: Json,
): { readonly classes: readonly string[]; readonly functions: readonly string[] } {
  const classes = new Set<string>();
  const functions = new Set<string>();
  const missing = (entry: Envelope, hint?: SerializableKind): void => {
    classes.add(
      `  ${classes.size < mostSuggestions ? describeClass(entry, context, hint) : entry.class_name}`,
    );
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
      if (!isKnownOperation(entry)) missing(entry);
    } else if (isLambdaEntry(entry)) {
      for (const line of missingFunctions(entry, context)) functions.add(line);
    } else if (isModelEntry(entry)) {
      for (const layer of layersOf(entry, context)) look(layer, 'layers');
    } else if (findClass(entry, context, hint) === undefined) {
      missing(entry, hint);
    } else {
      lookAtValue(entry['config'] ?? null, undefined);
    }
  };
  look(model, 'layers');
  for (const [kind, value] of statedNames(compile)) {
    if (typeof value === 'string') {
      if (!isKnownName(kind, value, context))
        classes.add(`  ${classes.size < mostSuggestions ? unknownName(kind, value, context) : value}`);
    } else lookAtValue(value, kind);
  }
  return { classes: [...classes], functions: [...functions] };
}
