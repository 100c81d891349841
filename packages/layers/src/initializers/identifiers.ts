// Keras' identifiers of initializers.
import { Constant, Identity, Ones, Zeros } from './constants.js';
import { Orthogonal } from './orthogonal.js';
import { RandomNormal, RandomUniform, TruncatedNormal } from './random.js';
import {
  GlorotNormal,
  GlorotUniform,
  HeNormal,
  HeUniform,
  LecunNormal,
  LecunUniform,
  VarianceScaling,
} from './variance-scaling.js';

/** The classes by identifier; their class names are identifiers too. */
export const initializerClasses = {
  zeros: Zeros,
  zero: Zeros,
  ones: Ones,
  one: Ones,
  constant: Constant,
  identity: Identity,
  IdentityInitializer: Identity,
  random_normal: RandomNormal,
  normal: RandomNormal,
  truncated_normal: TruncatedNormal,
  random_uniform: RandomUniform,
  uniform: RandomUniform,
  variance_scaling: VarianceScaling,
  glorot_uniform: GlorotUniform,
  glorot_normal: GlorotNormal,
  he_uniform: HeUniform,
  he_normal: HeNormal,
  lecun_uniform: LecunUniform,
  lecun_normal: LecunNormal,
  orthogonal: Orthogonal,
  OrthogonalInitializer: Orthogonal,
} as const;

/** Keras' identifiers of initializers. */
export type InitializerIdentifier = keyof typeof initializerClasses;
