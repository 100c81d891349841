// Classes with declared options: from one table come the types of what is given, the checks, the fields and the config.
import type { Config } from '../config.js';
import { optionsUnnamed } from '../errors.js';
import { checkGivenNames } from './given-options.js';
import type { Option, OptionCheck } from './option.js';

/** Options by name; their order is that of configs. */
export type OptionTable = Readonly<Record<string, Option>>;

type RequiredNames<T> = {
  [K in keyof T]: T[K] extends { readonly isRequired: true } ? K : never;
}[keyof T];
type GivenOf<O> = O extends { readonly given?: infer Given } ? Exclude<Given, undefined> : never;
type KeptOf<O> = O extends { readonly check: OptionCheck<infer Kept> } ? Kept : never;

/** What may be given for a table of options. */
export type GivenOptions<T> = {
  readonly [K in keyof T as K extends RequiredNames<T> ? K : never]: GivenOf<T[K]>;
} & {
  readonly [K in keyof T as K extends RequiredNames<T> ? never : K]?: GivenOf<T[K]> | undefined;
};

/** What an object keeps of its options. */
export type KeptOptions<T> = { readonly [K in keyof T]: KeptOf<T[K]> };

type AnyClass = abstract new (options: never) => object;
type OptionsOf<B extends AnyClass> =
  ConstructorParameters<B> extends readonly [] ? object : NonNullable<ConstructorParameters<B>[0]>;
type TableOf<B> = B extends { readonly options: infer T } ? T : unknown;

type Given<B extends AnyClass, T> = GivenOptions<T> & OptionsOf<B>;

/** A class with declared options: its statics, what its constructor takes, and what its objects keep. */
export type ClassWithOptions<B extends AnyClass, T> = Omit<B, 'prototype' | 'options'> & {
  /** All declared options, those of the class it extends among them. */
  readonly options: Omit<TableOf<B>, keyof T> & T;
} & (abstract new (
    ...options: object extends Given<B, T> ? [options?: Given<B, T>] : [options: Given<B, T>]
  ) => InstanceType<B> & KeptOptions<T>);

/** What this module knows of the classes it extends. */
interface Configurable {
  new (options: object): { readonly label?: string; getConfig?(): Config };
  readonly prototype: { getConfig?(): Config };
  readonly className: string;
  readonly options?: OptionTable;
}

/**
 * The class `Base` with options: its constructor checks and keeps them, its objects have a field for each, and `getConfig()`
 * gives them. An option that `Base` has too is declared anew, with another default or check. The tables of all stand in the
 * static `options`; a constructor that takes others names them in a static `plainOptions`.
 * Throws, when an object is made: OPTION_UNKNOWN, OPTION_INVALID, and what the checks throw.
 *
 * @example
 * import * as tf from '@tensorflow/tfjs-core';
 * import { Layer, positiveOption, withOptions } from '@lamella/core';
 *
 * class Power extends withOptions(Layer, { exponent: positiveOption(2) }) {
 *   static readonly className = 'acme>Power';
 *   override call(x: tf.Tensor): tf.Tensor {
 *     return tf.pow(x, this.exponent);
 *   }
 * }
 * new Power({ exponent: 3, name: 'cube' }).getConfig(); // { name: 'cube', trainable: true, dtype: 'float32', exponent: 3 }
 */
export function withOptions<B extends AnyClass, const T extends OptionTable>(
  Base: B,
  table: T,
): ClassWithOptions<B, T> {
  const Parent = Base as unknown as Configurable;
  const inherited = Parent.options ?? {};
  const own = Object.keys(table).filter((name) => !Object.hasOwn(inherited, name));

  /** Those that must be given stand first, and its own before those of the class it extends. */
  const inOrder = (all: OptionTable): string[] =>
    [...new Set([...own, ...Object.keys(all)])].sort(
      (a, b) => Number(all[b]!.isRequired) - Number(all[a]!.isRequired),
    );

  class WithOptions extends Parent {
    static override readonly options: OptionTable = { ...inherited, ...table };

    constructor(given: Readonly<Record<string, unknown>> = {}) {
      if (typeof given !== 'object' || given === null || Array.isArray(given))
        throw optionsUnnamed(new.target.className, given, inOrder(new.target.options));
      if (new.target.options === WithOptions.options) checkGivenNames(new.target, given);
      super(given);
      const subject = this.label ?? new.target.className;
      // The class that is made has the last word on each option.
      for (const name of own) {
        const { check, fallback, isNullable, isRequired } = new.target.options[name]!;
        const isMissing = given[name] === undefined || (given[name] === null && !isNullable);
        const value = check(subject, name, isMissing && !isRequired ? fallback : given[name], this);
        Object.defineProperty(this, name, { value, enumerable: true });
      }
    }

    override getConfig(): Config {
      const { options } = this.constructor as typeof WithOptions;
      const kept = this as unknown as Readonly<Record<string, unknown>>;
      const entries = own.map((name) => [name, options[name]!.write(kept[name])] as const);
      return {
        ...super.getConfig?.(),
        ...Object.fromEntries(entries.filter(([, value]) => value !== undefined)),
      };
    }
  }
  return WithOptions as unknown as ClassWithOptions<B, T>;
}
