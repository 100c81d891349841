// How much a model is to walk through: its calls, those of models inside it counted at each call. A small file can nest
// models so that the count doubles at every level; readers refuse that before anything runs.
import type { Functional, Layer } from '@lamella/core';
import { fileInvalid } from '../errors.js';

const maximumCalls = 200_000;
const costs = new WeakMap<Layer, number>();

/** Throws: FILE_INVALID for a model of more calls than any sensible one has. */
export function checkModelCost(model: Functional, file: string): void {
  const cost = model.graph.nodes.reduce((sum, node) => sum + (costs.get(node.layer) ?? 1), 0);
  if (cost > maximumCalls)
    throw fileInvalid(file, `its models, one inside the other, come to more than ${maximumCalls} calls`);
  costs.set(model, cost);
}
