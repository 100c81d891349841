// Layers whose output has the shape and dtype of their one input, and which pass masks on. Their shapes need no capture.
import { isTensorSpec, Layer, type CallArguments, type TensorSpec } from '@lamella/core';
import type { SymbolicShape, Tree } from '@lamella/program';

/** A layer whose floats come out in the shape in which they came in. */
export abstract class ShapePreserving extends Layer {
  override get supportsMasking(): boolean {
    return true;
  }

  override computeOutputs(input: Tree<TensorSpec>, args: CallArguments<TensorSpec>): Tree<TensorSpec> {
    if (!isTensorSpec(input) || input.dtype !== 'float32') return super.computeOutputs(input, args);
    this.checkShape(input.shape);
    return { shape: input.shape, dtype: 'float32' };
  }

  /** Throws for shapes that the layer cannot take. For layers that are not for all. */
  protected checkShape(_shape: SymbolicShape): void {}
}
