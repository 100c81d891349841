// What a layer is called with beside its first argument: further tensors by name, and plain values. Which names a class
// knows, its static `callArguments` says.
import type * as tf from '@tensorflow/tfjs-core';
import { flatten, mapTree, type Tree } from '@lamella/program';
import { argumentUnknown } from './errors.js';
import { isTensorSpec } from './tensor-spec.js';

/** A plain value among the arguments of a call, such as a flag. */
export type CallConstant = string | number | boolean | null;

/** Arguments by name: tensors, plain values, lists and records of them. */
export type CallArguments<T = tf.Tensor> = Readonly<Record<string, Tree<T | CallConstant>>>;

/** What `apply` takes beside its inputs. */
export interface ApplyOptions<T> {
  /** Fixes the training flag for this call. */
  readonly training?: boolean | undefined;
  /** The mask of the input, or of each input in a tree like theirs; in place of the one that comes along. */
  readonly mask?: Tree<T | null> | undefined;
  /** Those that the class names in `callArguments`. */
  readonly [name: string]: Tree<T | CallConstant> | undefined;
}

/** The parts of {@link ApplyOptions}, checked. */
export interface CallOptions<T> {
  readonly training: boolean | undefined;
  readonly mask: Tree<T | null> | undefined;
  readonly args: CallArguments<T>;
}

interface Labelled {
  readonly label: string;
}

/**
 * The arguments that calls of a layer may have beside the first, in Python's order: those that its class lists. Where
 * `mask` is among them, files may hold it at that place, and the layer checks its shape itself.
 */
export function callArgumentsOf(layer: object): readonly string[] {
  return (layer.constructor as { readonly callArguments?: readonly string[] }).callArguments ?? [];
}

/** Splits what `apply` was given. Throws: ARGUMENT_UNKNOWN. */
export function callOptions<T>(layer: Labelled, options: ApplyOptions<T>): CallOptions<T> {
  const { training, mask, ...others } = options;
  const known = callArgumentsOf(layer);
  const given = Object.entries(others).filter((entry) => entry[1] !== undefined);
  for (const [name] of given) if (!known.includes(name)) throw argumentUnknown(layer.label, name, known);
  return { training, mask, args: Object.fromEntries(given) as CallArguments<T> };
}

/** Whether a leaf of the arguments is a plain value. */
export function isCallConstant(value: unknown): value is CallConstant {
  return value === null || typeof value !== 'object';
}

/** The arguments with each tensor replaced, plain values kept; in the order of {@link argumentTensors}. */
export function mapArguments<T, R>(args: CallArguments<T>, fn: (tensor: T) => R): CallArguments<R> {
  const replaced = mapTree(
    args as Tree<T | CallConstant>,
    (leaf) => (isCallConstant(leaf) ? leaf : fn(leaf)),
    isTensorSpec,
  );
  return replaced as CallArguments<R>;
}

/** The tensors among the arguments, by sorted names. */
export function argumentTensors<T>(args: CallArguments<T>): T[] {
  return flatten(args as Tree<T | CallConstant>, isTensorSpec).filter((leaf) => !isCallConstant(leaf)) as T[];
}

/** What `maskOf` says of the tensors of each argument. */
export function argumentMasks<T, M>(
  args: CallArguments<T>,
  maskOf: (tensor: T) => M,
): Readonly<Record<string, readonly M[]>> {
  const masks = (value: CallArguments<T>[string]): M[] => argumentTensors<T>({ value }).map(maskOf);
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, masks(value)]));
}
