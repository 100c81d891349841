// What this package's initializers, regularizers and constraints are called in options, with or without a composition.
import { catalogOf, type Catalog, type Plugin } from '@lamella/core';
import * as constraints from '../constraints/index.js';
import * as initializers from '../initializers/index.js';
import * as regularizers from '../regularizers/index.js';

/** The classes that options and files name, beside layers. */
export const optionClasses = { initializers, regularizers, constraints } satisfies Plugin['classes'];

let names: Catalog | undefined;

/** The catalog of these classes alone; made when it is first needed. */
export function ownNames(): Catalog {
  return (names ??= catalogOf({ name: '@lamella/layers', classes: optionClasses }));
}
