// The state of an optimizer that may not have any yet: compared before the optimizer is touched.
import { fromConfig, type Layer, type SerializableClass, type Weight } from '@lamella/core';
import type { HostTensor } from '@lamella/program';
import type { Model, Optimizer } from '@lamella/training';
import type { Offer } from './assign.js';

/** Offers for the optimizer's variables, and what puts the values into them once everything has been found to fit. */
export interface StateOffers {
  readonly offers: readonly Offer[];
  readonly unused: readonly string[];
  /** Gives the optimizer its variables, and offers for those. */
  commit(): readonly Offer[];
}

/** The optimizer of a compiled model, or undefined. */
export function optimizerOf(model: Layer): Optimizer | undefined {
  return (model as Layer & Partial<Pick<Model, 'compiled'>>).compiled?.optimizer;
}

/** What a file's values are to an optimizer. */
export function offerState(
  optimizer: Optimizer,
  weights: readonly Weight[],
  values: readonly (HostTensor | undefined)[],
): StateOffers {
  const planned = optimizer.isBuilt ? optimizer : twin(optimizer);
  planned.build(weights);
  const offersFor = (variables: readonly Weight[]): Offer[] =>
    variables.map((weight, i) => ({ weight, value: values[i] }));
  const count = planned.variables.length;
  return {
    offers: offersFor(planned.variables),
    unused: values.slice(count).map((_, i) => `${optimizer.name}, variable ${count + i}`),
    commit: () => {
      optimizer.build(weights);
      return offersFor(optimizer.variables);
    },
  };
}

function twin(optimizer: Optimizer): Optimizer {
  return fromConfig(optimizer.constructor as unknown as SerializableClass<Optimizer>, optimizer.getConfig());
}
