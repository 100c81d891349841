// Which masks come with a layer's outputs, as far as shapes tell: asked once a call, of layers that say only shapes.
import { inferOutputs } from './infer-outputs.js';
import type { Layer } from './layer.js';
import type { Structure } from './node.js';
import type { TensorSpec } from './symbolic-tensor.js';

/** The outputs with the shapes of their masks, where they do not have them yet. `hasOwnRule`: it overrides `computeMask`. */
export function withMaskShapes(
  layer: Layer,
  hasOwnRule: boolean,
  outputs: readonly TensorSpec[],
  inputs: readonly TensorSpec[],
  structure: Structure,
): readonly TensorSpec[] {
  if (outputs.every((output) => output.mask !== undefined)) return outputs;
  if (hasOwnRule) {
    const inferred = inferOutputs(layer, inputs, structure);
    return outputs.map((output, i) => ({ ...output, mask: inferred[i]?.mask ?? null }));
  }
  const passed = layer.supportsMasking ? (inputs[0]?.mask ?? null) : null;
  return outputs.map(({ shape, dtype }) => ({ shape, dtype, mask: passed }));
}
