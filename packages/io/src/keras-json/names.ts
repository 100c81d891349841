// Keras' names for what Lamella calls otherwise: modules of classes and options.
import { camelCase, snakeCase, type SerializableKind } from '@lamella/core';

/** Option names whose snake_case has a number of its own. */
const irregular: Readonly<Record<string, string>> = {
  ...{ beta1: 'beta_1', beta2: 'beta_2', adamBeta1: 'adam_beta_1', adamBeta2: 'adam_beta_2' },
  ...{ beta2Decay: 'beta_2_decay', epsilon1: 'epsilon_1', epsilon2: 'epsilon_2' },
};

/** Keras' name of an option. */
export function kerasOption(name: string): string {
  return Object.hasOwn(irregular, name) ? irregular[name]! : snakeCase(name);
}

/** Lamella's name of one of Keras' options. */
export function lamellaOption(name: string): string {
  return camelCase(name);
}

const modules: Readonly<Record<SerializableKind, string>> = {
  layers: 'keras.layers',
  features: 'keras.src.layers.preprocessing.feature_space',
  initializers: 'keras.initializers',
  regularizers: 'keras.regularizers',
  constraints: 'keras.constraints',
  activations: 'keras.activations',
  losses: 'keras.losses',
  metrics: 'keras.metrics',
  optimizers: 'keras.optimizers',
  schedules: 'keras.optimizers.schedules',
  callbacks: 'keras.callbacks',
};

/** The module under which Keras publishes a class of this kind. */
export function kerasModule(kind: SerializableKind): string {
  return modules[kind];
}

/** The kind of classes that a module of Keras publishes, or undefined for a module that is not one of those or has several kinds. */
export function kindOfModule(module: string): SerializableKind | undefined {
  // Layers, too.
  if (module === modules.features) return undefined;
  const found = Object.entries(modules).find(([, name]) => name === module);
  return (found?.[0] ??
    (module === 'keras' || module.startsWith('keras.src.models') ? 'layers' : undefined)) as
    SerializableKind | undefined;
}
