// verifyFunctions: what would otherwise happen at a loaded model's first use, at a time of the application's choosing.
import type { Layer } from '@lamella/core';
import { verifyFunction } from './deferred-function.js';
import { Lambda } from './lambda.js';

/**
 * Captures the registered function of each Lambda of a loaded model, and compares it with the Program that the file holds of it.
 * Loading runs no function; without this the first use does it: predict, fit, evaluate, apply or saving.
 * Throws: FUNCTION_DRIFTED, where the model was loaded with `onDrift: 'error'`; what the functions throw.
 */
export function verifyFunctions(model: Layer): void {
  const seen = new Set<Layer>([model]);
  // The set grows while it is walked through.
  for (const layer of seen) {
    if (layer.className === Lambda.className) verifyFunction((layer as Lambda).function);
    for (const inner of layer.sublayers) seen.add(inner);
  }
}
