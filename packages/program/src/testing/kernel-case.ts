// Cases of kernels for specs: a call through a tfjs op, or of the kernel itself, with inputs that it can be run on.
// Not published: only specs import this folder.
import * as tf from '@tensorflow/tfjs-core';
import type { Attributes } from '../program.js';
import { describeType, type Sample } from './sample.js';

export type Run = (...inputs: never[]) => tf.Tensor | readonly tf.Tensor[];

export interface KernelCase {
  readonly kernel: string;
  readonly title: string;
  readonly inputs: readonly Sample[];
  readonly run: (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];
  /** The types that must come out, where tfjs-backend-cpu does not have the kernel. */
  readonly expected?: readonly string[];
}

/** A case that must be refused. */
export interface Misfit extends KernelCase {
  readonly code: 'SHAPE_MISMATCH' | 'DTYPE_MISMATCH' | 'KERNEL_UNSUPPORTED';
  /** What the message must show. */
  readonly shown: readonly string[];
}

/** The cases of a family of rules. */
export interface ShapeCases {
  readonly cases: readonly KernelCase[];
  readonly misfits: readonly Misfit[];
}

/** A case written with tfjs' ops; `note` says what is special about it. */
export function op(kernel: string, note: string, inputs: readonly Sample[], run: Run): KernelCase {
  const title = `${kernel}(${inputs.map(describeType).join(', ')})${note === '' ? '' : `: ${note}`}`;
  return { kernel, title, inputs, run: run as KernelCase['run'] };
}

/** A case that calls the kernel itself; inputs by name, or a list. */
export function call(
  kernel: string,
  inputs: Readonly<Record<string, Sample>> | readonly Sample[],
  attrs: Attributes = {},
): KernelCase {
  const names = Object.keys(inputs);
  const attributes = Object.entries(attrs).map(([name, value]) => `, ${name}=${JSON.stringify(value)}`);
  const listed = Object.entries(inputs).map(([name, sample]) => `${name}: ${describeType(sample)}`);
  return {
    kernel,
    title: `${kernel}(${listed.join(', ')}${attributes.join('')})`,
    inputs: Object.values(inputs),
    run: (...tensors) => {
      const byName = Array.isArray(inputs)
        ? tensors
        : Object.fromEntries(names.map((name, i) => [name, tensors[i]!]));
      return tf.engine().runKernel(kernel, byName as tf.NamedTensorMap, attrs as tf.NamedAttrMap);
    },
  };
}

/** The case, with the types that come out written by hand. */
export function gives(one: KernelCase, ...expected: string[]): KernelCase {
  return { ...one, expected };
}

/** The case, to be refused with this code and a message that shows all of `shown`. */
export function misfit(code: Misfit['code'], shown: readonly string[], one: KernelCase): Misfit {
  return { ...one, code, shown };
}

/** The kernels that the cases are about, sorted. */
export function kernelsOf(cases: readonly KernelCase[]): string[] {
  return [...new Set(cases.map(({ kernel }) => kernel))].sort();
}
