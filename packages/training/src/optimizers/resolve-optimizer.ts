// From an identifier to an optimizer.
import {
  isObjectConfig,
  isSerializable,
  objectOfName,
  optionInvalid,
  type Catalog,
  type ObjectConfig,
} from '@lamella/core';
import { ownNames } from '../own-names.js';
import type { OptimizerIdentifier } from './identifiers.js';
import type { Optimizer } from './optimizer.js';

/** An optimizer, or what it is called: by Keras, or by the plugin that brings it. */
export type OptimizerLike = OptimizerIdentifier | (string & {}) | ObjectConfig | Optimizer;

/** The optimizer that `given` is or names. Throws: IDENTIFIER_UNKNOWN, OPTION_INVALID. */
export function resolveOptimizer(given: OptimizerLike, subject: string, catalog?: Catalog): Optimizer {
  if (isSerializable(given) && given.kind === 'optimizers') return given as Optimizer;
  if (typeof given === 'string' || isObjectConfig(given))
    return objectOfName<Optimizer>('optimizers', given, { subject, catalog, own: ownNames() });
  throw optionInvalid(subject, 'optimizer', 'the name of an optimizer, or an object', given);
}
