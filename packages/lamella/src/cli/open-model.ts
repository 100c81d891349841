// The model of a file that the command line names; where that holds weights alone, of another file.
import type { Model } from '@lamella/training';
import type { composition } from '../composition.js';
import { modelUnnamed } from '../errors.js';

/** What a command works with: the composition of this package, with the plugins that the command line names. */
export type Application = typeof composition;

export interface OpenOptions {
  /** A file with the model, where the first holds weights alone. */
  readonly model?: string;
  /** Where warnings go. Default: console.warn. */
  readonly warn?: (message: string) => void;
}

/** Throws: what loading throws; OPTION_INVALID for weights without a model. */
export async function openModel(
  file: string,
  { model, warn = console.warn }: OpenOptions,
  { inspectFile, loadModel, loadWeights }: Application,
): Promise<Model> {
  if (model === undefined && (await inspectFile(file)).model === undefined) throw modelUnnamed(file);
  const net = await loadModel(model ?? file, { warn });
  if (model !== undefined && model !== file) await loadWeights(net, file);
  return net as unknown as Model;
}
