// The options that belong to a weight by its name, and the weight made of them.
import {
  booleanOption,
  type Constraint,
  type Initializer,
  type Option,
  type Regularizer,
  type WeightSpec,
} from '@lamella/core';
import type { Shape } from '@lamella/program';
import { constraintOption, initializerOption, regularizerOption } from './declarations.js';
import type { InitializerOption } from './weight-options.js';

/** The options of a kernel and a bias, in Keras' order; their constraints come last. */
export const kernelAndBias = {
  /** Whether there is a bias. Default true. */
  useBias: booleanOption(true),
  /** The first values of the kernel. Default `glorot_uniform`. */
  kernelInitializer: initializerOption('glorot_uniform'),
  /** The first values of the bias. Default `zeros`. */
  biasInitializer: initializerOption('zeros'),
  /** What the kernel adds to the loss. Default null, nothing. */
  kernelRegularizer: regularizerOption(),
  /** What the bias adds to the loss. Default null, nothing. */
  biasRegularizer: regularizerOption(),
} as const;

/** What a kernel and a bias must fulfil after each step. */
export const kernelAndBiasConstraints = {
  /** What the kernel must fulfil after each step. Default null, nothing. */
  kernelConstraint: constraintOption(),
  /** What the bias must fulfil after each step. Default null, nothing. */
  biasConstraint: constraintOption(),
} as const;

/** The options of a bias. */
export const biasOptions = {
  /** Whether there is a bias. Default true. */
  useBias: booleanOption(true),
  /** The first values of the bias. Default `zeros`. */
  biasInitializer: initializerOption('zeros'),
  /** What the bias adds to the loss. Default null, nothing. */
  biasRegularizer: regularizerOption(),
  /** What the bias must fulfil after each step. Default null, nothing. */
  biasConstraint: constraintOption(),
} as const;

/** The options of the kernel `name`. */
export type KernelOptions<Name extends string> = Readonly<
  Record<`${Name}Initializer`, Option<InitializerOption, Initializer, false>> &
    Record<`${Name}Regularizer`, ReturnType<typeof regularizerOption>> &
    Record<`${Name}Constraint`, ReturnType<typeof constraintOption>>
>;

/** Its first values, default `glorot_uniform`; what it adds to the loss and must fulfil, default null, nothing. */
export function kernelOptions<const Name extends string>(name: Name): KernelOptions<Name> {
  return {
    [`${name}Initializer`]: initializerOption('glorot_uniform'),
    [`${name}Regularizer`]: regularizerOption(),
    [`${name}Constraint`]: constraintOption(),
  } as unknown as KernelOptions<Name>;
}

/** The options of a `beta` and a `gamma`, in Keras' order: others may stand between. */
export const betaAndGamma = {
  initializers: {
    /** The first values of `beta`. Default `zeros`. */
    betaInitializer: initializerOption('zeros'),
    /** The first values of `gamma`. Default `ones`. */
    gammaInitializer: initializerOption('ones'),
  },
  others: {
    /** What `beta` adds to the loss. Default null, nothing. */
    betaRegularizer: regularizerOption(),
    /** What `gamma` adds to the loss. Default null, nothing. */
    gammaRegularizer: regularizerOption(),
    /** What `beta` must fulfil after each step. Default null, nothing. */
    betaConstraint: constraintOption(),
    /** What `gamma` must fulfil after each step. Default null, nothing. */
    gammaConstraint: constraintOption(),
  },
} as const;

type Holder<Name extends string> = Readonly<Record<`${Name}Initializer`, Initializer>> &
  Partial<Readonly<Record<`${Name}Regularizer`, Regularizer | null>>> &
  Partial<Readonly<Record<`${Name}Constraint`, Constraint | null>>>;

/** The weight `name` of a layer with the options `<name>Initializer`, `<name>Regularizer`, `<name>Constraint`. */
export function weightSpec<Name extends string>(layer: Holder<Name>, name: Name, shape: Shape): WeightSpec {
  const options = layer as Readonly<Record<string, unknown>>;
  return {
    name,
    shape,
    initializer: options[`${name}Initializer`] as Initializer,
    regularizer: (options[`${name}Regularizer`] ?? null) as Regularizer | null,
    constraint: (options[`${name}Constraint`] ?? null) as Constraint | null,
  };
}
