// The config contract: what makes an object storable. `getConfig()` gives the constructor's options, in camelCase, and
// `new Class(config)` (or `Class.fromConfig`) gives the object back. File formats turn names into Keras' snake_case.
import type { SymbolicShape } from '@lamella/program';
import { whileReadingConfig } from './options/given-options.js';

/** What can stand in a config: JSON (NaN and infinities allowed), other storable objects, and lists and records of them. */
export type ConfigValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | Serializable
  | NamedFunctionReference
  | readonly ConfigValue[]
  | { readonly [key: string]: ConfigValue };

/** A constructor's options by name. */
export type Config = Readonly<Record<string, ConfigValue>>;

/** A function that is stored by its registered name. */
export interface NamedFunctionReference {
  readonly functionName: string;
}

/** The families of storable objects; each is a table of the {@link Catalog}. */
export const serializableKinds = [
  'layers',
  'features',
  'initializers',
  'regularizers',
  'constraints',
  'activations',
  'losses',
  'metrics',
  'optimizers',
  'schedules',
  'callbacks',
] as const;

/** The name of a family of storable objects. */
export type SerializableKind = (typeof serializableKinds)[number];

/** An object that can be stored as its class name and its config. */
export interface Serializable {
  readonly kind: SerializableKind;
  /** Keras' class name, or `package>Name` for classes that are not Keras'. */
  readonly className: string;
  getConfig(): Config;
}

/** What files must know of a class, beside the options it has. */
export interface FileFacts {
  /** Keras builds its layers as soon as they are made, and stores no input shape for them. */
  readonly builtAtOnce?: boolean;
  /** Options of Keras' class that this one lacks, each at the one value that means what this class does. */
  readonly fixedOptions?: Readonly<Record<string, string | number | boolean | null>>;
  /**
   * For a layer that makes a mask of its input: where the input differs from `differsFrom`, or, with `inAny`, where any value
   * on its last axis does. Undefined for a layer that has been told to make none.
   */
  readonly mask?: (config: Config) => { readonly differsFrom: number; readonly inAny: boolean } | undefined;
  /** What TensorFlow.js calls its weights, by their names here, where that differs. */
  readonly tfjsWeights?: Readonly<Record<string, string>>;
  /** What Python calls the class, where Keras publishes it under another name: automatic names, places of weights and `.h5` follow it. */
  readonly pythonName?: string;
  /** Classes of Keras' own that compute the same with the same options: files that name one are read. */
  readonly otherNames?: readonly string[];
  /** Python's module of the class, where Keras does not publish it beside the others of its kind. */
  readonly module?: string;
  /**
   * For a layer that is built by the shapes of several tensors: Keras' name of its input, and the arguments of the call. Files
   * hold their shapes by name.
   */
  readonly buildArguments?: readonly string[];
  /** Keras' class takes neither `dtype` nor `trainable`, and files hold neither. */
  readonly takesNameAlone?: boolean;
  /**
   * For a layer that takes a record of tensors and is built for the same shapes whatever comes: those. Files hold each by its name,
   * and a layer of a file that does is built.
   */
  readonly builtFor?: (config: Config) => Readonly<Record<string, SymbolicShape>>;
  /** For a layer that takes a record of tensors: Keras' names in it, by the names here, where they differ. */
  readonly inputNames?: Readonly<Record<string, string>>;
}

/** A class whose instances are {@link Serializable}. */
export interface SerializableClass<T extends Serializable = Serializable> {
  /** The family that its objects belong to; what bases such as `Layer` say. */
  readonly kind?: SerializableKind;
  readonly className: string;
  /** What options call it: `mse`. By default its class name in snake_case. */
  readonly identifiers?: readonly string[];
  /** Its options, where it declares them: see `withOptions`. */
  readonly options?: Readonly<Record<string, { readonly isFloat: boolean }>>;
  readonly fileFacts?: FileFacts;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each class names its own options
  new (config: any): T;
  /** Where the stored form is not the constructor's options; nested objects have been made already. */
  fromConfig?(config: Config): T;
}

/** Whether `value` is a storable object. */
export function isSerializable(value: unknown): value is Serializable {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<Serializable>).kind === 'string' &&
    typeof (value as Partial<Serializable>).className === 'string' &&
    typeof (value as Partial<Serializable>).getConfig === 'function'
  );
}

/** Makes an object from its class and config. */
export function fromConfig<T extends Serializable>(
  serializableClass: SerializableClass<T>,
  config: Config,
): T {
  return whileReadingConfig(() => serializableClass.fromConfig?.(config) ?? new serializableClass(config));
}

/** `camelCase` for a name in Keras' snake_case. */
export function camelCase(name: string): string {
  return name.replace(/(?<=[^_])_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Keras' snake_case for an option in camelCase. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
