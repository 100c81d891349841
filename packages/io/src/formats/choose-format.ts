// Which format a file is of: what its first bytes say, whatever it is called; what it is to become, by its ending.
import type { Format, PluginContext } from '@lamella/core';
import { fileInvalid, formatUnknown } from '../errors.js';
import { describeForeign } from './signatures.js';

/** What a format can be asked to do. */
export type Verb = 'writeModel' | 'writeLayer' | 'readModel' | 'writeWeights' | 'readWeights' | 'inspect';

const doing: Readonly<Record<Verb, string>> = {
  writeModel: 'write a model to',
  writeLayer: 'write a layer that is no model to',
  readModel: 'read a model from',
  writeWeights: 'write weights to',
  readWeights: 'read weights from',
  inspect: 'look into',
};

/** The format with the longest matching ending. Throws: FORMAT_UNKNOWN where there is none, or it cannot do this. */
export function formatForName(composition: PluginContext, path: string, verb: Verb): Format {
  const found = byEnding(composition, path);
  if (found?.[verb] !== undefined) return found;
  throw unknown(composition, path, verb);
}

/**
 * The format of these bytes; the ending decides between formats that both can be. Throws: FILE_INVALID for what is known to be
 * something else, FORMAT_UNKNOWN where neither bytes nor ending say anything.
 */
export function formatForBytes(
  composition: PluginContext,
  path: string,
  bytes: Uint8Array,
  verb: 'readModel' | 'readWeights' | 'inspect',
): Format {
  const named = byEnding(composition, path);
  if (named?.[verb] !== undefined && (named.matches?.(bytes) ?? true)) return named;
  const like = composition.formats.filter((format) => format.matches?.(bytes) === true);
  const found = like.find((format) => format[verb] !== undefined);
  if (found !== undefined) return found;
  if (like.length > 0)
    throw fileInvalid(
      path,
      `it is a file of weights (${like[0]!.name}), from which no model can be read`,
      'rebuild the model and call loadWeights(), or load the JSON of its layers with { weights }',
    );
  const foreign = bytes.length === 0 ? undefined : describeForeign(bytes);
  if (foreign !== undefined) throw fileInvalid(path, `it is ${foreign.what}`, foreign.fix);
  // Its own reader says what is wrong with it.
  if (named?.[verb] !== undefined) return named;
  throw unknown(composition, path, verb);
}

/** Whether a path ends as the files of a format do. */
export function isFileName(composition: PluginContext, path: string): boolean {
  return byEnding(composition, path) !== undefined;
}

interface Ending {
  readonly format: Format;
  readonly extension: string;
}

function endings({ formats }: PluginContext): Ending[] {
  return formats
    .flatMap((format) => format.extensions.map((extension) => ({ format, extension })))
    .sort((a, b) => b.extension.length - a.extension.length);
}

function byEnding(composition: PluginContext, path: string): Format | undefined {
  return endings(composition).find(({ extension }) => path.toLowerCase().endsWith(extension))?.format;
}

function unknown(composition: PluginContext, path: string, verb: Verb): Error {
  const able = endings(composition).filter(({ format }) => format[verb] !== undefined);
  return formatUnknown(path, doing[verb], [...new Set(able.map(({ extension }) => extension))]);
}
