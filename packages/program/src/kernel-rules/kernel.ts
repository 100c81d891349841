// What is known of a kernel, in one definition. The definitions are in kernels/, by family; kernels.ts joins them into one
// table. Not here: how backends compute kernels (their own lowerings).
import type * as tf from '@tensorflow/tfjs-core';
import type { DType } from '../dtype.js';
import type { Attributes, ProgramNode, ValueType } from '../program.js';
import type { AttributeRule, NormalAttributes } from './attribute-rule.js';
import type { GradientRule } from './gradient-rule.js';
import type { ShapeRule } from './shape-rule.js';

/** What passes and backends may know of a kernel without knowing its name. */
export interface KernelTraits {
  /**
   * Each element of the output comes from one element of each input, which are broadcast: of input `x` (unary), of inputs `a`
   * and `b` (binary), or of others (several).
   */
  readonly elementWise?: 'unary' | 'binary' | 'several';
  /** Inputs `a` and `b` may change places. */
  readonly commutative?: boolean;
  /** Applied twice it gives its input back. */
  readonly involution?: boolean;
  /** It only moves the elements of its first input: to another shape, their order kept, or to other places too. */
  readonly moves?: 'shape' | 'order';
  /** Each element of the output is an element of an input, perhaps with the other sign, or zero. */
  readonly chooses?: boolean;
  /** It reduces axes of its input `x`. */
  readonly reduces?: boolean;
  /** It slides a window over an image, forward or backward. */
  readonly slides?: 'convolution' | 'depthwise convolution' | 'pooling';
}

/** A kernel that nodes of Programs hold. */
export interface Kernel extends KernelTraits {
  /** What rules and lowerings read; without it they read the attributes as they are. */
  readonly attributes?: AttributeRule;
  readonly shape: ShapeRule;
  /** Its gradient rule, or why it has none: the sweep stops there, as at values that are not floats. */
  readonly gradient: GradientRule | string;
  /** Calls that tfjs-backend-cpu computes wrongly (4.22), in a form that every backend computes rightly. */
  readonly portable?: PortableForm;
  /** Calls that kernels of tfjs' backends refuse for their values, or compute wrongly: the result, where this is such a call. */
  readonly replay?: PortableForm;
  /** The value of an element from those of its operands; only where IEEE arithmetic rounds exactly. */
  readonly fold?: Folding;
  /** What it gives, in other kernels: for what computes it in no other way. */
  readonly writtenOut?: (inputs: Readonly<Record<string, tf.Tensor>>, attrs: NormalAttributes) => tf.Tensor;
  /** The size of the axis that its input `indices` points into. */
  readonly pointsInto?: (inputs: Readonly<Record<string, ValueType>>, attrs: NormalAttributes) => number;
  /** The number that each element of the output is, where that follows from the attributes. */
  readonly splat?: (attrs: Attributes, dtype: DType) => number | undefined;
  /** The result of reducing `count` elements of one value. */
  readonly reduceSplat?: (value: number, count: number) => number;
  /** The name of an input that the output equals where both have one type. `splat`: the number that an input is throughout. */
  readonly same?: (node: ProgramNode, splat: (input: string) => number | undefined) => string | undefined;
}

/** How a kernel is computed on constants of these dtypes. */
export interface Folding {
  readonly dtypes: readonly DType[];
  readonly compute: (a: number, b: number) => number;
}

/** The call in other kernels, or undefined where it can stay as it is. */
export type PortableForm = (inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap) => tf.Tensor | undefined;

/** A kernel that tfjs fuses for speed and that no graph needs: captured, it is written out as the kernels it stands for. */
export interface FusedKernel extends KernelTraits {
  readonly attributes?: AttributeRule;
  readonly decompose: (inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap) => tf.Tensor;
}

/** A kernel that cannot be captured, and why: its output has no type before it runs. */
export interface UncapturableKernel extends KernelTraits {
  readonly uncapturable: string;
}

/** On floats and integers. */
export function folded(compute: Folding['compute'], ...more: readonly DType[]): Folding {
  return { compute, dtypes: ['float32', 'int32', ...more] };
}

/** Where the result is no integer for integers: on floats alone. */
export function foldedFloats(compute: Folding['compute']): Folding {
  return { compute, dtypes: ['float32'] };
}
