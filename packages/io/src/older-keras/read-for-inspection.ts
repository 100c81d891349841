// A stored model for an inspection, which shows what can be read: in Keras 3's words, or, where that fails, as it is, with why.
import type { FileContents } from '@lamella/core';
import { isLamellaError, withoutCode } from '@lamella/program';
import type { Json } from '../keras-json/python-json.js';
import { dialectOf, type Dialect } from './dialect.js';
import { readTopology } from './read-topology.js';

/** The model, and what stands in the way of loading it. `dialect` is that of formats which know it. */
export function readForInspection(
  stored: Json,
  version: unknown,
  file: string,
  {
    dialect,
    countsModelsFromOne = false,
  }: { readonly dialect?: Dialect; readonly countsModelsFromOne?: boolean } = {},
): Pick<FileContents, 'model' | 'problems'> {
  try {
    const source = {
      dialect: dialect ?? dialectOf(version, stored, file),
      file,
      countsModelsFromOne,
      notice: () => undefined,
    };
    return { model: readTopology(stored, source) };
  } catch (error) {
    if (!isLamellaError(error)) throw error;
    return { model: stored, problems: [withoutCode(error)] };
  }
}
