// Models with a call of their own in files: their class, its options, and the inputs that they were built for.
import { isInputLayer, isLayer } from '@lamella/core';
import {
  flatten,
  isDType,
  isShape,
  mapTree,
  sameStructure,
  structureOf,
  unflatten,
  type Tree,
} from '@lamella/program';
import type { Model } from '@lamella/training';
import { fileInvalid } from '../errors.js';
import { isRecord, type Json, type WritableJson } from './python-json.js';
import type { ReadContext } from './read-object.js';

/** Whether a value is a model, a graph or not, of any copy of that package. */
export function isModel(value: unknown): value is Model {
  return isLayer(value) && typeof (value as { readonly compile?: unknown }).compile === 'function';
}

/** How the data of a model's inputs lie in memory, which Keras does not note. */
export function inputDTypes(model: Model): { readonly input_dtypes?: WritableJson } {
  if (model.inboundNodes.length === 0) return {};
  const dtypes = model.inputs.map(({ node, dtype }) => (isInputLayer(node.layer) ? node.layer.dtype : dtype));
  return { input_dtypes: unflatten<string>(model.inputStructure, dtypes) as WritableJson };
}

/** Builds a model of a registered class, made of an entry, for the inputs it was saved with. Throws: FILE_INVALID. */
export function restoreSubclassed(
  model: Model,
  entry: Json,
  context: ReadContext,
  seed: number | undefined,
): Model {
  model.restore({ composition: context.composition, seed });
  const { build_config: built, lamella: own } = entry as { readonly [key: string]: Json };
  const shape = isRecord(built) ? built['input_shape'] : undefined;
  if (shape === undefined || shape === null) return model;
  const shapes = shape as Tree<unknown>;
  const dtypes = isRecord(own) ? own['input_dtypes'] : undefined;
  const listed = dtypes === undefined ? [] : flatten<unknown>(dtypes as Tree<unknown>);
  const isSound =
    flatten(shapes, isShape).every(isShape) &&
    listed.every((dtype) => typeof dtype === 'string' && isDType(dtype)) &&
    (dtypes === undefined ||
      sameStructure(structureOf(shapes, isShape), structureOf(dtypes as Tree<unknown>)));
  if (!isSound) throw fileInvalid(context.file, `the inputs of "${model.name}" are malformed`);
  let next = 0;
  model.buildFor(
    mapTree(
      shapes,
      (sizes) => ({ shape: sizes as (number | null)[], dtype: (listed[next++] ?? 'float32') as 'float32' }),
      isShape,
    ),
  );
  return model;
}
