// Options of weights: their initializer, regularizer and constraint, by Keras' identifier or as objects.
import type { Constraint, Initializer, Regularizer } from '@lamella/core';
import { initializerClasses, type InitializerIdentifier } from '../initializers/identifiers.js';
import { constraintClasses, type ConstraintIdentifier } from '../constraints/identifiers.js';
import { regularizerClasses, type RegularizerIdentifier } from '../regularizers/identifiers.js';
import { objectOf, objectOrNull } from './identifier.js';

/** How a layer is told what first values a weight has. */
export type InitializerOption = InitializerIdentifier | Initializer;
/** How a layer is told what a weight, or what comes out, adds to the loss; null for nothing. */
export type RegularizerOption = RegularizerIdentifier | Regularizer | null;
/** How a layer is told what a weight must fulfil after each step; null for nothing. */
export type ConstraintOption = ConstraintIdentifier | Constraint | null;

/** Throws: IDENTIFIER_UNKNOWN, OPTION_INVALID. */
export function initializerOf(subject: string, option: string, value: InitializerOption): Initializer {
  return objectOf<Initializer>(subject, option, value, 'initializers', initializerClasses);
}

/** Throws: IDENTIFIER_UNKNOWN, OPTION_INVALID. */
export function regularizerOf(
  subject: string,
  option: string,
  value: RegularizerOption | undefined,
): Regularizer | null {
  return objectOrNull<Regularizer>(subject, option, value, 'regularizers', regularizerClasses);
}

/** Throws: IDENTIFIER_UNKNOWN, OPTION_INVALID. */
export function constraintOf(
  subject: string,
  option: string,
  value: ConstraintOption | undefined,
): Constraint | null {
  return objectOrNull<Constraint>(subject, option, value, 'constraints', constraintClasses);
}
