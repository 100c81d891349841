// The Lambdas of a model as models of Keras' operations, for files that plain Keras opens without any code of ours.
import { isFunctional, type Functional, type Layer } from '@lamella/core';
import type { Lambda } from '@lamella/lambda';
import { isLamellaError } from '@lamella/program';
import { lambdasNotExportable } from '../errors.js';
import { isLambda } from '../keras-json/lambda.js';
import { lambdaModel } from './lambda-model.js';

/** For each Lambda of a model, and of models inside it, the model that stands in its place. Throws: KERNEL_UNSUPPORTED. */
export function lambdaModels(model: Layer): ReadonlyMap<Layer, Functional> {
  const found = new Map<Layer, Functional>();
  const problems: string[] = [];
  for (const { lambda, parent } of lambdasOf(model)) {
    const note = (problem: string): void => void problems.push(`  ${lambda.label}: ${problem}`);
    if (!isFunctional(parent)) {
      note(`it is inside ${parent.label}; only a Lambda of a model can be written as operations`);
      continue;
    }
    try {
      const made = lambdaModel(lambda, note);
      if (made !== undefined) found.set(lambda, made);
    } catch (error) {
      if (!isLamellaError(error)) throw error;
      problems.push(`  ${error.message.split('\n')[0]!}`);
    }
  }
  if (problems.length > 0) throw lambdasNotExportable(model.label, problems);
  return found;
}

interface FoundLambda {
  readonly lambda: Lambda;
  /** The layer that holds it. */
  readonly parent: Layer;
}

function lambdasOf(model: Layer): FoundLambda[] {
  const found: FoundLambda[] = [];
  const seen = new Set<Layer>();
  const look = (parent: Layer): void => {
    for (const layer of parent.sublayers) {
      if (seen.has(layer)) continue;
      seen.add(layer);
      if (isLambda(layer)) found.push({ lambda: layer, parent });
      look(layer);
    }
  };
  look(model);
  return found;
}
