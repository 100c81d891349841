// Layers whose output has the shape and dtype of their one input, and which pass masks on. Their shapes need no capture.
import { Layer, type TensorSpec } from '@lamella/core';
import type { SymbolicShape } from '@lamella/program';

/** A layer whose floats come out in the shape in which they came in. */
export abstract class ShapePreserving extends Layer {
  override get supportsMasking(): boolean {
    return true;
  }

  override computeOutputs(inputs: readonly TensorSpec[], structure: 'single' | 'list'): TensorSpec[] {
    const [input] = inputs;
    if (structure === 'list' || input?.dtype !== 'float32') return super.computeOutputs(inputs, structure);
    this.checkShape(input.shape);
    return [{ shape: input.shape, dtype: 'float32' }];
  }

  /** Throws for shapes that the layer cannot take. For layers that are not for all. */
  protected checkShape(_shape: SymbolicShape): void {}
}
