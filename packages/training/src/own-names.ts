// What this package's losses, metrics, optimizers and schedules are called in options, with or without a composition.
import { catalogOf, type Catalog, type Plugin } from '@lamella/core';
import * as losses from './losses/index.js';
import * as metrics from './metrics/index.js';
import * as optimizers from './optimizers/index.js';
import * as schedules from './optimizers/schedules/index.js';

/** The classes that options and files name. */
export const trainingClasses = { losses, metrics, optimizers, schedules } satisfies Plugin['classes'];

let names: Catalog | undefined;

/** The catalog of this package alone; made when it is first needed. */
export function ownNames(): Catalog {
  return (names ??= catalogOf({ name: '@lamella/training', classes: trainingClasses }));
}
