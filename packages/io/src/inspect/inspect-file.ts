// Looks into a file without loading it: no function runs, no layer is made, no weight gets memory beyond the file's own.
import type { FileContents, ReadableWeight } from '@lamella/core';
import { isLamellaError, readOpenProgram, withoutCode } from '@lamella/program';
import { findMissing } from '../keras-json/check-known.js';
import { anonymous, describeLambda, isLambdaEntry, liveFunction } from '../keras-json/lambda.js';
import type { Missing } from '../keras-json/missing.js';
import { isRecord, type Json } from '../keras-json/python-json.js';
import { isEnvelope, isModelEntry, layersOf, type ReadContext } from '../keras-json/read-object.js';
import type {
  FileInspection,
  InspectedLambda,
  InspectedLayer,
  InspectedWeight,
  StoredEnds,
} from './file-inspection.js';
import { storedCalls, storedEnds } from './stored-calls.js';
import { storedShapes } from './stored-shapes.js';
import { weightCounter, type WeightCounter } from './weight-counter.js';
import { weightStatistics } from './weight-statistics.js';

/** The most weights whose values are looked at. */
const mostLookedAt = 2000;

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
    model: isEnvelope(model)
      ? { name: nameOf(model), className: model.class_name, ends: endsOf(model) }
      : undefined,
    layers,
    weights: contents.weights.map(asStored),
    lambdas,
    compile: contents.compile as Json | undefined,
    problems,
    missing,
  };
}

/**
 * The inspection, with what the values of each weight are like. They are read one after the other; where they cannot be, that
 * stands in the way of loading.
 */
export async function withStatistics(
  inspection: FileInspection,
  weights: readonly ReadableWeight[],
): Promise<FileInspection> {
  const found: InspectedWeight[] = [];
  const problems = [...inspection.problems];
  for (const [i, weight] of weights.entries()) {
    let statistics;
    try {
      const value = i < mostLookedAt ? await weight.read?.() : undefined;
      statistics = value && weightStatistics(value);
    } catch (error) {
      if (!isLamellaError(error)) throw error;
      if (problems.length === inspection.problems.length) problems.push(withoutCode(error));
    }
    found.push({ ...asStored(weight), ...(statistics && { statistics }) });
  }
  return { ...inspection, weights: found, problems };
}

function asStored({ name, shape, dtype }: ReadableWeight): InspectedWeight {
  return { name, shape, dtype };
}

/** Looks on as far as it goes: what stops it stands in the way of loading, too. */
function noting(problems: string[], look: () => void): void {
  try {
    look();
  } catch (error) {
    if (!isLamellaError(error)) throw error;
    if (problems.length === 0) problems.push(withoutCode(error));
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
    layers.push({
      name,
      className,
      depth,
      outputShape: shapes[i],
      parameters: 0,
      config: isModel ? {} : (entry['config'] ?? {}),
      calls: storedCalls(entry),
      ends: isModel ? endsOf(entry) : undefined,
    });
    const parameters = isModel ? listLayers(entry, place, depth + 1, listing) : counter.count(place, name);
    layers[at] = { ...layers[at]!, parameters };
    total += parameters;
  });
  return total;
}

function endsOf(entry: Json): StoredEnds {
  const config = (isRecord(entry) ? entry['config'] : undefined) ?? null;
  return { inputs: storedEnds(config, 'input_layers'), outputs: storedEnds(config, 'output_layers') };
}

function nameOf(entry: Json): string {
  const config = isRecord(entry) ? entry['config'] : undefined;
  const name = isRecord(config) ? config['name'] : undefined;
  return typeof name === 'string' ? name : '';
}

function inspectLambda(entry: Json, context: ReadContext): InspectedLambda {
  const stored = describeLambda(entry, context);
  const isNamed = stored.functionName !== undefined && stored.functionName !== anonymous;
  const programs = ['inference', 'training'].flatMap((use) => {
    const program = stored.programs?.[use];
    return program === undefined ? [] : [[use, listingOf(program)] as const];
  });
  return {
    layer: stored.layerName,
    functionName: isNamed ? stored.functionName : undefined,
    holds:
      stored.programs !== undefined ? 'programs' : stored.functionName !== undefined ? 'name' : 'bytecode',
    isKnown: liveFunction(stored, context) !== undefined,
    arguments: stored.config['arguments'] ?? {},
    programs: Object.fromEntries(programs.map(([use, { text }]) => [use, text])),
    operations: programs.find(([use]) => use === 'inference')?.[1].operations,
  };
}

/** A damaged Program is what a file holds, too. */
function listingOf(program: Json): { text: string; operations?: readonly string[] } {
  try {
    const open = readOpenProgram(program);
    return { text: String(open), operations: open.graph.nodes.map(({ kernel }) => kernel) };
  } catch (error) {
    if (!isLamellaError(error)) throw error;
    return { text: error.message };
  }
}
