// What the kits save, load and look names up with: the parts that come with Lamella, the plugins given, and what is tested.
import {
  compose,
  type Backend,
  type Plugin,
  type PluginContext,
  type Serializable,
  type SerializableClass,
} from '@lamella/core';
import type { IoApi } from '@lamella/io';
import { lambdas, type LambdasApi } from '@lamella/lambda';
import { layers } from '@lamella/layers';
import { training, type TrainingApi } from '@lamella/training';

/** A composition as the kits use it. */
export type Known = PluginContext & TrainingApi & IoApi & LambdasApi;

/** A composition of layers, Lambdas, models, files and `plugins`, which may be some of these again. */
export async function knownOf(plugins: readonly Plugin[], backend?: Backend): Promise<Known> {
  // One after the other: jest's loader of modules may lose one that two imports ask for at a time.
  const { io } = await import('@lamella/io');
  const own = [layers, training, io, lambdas()].filter(
    ({ name }) => !plugins.some((plugin) => plugin.name === name),
  );
  return compose({ ...(backend !== undefined && { backend }), plugins: [...own, ...plugins] }) as Known;
}

/** Adds the class of what is tested, where no plugin brings it. */
export function know({ catalog, register }: PluginContext, { kind, constructor }: Serializable): void {
  const made = constructor as unknown as SerializableClass;
  if (catalog.find(kind, made.className) === undefined) register(kind, made);
}
