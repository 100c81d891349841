// diffModels(): what changed from one model to another. Layers are the same where they stand in models of the same names.
import type { Layer } from '@lamella/core';
import { functionDrift, type Lambda } from '@lamella/lambda';
import { isLamellaError } from '@lamella/program';
import type { Model } from '@lamella/training';
import type { PlainValue } from '../model-graph.js';
import { plainOptions } from '../plain-value.js';
import { diffOptions } from './diff-options.js';
import { diffWeights } from './diff-weights.js';
import { layersByPath, type PlacedLayer } from './layers-by-path.js';
import type {
  LambdaDifference,
  LayerDifference,
  LayerOfOne,
  ModelDifferences,
  WeightDifference,
} from './model-differences.js';

/**
 * What changed from `before` to `after`: layers, their options and what they are called on, values of weights, what Lambdas
 * compute, and what compile() was given. Models in files are loaded first. Throws: LAYER_NOT_BUILT.
 *
 * @example
 * import { input } from '@lamella/core';
 * import { dense } from '@lamella/layers';
 * import { Functional } from '@lamella/training';
 * import { diffModels } from '@lamella/vis';
 *
 * const [before, after] = [2, 3].map((units) => {
 *   const x = input({ shape: [4], name: 'x' });
 *   return new Functional({ inputs: x, outputs: dense({ units, name: 'y' }).apply(x) });
 * });
 * const { layers, weights } = await diffModels(before!, after!);
 * layers.changed[0]?.options; // [{ option: 'units', before: 2, after: 3 }]
 * weights.map(({ weight, after }) => `${weight} ${after}`); // ['y/kernel float32[4, 3]', 'y/bias float32[3]']
 */
export async function diffModels(before: Layer, after: Layer): Promise<ModelDifferences> {
  const [a, b] = [layersByPath(before), layersByPath(after)];
  const changed: LayerDifference[] = [];
  const weights: WeightDifference[] = [];
  const lambdas: LambdaDifference[] = [];
  for (const [path, first] of a.layers) {
    const second = b.layers.get(path);
    if (second === undefined) continue;
    const options = diffOptions(optionsOf(first), optionsOf(second));
    if (options.length > 0) changed.push({ layer: path, options });
    // Those of a model are its layers'.
    if (first.graph !== undefined || second.graph !== undefined) continue;
    weights.push(
      ...(await diffWeights(first.layer, second.layer, path.slice(0, path.length - first.name.length))),
    );
    const lines = isLambda(first) && isLambda(second) ? programLines(first.layer, second.layer) : [];
    if (lines.length > 0) lambdas.push({ layer: path, lines });
  }
  const differences = {
    layers: { removed: missingIn(b.layers, a.layers), added: missingIn(a.layers, b.layers), changed },
    connections: {
      removed: [...a.connections].filter((one) => !b.connections.has(one)),
      added: [...b.connections].filter((one) => !a.connections.has(one)),
    },
    weights,
    lambdas,
    compile: diffOptions(compileOptions(before), compileOptions(after)),
  };
  const { layers, connections, compile } = differences;
  const lists = [
    layers.removed,
    layers.added,
    changed,
    connections.removed,
    connections.added,
    weights,
    lambdas,
    compile,
  ];
  return { isSame: lists.every((list) => list.length === 0), ...differences };
}

/** The name is the path's; the function of a Lambda is compared by what it computes. */
function optionsOf({ className, options }: PlacedLayer): Record<string, PlainValue> {
  const { name: _, ...others } = options;
  return { className, ...others };
}

function missingIn(
  others: ReadonlyMap<string, PlacedLayer>,
  layers: ReadonlyMap<string, PlacedLayer>,
): LayerOfOne[] {
  return [...layers].flatMap(([layer, { className }]) => (others.has(layer) ? [] : [{ layer, className }]));
}

function isLambda(placed: PlacedLayer): placed is PlacedLayer & { readonly layer: Lambda } {
  return placed.className === 'Lambda';
}

/** What two Lambdas compute otherwise; a function that cannot be captured computes something else than any other. */
function programLines(before: Lambda, after: Lambda): string[] {
  if (before.function === after.function && before.arguments === after.arguments) return [];
  try {
    const call = {
      subject: after.label,
      function: after.function,
      functionName: after.functionName,
      arguments: after.arguments,
      float: after.dtypePolicy.floatDType,
    };
    return functionDrift(call, before.saveFunction())?.split('\n') ?? [];
  } catch (error) {
    if (!isLamellaError(error)) throw error;
    return [`- ${error.message.split('\n')[0]}`];
  }
}

function compileOptions(model: Layer): Record<string, PlainValue> {
  const { compiled } = model as { readonly compiled?: Model['compiled'] };
  if (compiled === undefined) return {};
  const { loss, lossWeights, metrics, weightedMetrics } = compiled.options;
  // Optimizers have names of their own that count how many were made.
  const optimizers = [...compiled.optimizers].map(([place, optimizer]): [string, PlainValue] => {
    const { name: _, ...options } = plainOptions(optimizer.getConfig());
    return [place, { className: optimizer.className, ...options }];
  });
  const given = { loss, lossWeights, metrics, weightedMetrics } as Parameters<typeof plainOptions>[0];
  return { ...Object.fromEntries(optimizers), ...plainOptions(given) };
}
