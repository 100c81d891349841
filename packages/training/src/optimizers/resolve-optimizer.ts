// From a name in Keras' spelling to an optimizer.
import { identifierUnknown, isSerializable } from '@lamella/core';
import * as optimizers from './index.js';
import type { Optimizer } from './optimizer.js';

/** An optimizer, or its name: `sgd`, `rmsprop`, `adam`, `adamw`, ... */
export type OptimizerLike = string | Optimizer;

const classes = Object.values(optimizers).filter(
  (value): value is typeof optimizers.Adam => typeof value === 'function' && 'className' in value,
);

/** Throws: IDENTIFIER_UNKNOWN. */
export function resolveOptimizer(given: OptimizerLike, subject: string): Optimizer {
  if (isSerializable(given)) return given as Optimizer;
  const found = classes.find(
    (candidate) =>
      typeof given === 'string' &&
      (candidate.className === given || candidate.className.toLowerCase() === given),
  );
  if (found === undefined)
    throw identifierUnknown(
      subject,
      'optimizer',
      String(given),
      classes.map((candidate) => candidate.className.toLowerCase()),
    );
  return new found();
}
