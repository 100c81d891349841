// From an identifier, or a function, to a loss.
import {
  fromConfig,
  isObjectConfig,
  isSerializable,
  lookUp,
  optionInvalid,
  type Catalog,
  type ObjectConfig,
  type SerializableClass,
} from '@lamella/core';
import { ownNames } from '../own-names.js';
import { CrossentropyByShape } from './crossentropy-by-shape.js';
import { FunctionLoss, type LossFunction } from './function-loss.js';
import type { LossIdentifier } from './identifiers.js';
import type { Loss } from './loss.js';

/** A loss; what it is called by Keras, or by the plugin that brings it; or a function of targets and predictions. */
export type LossLike = LossIdentifier | (string & {}) | ObjectConfig | Loss | LossFunction;

/** The loss that `given` is or names. Throws: IDENTIFIER_UNKNOWN, OPTION_INVALID. */
export function resolveLoss(given: LossLike, subject: string, catalog?: Catalog): Loss {
  if (isSerializable(given) && given.kind === 'losses') return given as Loss;
  if (typeof given === 'function') return new FunctionLoss(given);
  const { className: name, config = {} } =
    typeof given === 'string' ? { className: given } : objectConfig(given, subject);
  if (name.toLowerCase() === 'crossentropy' || name === 'ce') return new CrossentropyByShape({ name });
  const found = lookUp('losses', name, { subject, catalog, own: ownNames(), others: ['crossentropy'] });
  return 'className' in found
    ? fromConfig(found as SerializableClass<Loss>, config)
    : new FunctionLoss(found as unknown as LossFunction);
}

function objectConfig(given: unknown, subject: string): ObjectConfig {
  if (isObjectConfig(given)) return given;
  throw optionInvalid(subject, 'loss', 'the name of a loss, a function, or an object', given);
}
