// Keeps weights out of Lambdas: a weight that a function reaches from outside belongs to no layer of the model that could
// train it, freeze it or save it. Only those of a layer that runs the Lambda as a part of itself are in good hands.
import { guardWeights, runningLayers } from '@lamella/core';
import { notCapturable } from '@lamella/program';

/** Runs `fn`. Throws: NOT_CAPTURABLE when it reads or assigns a weight that no enclosing layer has. */
export function refuseWeights<T>(subject: string, fn: () => T): T {
  const enclosing = new Set(runningLayers().flatMap((layer) => layer.weights));
  return guardWeights((weight) => {
    if (enclosing.has(weight)) return;
    throw notCapturable(
      subject,
      `its function uses weight "${weight.name}" of another layer, which would not train, freeze or be saved with it`,
      'write a Layer subclass instead: make that layer in its constructor and list it in sublayers, or create the weight with addWeight',
    );
  }, fn);
}
