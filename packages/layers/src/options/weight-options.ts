// Options of weights: their initializer, regularizer and constraint, by identifier or as objects.
import {
  isObjectConfig,
  isSerializable,
  namesInUse,
  objectOfName,
  optionInvalid,
  singular,
  type Constraint,
  type Initializer,
  type ObjectConfig,
  type Regularizer,
  type Serializable,
  type SerializableKind,
} from '@lamella/core';
import type { ConstraintIdentifier, InitializerIdentifier, RegularizerIdentifier } from './identifiers.js';
import { ownNames } from './own-names.js';

/** How a layer is told what first values a weight has. */
export type InitializerOption = InitializerIdentifier | (string & {}) | ObjectConfig | Initializer;
/** How a layer is told what a weight, or what comes out, adds to the loss; null for nothing. */
export type RegularizerOption = RegularizerIdentifier | (string & {}) | ObjectConfig | Regularizer | null;
/** How a layer is told what a weight must fulfil after each step; null for nothing. */
export type ConstraintOption = ConstraintIdentifier | (string & {}) | ObjectConfig | Constraint | null;

/** Throws: IDENTIFIER_UNKNOWN, OPTION_INVALID. */
export function initializerOf(subject: string, option: string, value: unknown): Initializer {
  return objectOf<Initializer>(subject, option, value, 'initializers');
}

/** Throws: IDENTIFIER_UNKNOWN, OPTION_INVALID. */
export function regularizerOf(subject: string, option: string, value: unknown): Regularizer | null {
  return (value ?? null) === null ? null : objectOf<Regularizer>(subject, option, value, 'regularizers');
}

/** Throws: IDENTIFIER_UNKNOWN, OPTION_INVALID. */
export function constraintOf(subject: string, option: string, value: unknown): Constraint | null {
  return (value ?? null) === null ? null : objectOf<Constraint>(subject, option, value, 'constraints');
}

function objectOf<T extends Serializable>(
  subject: string,
  option: string,
  value: unknown,
  kind: SerializableKind,
): T {
  if (isSerializable(value) && value.kind === kind) return value as T;
  if (typeof value === 'string' || isObjectConfig(value))
    return objectOfName<T>(kind, value, { subject, own: ownNames(), catalog: namesInUse() });
  const what = singular(kind);
  const article = /^[aeiou]/.test(what) ? 'an' : 'a';
  throw optionInvalid(subject, option, `the identifier of ${article} ${what}, or an object`, value);
}
