// Looks into a file without loading it: no function runs, no layer is made, no weight gets memory beyond the file's own.
import type { FileContents } from '@lamella/core';
import { isLamellaError, OpenProgram } from '@lamella/program';
import { findMissing } from '../keras-json/check-known.js';
import { anonymous, describeLambda, isLambdaEntry, liveFunction } from '../keras-json/lambda.js';
import type { Missing } from '../keras-json/missing.js';
import { isRecord, type Json } from '../keras-json/python-json.js';
import { isEnvelope, isModelEntry, layersOf, type ReadContext } from '../keras-json/read-object.js';
import type { FileInspection, InspectedLambda, InspectedLayer } from './file-inspection.js';
import { storedShapes } from './stored-shapes.js';
import { weightCounter, type WeightCounter } from './weight-counter.js';

/** What a file of this size holds, as seen from a composition. */
export function inspectContents(contents: FileContents, size: number, context: ReadContext): FileInspection {
  const model = contents.model as Json | undefined;
  const layers: InspectedLayer[] = [];
  const lambdas: InspectedLambda[] = [];
  const counter = weightCounter(contents.weights, context.budget);
  const problems = [...(contents.problems ?? [])];
  const missing: Missing = { classes: [], functions: [] };
  noting(problems, () => {
    if (isEnvelope(model) && isModelEntry(model))
      listLayers(model, '', 0, { counter, context, layers, lambdas });
    if (model !== undefined)
      Object.assign(missing, findMissing(model, context, contents.compile as Json | undefined));
  });
  return {
    file: context.file,
    size,
    format: contents.format,
    writtenBy: contents.writtenBy,
    model: isEnvelope(model) ? { name: nameOf(model), className: model.class_name } : undefined,
    layers,
    weights: contents.weights,
    lambdas,
    compile: contents.compile as Json | undefined,
    problems,
    missing,
  };
}

/** Looks on as far as it goes: what stops it stands in the way of loading, too. */
function noting(problems: string[], look: () => void): void {
  try {
    look();
  } catch (error) {
    if (!isLamellaError(error)) throw error;
    if (problems.length === 0) problems.push(error.message.replace(/^\[\w+\] /, ''));
  }
}

interface Listing {
  readonly counter: WeightCounter;
  readonly context: ReadContext;
  readonly layers: InspectedLayer[];
  readonly lambdas: InspectedLambda[];
}

/** Lists the layers of a stored model; `path` is where Keras 3 keeps its weights. Gives the number of their values. */
function listLayers(model: Json, path: string, depth: number, listing: Listing): number {
  const { context, counter, layers, lambdas } = listing;
  const entries = layersOf(model, context);
  const shapes = storedShapes(model, entries);
  const paths = counter.layerPaths(path);
  let total = 0;
  entries.forEach((entry, i) => {
    if (!isEnvelope(entry)) return;
    const name = nameOf(entry);
    const className = entry.class_name;
    const at = layers.length;
    const isModel = isModelEntry(entry);
    const place = paths.next(entry, context);
    if (isLambdaEntry(entry)) lambdas.push(inspectLambda(entry, context));
    layers.push({ name, className, depth, outputShape: shapes[i], parameters: 0 });
    const parameters = isModel ? listLayers(entry, place, depth + 1, listing) : counter.count(place, name);
    layers[at] = { ...layers[at]!, parameters };
    total += parameters;
  });
  return total;
}

function nameOf(entry: Json): string {
  const config = isRecord(entry) ? entry['config'] : undefined;
  const name = isRecord(config) ? config['name'] : undefined;
  return typeof name === 'string' ? name : '';
}

function inspectLambda(entry: Json, context: ReadContext): InspectedLambda {
  const stored = describeLambda(entry, context);
  const isNamed = stored.functionName !== undefined && stored.functionName !== anonymous;
  return {
    layer: stored.layerName,
    functionName: isNamed ? stored.functionName : undefined,
    holds:
      stored.programs !== undefined ? 'programs' : stored.functionName !== undefined ? 'name' : 'bytecode',
    isKnown: liveFunction(stored, context) !== undefined,
    arguments: stored.config['arguments'] ?? {},
    programs: Object.fromEntries(
      ['inference', 'training'].flatMap((use) => {
        const program = stored.programs?.[use];
        return program === undefined ? [] : [[use, listingOf(program)]];
      }),
    ),
  };
}

/** A damaged Program is what a file holds, too. */
function listingOf(program: Json): string {
  try {
    return String(OpenProgram.fromJSON(program));
  } catch (error) {
    if (!isLamellaError(error)) throw error;
    return error.message;
  }
}
