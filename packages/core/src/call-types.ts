// The types of calls: what a class computes with and what comes out, as its `call` and its `outputsWith` say.
import type { Tree } from '@lamella/program';
import type * as tf from '@tensorflow/tfjs-core';
import type { CallContext } from './call-context.js';

/** A layer's type as far as its `call` says it. */
export interface Callable {
  call(inputs: never, context: CallContext): unknown;
}

/** What a layer's `call` takes. */
export type TensorInputs<L extends Callable> =
  Parameters<L['call']> extends readonly [infer I, ...unknown[]] ? I : Tree<tf.Tensor>;

/** What comes out of a call with these options: what the class's `outputsWith` says for one of them that is true, else what `call` gives. */
export type Outputs<L extends Callable, O> = L extends { readonly outputsWith: infer W }
  ? [OutputsWith<W, O>] extends [never]
    ? ReturnType<L['call']>
    : OutputsWith<W, O>
  : ReturnType<L['call']>;
type OutputsWith<W, O> = { [K in keyof W & keyof O]: O[K] extends true ? W[K] : never }[keyof W & keyof O];
