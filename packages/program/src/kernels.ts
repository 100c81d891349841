// The table of kernels, joined from their families. The compiler finds one that has no definition.
import type * as tf from '@tensorflow/tfjs-core';
import type { NormalAttributes } from './kernel-rules/attribute-rule.js';
import type { FusedKernel, Kernel, KernelTraits, UncapturableKernel } from './kernel-rules/kernel.js';
import * as activations from './kernels/activations.js';
import * as arithmetic from './kernels/arithmetic.js';
import * as blocks from './kernels/blocks.js';
import * as comparisons from './kernels/comparisons.js';
import * as complex from './kernels/complex.js';
import * as convolutions from './kernels/convolutions.js';
import * as counting from './kernels/counting.js';
import * as creation from './kernels/creation.js';
import * as cumulative from './kernels/cumulative.js';
import * as dilation from './kernels/dilation.js';
import * as functions from './kernels/functions.js';
import * as fused from './kernels/fused.js';
import * as images from './kernels/images.js';
import * as indexing from './kernels/indexing.js';
import * as joining from './kernels/joining.js';
import * as matrices from './kernels/matrices.js';
import * as narrowing from './kernels/narrowing.js';
import * as normalization from './kernels/normalization.js';
import * as pooling from './kernels/pooling.js';
import * as reductions from './kernels/reductions.js';
import * as reshaping from './kernels/reshaping.js';
import * as resizing from './kernels/resizing.js';
import * as slicing from './kernels/slicing.js';
import * as sparse from './kernels/sparse.js';
import * as strings from './kernels/strings.js';
import * as uncapturable from './kernels/uncapturable.js';
import type { ProgramNode, roundKernel, ValueId } from './program.js';
import type { Shape } from './shape.js';

type Literal<T> = T extends string ? (string extends T ? never : T) : never;

/** Constants of one text that are no kernel's name. */
type Others = typeof tf.version_core | typeof tf.OP_SCOPE_SUFFIX;

/** The names of all kernels: tfjs-core exports each of its own as a constant of one text, one is ours. */
export type KernelName =
  Exclude<{ [K in keyof typeof tf]: Literal<(typeof tf)[K]> }[keyof typeof tf], Others> | typeof roundKernel;

/** What is known of each kernel. */
export const kernels: Readonly<Record<KernelName, Kernel | FusedKernel | UncapturableKernel>> = {
  ...activations,
  ...arithmetic,
  ...blocks,
  ...comparisons,
  ...complex,
  ...convolutions,
  ...counting,
  ...creation,
  ...cumulative,
  ...dilation,
  ...functions,
  ...fused,
  ...images,
  ...indexing,
  ...joining,
  ...matrices,
  ...narrowing,
  ...normalization,
  ...pooling,
  ...reductions,
  ...reshaping,
  ...resizing,
  ...slicing,
  ...sparse,
  ...strings,
  ...uncapturable,
};

/** Whether a node's kernel is one of tfjs'. */
export function isKernelName(name: string): name is KernelName {
  return Object.hasOwn(kernels, name);
}

/** The names of the kernels that nodes of Programs hold. */
export function kernelNames(): KernelName[] {
  return (Object.keys(kernels) as KernelName[]).filter((name) => 'shape' in kernels[name]);
}

/** Whether a kernel never reaches a backend of real numbers that writes out what can be written out (writeOut, splitComplex). */
export function isWrittenOut(name: KernelName): boolean {
  return Object.hasOwn(complex, name) || findKernel(name)?.writtenOut !== undefined;
}

/** The definition of a kernel that nodes hold, or undefined where there is none of that name. */
export function findKernel(name: string): Kernel | undefined {
  const kernel = isKernelName(name) ? kernels[name] : undefined;
  return kernel !== undefined && 'shape' in kernel ? kernel : undefined;
}

/** The attributes of a node as rules and lowerings read them. `typeOf` gives the shapes of its inputs. */
export function attributesOf<A extends object = NormalAttributes>(
  node: Pick<ProgramNode, 'kernel' | 'inputs' | 'attrs'>,
  typeOf: (id: ValueId) => { readonly shape: Shape },
): A {
  const definition = isKernelName(node.kernel) ? kernels[node.kernel] : undefined;
  const rule = definition !== undefined && 'attributes' in definition ? definition.attributes : undefined;
  if (rule === undefined) return node.attrs as A;
  const inputs = Object.fromEntries(Object.entries(node.inputs).map(([name, id]) => [name, typeOf(id)]));
  return rule(node.attrs, inputs) as A;
}

/** What may be known of a kernel without knowing its name; nothing of one that is not tfjs'. */
export function traitsOf(name: string): KernelTraits {
  return isKernelName(name) ? kernels[name] : {};
}
