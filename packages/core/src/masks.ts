// Masks at a call: those that are given with it, and those that come out. Which layers pass masks on, the layers say.
import * as tf from '@tensorflow/tfjs-core';
import {
  flatten,
  formatShape,
  mapTree,
  sameStructure,
  structureOf,
  type SymbolicShape,
  type Tree,
} from '@lamella/program';
import { callArgumentsOf } from './call-arguments.js';
import type { Mask } from './call-context.js';
import { maskInvalid } from './errors.js';
import { isTensorSpec, type TensorSpec } from './tensor-spec.js';

interface Shaped {
  readonly shape: SymbolicShape;
}

/**
 * The given mask of each input, in order. A layer that lists `mask` among its arguments says itself which shapes it takes.
 * Throws: MASK_INVALID where masks are not nested like inputs or do not fit them.
 */
export function givenMasks<T extends Shaped>(
  layer: { readonly label: string },
  leaves: readonly T[],
  inputs: Tree<T>,
  mask: Tree<T | null>,
): (T | null)[] {
  if (!sameStructure(structureOf(mask, isTensorSpec), structureOf(inputs, isTensorSpec)))
    throw maskInvalid(layer.label, `expected a mask or null for each input, nested like the inputs`);
  const masks = flatten(mask, isTensorSpec);
  if (callArgumentsOf(layer).includes('mask')) return masks;
  masks.forEach((one, i) => {
    const { shape } = leaves[i]!;
    if (one === null || fits(one.shape, shape)) return;
    const expected = `${formatShape(shape)} or its leading sizes`;
    throw maskInvalid(layer.label, `expected a mask of shape ${expected}, got ${formatShape(one.shape)}`);
  });
  return masks;
}

/** The inputs' specs with the given masks in place of those that come along. Throws: MASK_INVALID. */
export function withGivenMasks(
  layer: { readonly label: string },
  inputs: Tree<TensorSpec>,
  mask: Parameters<typeof givenMasks<TensorSpec>>[3] | undefined,
): Tree<TensorSpec> {
  if (mask === undefined) return inputs;
  const masks = givenMasks<TensorSpec>(layer, flatten(inputs, isTensorSpec), inputs, mask);
  let next = 0;
  return mapTree(
    inputs,
    ({ shape, dtype }) => ({ shape, dtype, mask: masks[next++]?.shape ?? null }),
    isTensorSpec,
  );
}

/** A tensor as a mask: what is not zero counts. */
export function asMask(tensor: tf.Tensor | null): Mask {
  return tensor === null || tensor.dtype === 'bool' ? tensor : tf.cast(tensor, 'bool');
}

/** What `computeMask` gave as a mask for each output. Throws: MASK_INVALID. */
export function spreadMasks(subject: string, mask: Tree<Mask>, outputs: Tree<tf.Tensor>): Mask[] {
  const count = flatten(outputs).length;
  const masks = flatten(mask);
  if (mask === null || (masks.length === 1 && masks[0] === mask)) return Array<Mask>(count).fill(mask);
  if (masks.length === count) return masks;
  throw maskInvalid(subject, `it gives ${masks.length} masks for ${count} outputs`);
}

function fits(mask: SymbolicShape, shape: SymbolicShape): boolean {
  return (
    mask.length <= shape.length &&
    mask.every((size, axis) => {
      const expected = shape[axis]!;
      return size === expected || size === null || expected === null || size === 1;
    })
  );
}
