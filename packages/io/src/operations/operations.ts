// The operations that a graph of Keras may hold, by the module and the class that its files name. Modules are looked up in
// this table and nowhere else.
import * as activation from './activation.js';
import * as arithmetic from './arithmetic.js';
import * as arrangement from './arrangement.js';
import * as attention from './attention.js';
import * as conversion from './conversion.js';
import * as creation from './creation.js';
import * as diagonals from './diagonals.js';
import * as elementwise from './elementwise.js';
import * as image from './image.js';
import * as integers from './integers.js';
import * as linearAlgebra from './linear-algebra.js';
import * as losses from './losses.js';
import * as nan from './nan.js';
import * as normalization from './normalization.js';
import * as norm from './norm.js';
import type { OperationDefinition } from './operation-definition.js';
import * as order from './order.js';
import * as patches from './patches.js';
import * as products from './products.js';
import * as reduction from './reduction.js';
import * as scatter from './scatter.js';
import * as segments from './segments.js';
import * as specialFunctions from './special-functions.js';
import * as spectrum from './spectrum.js';
import * as splits from './splits.js';
import * as windows from './windows.js';

/** The families by the module in which Keras defines their operations. */
const families: Readonly<Record<string, readonly object[]>> = {
  'keras.src.ops.numpy': [
    arithmetic,
    arrangement,
    creation,
    diagonals,
    elementwise,
    integers,
    nan,
    order,
    products,
    reduction,
    specialFunctions,
    splits,
  ],
  'keras.src.ops.nn': [activation, attention, losses, normalization, patches, windows],
  'keras.src.ops.math': [segments, spectrum],
  'keras.src.ops.linalg': [linearAlgebra, norm],
  'keras.src.ops.core': [conversion, scatter],
  'keras.src.ops.image': [image],
};

/** Those that Keras defines elsewhere than the others of their family here. */
const elsewhere: Readonly<Record<string, string>> = {
  Logsumexp: 'keras.src.ops.math',
  Rsqrt: 'keras.src.ops.math',
  Erf: 'keras.src.ops.math',
  Erfc: 'keras.src.ops.math',
  Erfinv: 'keras.src.ops.math',
  TopK: 'keras.src.ops.math',
  Logdet: 'keras.src.ops.math',
  Slogdet: 'keras.src.ops.numpy',
  Moments: 'keras.src.ops.nn',
  Unstack: 'keras.src.ops.core',
  SpaceToDepth: 'keras.src.ops.nn',
  DepthToSpace: 'keras.src.ops.nn',
  Array: 'keras.src.ops.numpy',
  Mish: 'keras.src.activations.activations',
  ReLU: 'keras.src.activations.activations',
};

interface Known {
  readonly definition: OperationDefinition;
  readonly module: string;
}

/** What families export beside operations are functions and types. */
const known: ReadonlyMap<string, Known> = new Map(
  Object.entries(families).flatMap(([module, tables]) =>
    tables.flatMap((table) =>
      Object.entries(table as Readonly<Record<string, OperationDefinition | (() => unknown)>>).flatMap(
        ([name, definition]): [string, Known][] =>
          typeof definition === 'function' ? [] : [[name, { definition, module: elsewhere[name] ?? module }]],
      ),
    ),
  ),
);

/** Where Keras defines its operations. */
export const operationModules: readonly string[] = [
  ...Object.keys(families),
  'keras.src.activations.activations',
];

/** The operation of this name, or undefined. */
export function findOperation(name: string): OperationDefinition | undefined {
  return known.get(name)?.definition;
}

/** The module in which Keras defines an operation. Throws where there is none of that name. */
export function moduleOf(name: string): string {
  return known.get(name)!.module;
}

/** The names of all operations. */
export function operationNames(): string[] {
  return [...known.keys()];
}
