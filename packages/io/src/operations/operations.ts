// The operations that a graph of Keras may hold, by the module and the class that its files name. Modules are looked up in
// this table and nowhere else.
import * as activation from './activation.js';
import * as arithmetic from './arithmetic.js';
import * as arrangement from './arrangement.js';
import * as conversion from './conversion.js';
import * as elementwise from './elementwise.js';
import type { OperationDefinition } from './operation-definition.js';
import * as reduction from './reduction.js';
import * as windows from './windows.js';

type Table = Readonly<Record<string, OperationDefinition>>;

const everything: readonly Table[] = [
  arithmetic,
  elementwise,
  reduction,
  arrangement,
  activation,
  conversion,
  windows,
];

/** Where Keras defines its operations. */
export const operationModules: readonly string[] = [
  'keras.src.ops.numpy',
  'keras.src.ops.nn',
  'keras.src.ops.math',
  'keras.src.ops.core',
  'keras.src.activations.activations',
];

/** The operation of this name, or undefined. */
export function findOperation(name: string): OperationDefinition | undefined {
  const table = everything.find((one) => Object.hasOwn(one, name));
  return table?.[name];
}

/** The operations that Keras defines elsewhere than the others of their file here. */
const elsewhere: Readonly<Record<string, string>> = {
  Logsumexp: 'keras.src.ops.math',
  Rsqrt: 'keras.src.ops.math',
  Erf: 'keras.src.ops.math',
  TopK: 'keras.src.ops.math',
  Moments: 'keras.src.ops.nn',
  Unstack: 'keras.src.ops.core',
  Mish: 'keras.src.activations.activations',
  ReLU: 'keras.src.activations.activations',
};

/** The module in which Keras defines an operation. */
export function moduleOf(name: string): string {
  if (Object.hasOwn(elsewhere, name)) return elsewhere[name]!;
  if (Object.hasOwn(activation, name) || Object.hasOwn(windows, name)) return 'keras.src.ops.nn';
  return Object.hasOwn(conversion, name) ? 'keras.src.ops.core' : 'keras.src.ops.numpy';
}

/** The names of all operations. */
export function operationNames(): string[] {
  return everything.flatMap((table) => Object.keys(table));
}
