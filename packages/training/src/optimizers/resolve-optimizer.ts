// From a name in Keras' spelling to an optimizer.
import { identifierUnknown, isSerializable, optionInvalid } from '@lamella/core';
import * as optimizers from './index.js';
import type { Optimizer } from './optimizer.js';

/** An optimizer, or its name: `sgd`, `rmsprop`, `adam`, `adamw`, ... */
export type OptimizerLike = string | Optimizer;

const classes = Object.values(optimizers).filter(
  (value): value is typeof optimizers.Adam => typeof value === 'function' && 'className' in value,
);

/** The optimizer that `given` is or names. Throws: IDENTIFIER_UNKNOWN, OPTION_INVALID. */
export function resolveOptimizer(given: OptimizerLike, subject: string): Optimizer {
  if (isSerializable(given) && given.kind === 'optimizers') return given as Optimizer;
  if (typeof given !== 'string')
    throw optionInvalid(subject, 'optimizer', 'the name of an optimizer, or an object', given);
  const found = classes.find(
    (candidate) => candidate.className === given || candidate.className.toLowerCase() === given,
  );
  if (found === undefined)
    throw identifierUnknown(
      subject,
      'optimizer',
      given,
      classes.map((candidate) => candidate.className.toLowerCase()),
    );
  return new found();
}
