// What the layers share that combine several tensors element by element: ranks are made equal, shapes must broadcast, and
// the result is masked only where every input is.
import * as tf from '@tensorflow/tfjs-core';
import { inputInvalid, Layer, type CallContext, withOptions } from '@lamella/core';
import { formatShape, isShape, shapeMismatch, type SymbolicShape, type Tree } from '@lamella/program';

/** A layer that combines several tensors element by element. */
export abstract class Merge extends withOptions(Layer, {}) {
  override get supportsMasking(): boolean {
    return true;
  }

  override build(inputShape: Tree<SymbolicShape>): void {
    if (isShape(inputShape) || !Array.isArray(inputShape)) throw notAList(this.label);
    this.checkShapes(inputShape as readonly SymbolicShape[]);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
    if (!Array.isArray(inputs)) throw notAList(this.label);
    this.checkShapes(inputs.map((x) => x.shape));
    const rank = inputs.reduce((most, x) => Math.max(most, x.rank), 0);
    // Keras puts the missing axes after the batch.
    const level = inputs.map((x) =>
      x.rank === rank
        ? x
        : tf.reshape(x, [x.shape[0]!, ...Array<number>(rank - x.rank).fill(1), ...x.shape.slice(1)]),
    );
    return this.merge(
      level,
      inputs.map((_, i) => context.masks[i] ?? null),
    );
  }

  override computeMask(_inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor | null {
    const given = context.masks.filter((mask) => mask !== null);
    if (given.length === 0 || given.length < context.masks.length) return null;
    return given.reduce((a, b) => tf.logicalOr(a, b));
  }

  /** Combines tensors of one rank; the masks are those of the inputs. */
  protected abstract merge(inputs: readonly tf.Tensor[], masks: readonly (tf.Tensor | null)[]): tf.Tensor;

  /** How many inputs it takes; undefined for any number. */
  protected get inputCount(): number | undefined {
    return undefined;
  }

  private checkShapes(shapes: readonly SymbolicShape[]): void {
    const wanted = this.inputCount;
    if (shapes.length === 0 || (wanted !== undefined && shapes.length !== wanted)) {
      throw inputInvalid(
        this.label,
        `expected a list of ${wanted ?? 'at least 1'} tensors, got ${shapes.length}`,
      );
    }
    const batches = new Set(shapes.map((shape) => shape[0] ?? null).filter((size) => size !== null));
    if (batches.size > 1) {
      const listed = shapes.map(formatShape).join(' and ');
      throw shapeMismatch(this.label, `expected inputs of one batch size, got ${listed}`);
    }
    // The first shape that says the size of an axis, counted from the end.
    const stated = new Map<number, SymbolicShape>();
    for (const shape of shapes) {
      for (let i = 1; i < shape.length; i++) {
        const size = shape.at(-i) ?? null;
        const other = stated.get(i);
        if (size === null || size === 1) continue;
        if (other === undefined) stated.set(i, shape);
        else if (other.at(-i) !== size)
          throw shapeMismatch(
            this.label,
            `expected inputs whose shapes broadcast, got ${formatShape(other)} and ${formatShape(shape)}`,
            'make the sizes equal, or 1 where one is to be repeated',
          );
      }
    }
  }
}

/** `INPUT_INVALID`: one tensor where a list belongs. */
export function notAList(subject: string): Error {
  return inputInvalid(
    subject,
    'expected a list of tensors, got one tensor',
    'apply it to a list: .apply([a, b])',
  );
}

/** A mask over the axes before the last, spread over the shape of its tensor. */
function spread(mask: tf.Tensor, x: tf.Tensor): tf.Tensor {
  return tf.broadcastTo(tf.expandDims(mask, -1), x.shape);
}

/** Combines pair by pair; where only one of a pair is masked in, its value stands for both. Keras' rule for extremes. */
export function mergeByMask(
  inputs: readonly tf.Tensor[],
  masks: readonly (tf.Tensor | null)[],
  combine: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  const spreadMasks = inputs.map((x, i) =>
    masks[i] === null || masks[i] === undefined ? null : spread(masks[i], x),
  );
  let output = inputs[0]!;
  let outputMask = spreadMasks[0] ?? null;
  inputs.slice(1).forEach((given, i) => {
    const mask = spreadMasks[i + 1] ?? null;
    const x = mask === null ? given : tf.where(mask, given, output);
    if (outputMask !== null) output = tf.where(outputMask, output, x);
    outputMask = mask !== null && outputMask !== null ? tf.logicalOr(outputMask, mask) : null;
    output = combine(output, x);
  });
  return output;
}

/** Multiplies; what is masked out counts as 1, and where everything is, the result is 0. Keras' rule for products. */
export function multiplyByMask(
  inputs: readonly tf.Tensor[],
  masks: readonly (tf.Tensor | null)[],
): tf.Tensor {
  const spreadMasks = inputs.map((x, i) =>
    masks[i] === null || masks[i] === undefined ? null : spread(masks[i], x),
  );
  const product = inputs
    .map((x, i) => (spreadMasks[i] === null ? x : tf.where(spreadMasks[i]!, x, tf.onesLike(x))))
    .reduce((a, b) => tf.mul(a, b));
  if (spreadMasks.includes(null)) return product;
  return tf.where(
    spreadMasks.map((mask) => mask!).reduce((a, b) => tf.logicalOr(a, b)),
    product,
    tf.zerosLike(product),
  );
}
