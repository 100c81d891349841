// Which masks come with a layer's outputs, as far as shapes tell: asked once a call, of layers that say only shapes.
import { flatten, mapTree, type Tree } from '@lamella/program';
import type { CallArguments } from './call-arguments.js';
import { inferOutputs } from './infer-outputs.js';
import type { Invocable } from './invoke-part.js';
import { isTensorSpec, type TensorSpec } from './tensor-spec.js';

/** The outputs with the shapes of their masks, where they do not have them yet. `hasOwnRule`: it overrides `computeMask`. */
export function withMaskShapes(
  layer: Invocable,
  hasOwnRule: boolean,
  outputs: Tree<TensorSpec>,
  inputs: Tree<TensorSpec>,
  args: CallArguments<TensorSpec>,
): Tree<TensorSpec> {
  if (flatten(outputs, isTensorSpec).every((output) => output.mask !== undefined)) return outputs;
  if (hasOwnRule) {
    const inferred = flatten(inferOutputs(layer, inputs, args), isTensorSpec);
    let i = 0;
    return mapTree(
      outputs,
      ({ shape, dtype }) => ({ shape, dtype, mask: inferred[i++]?.mask ?? null }),
      isTensorSpec,
    );
  }
  const passed = layer.supportsMasking ? (flatten(inputs, isTensorSpec)[0]?.mask ?? null) : null;
  return mapTree(outputs, ({ shape, dtype }) => ({ shape, dtype, mask: passed }), isTensorSpec);
}
