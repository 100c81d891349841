// The kernels of tfjs that operations of Keras can stand for, joined from their families.
import { customGradientKernel } from '@lamella/program';
import type { KernelRule } from '../kernel-call.js';
import * as activation from './activation.js';
import * as arithmetic from './arithmetic.js';
import * as arrangement from './arrangement.js';
import * as creation from './creation.js';
import { CustomGradient } from './custom-gradient.js';
import * as elementwise from './elementwise.js';
import * as image from './image.js';
import * as matrix from './matrix.js';
import * as parts from './parts.js';
import * as reduction from './reduction.js';
import * as windows from './windows.js';

const families: readonly Readonly<Record<string, KernelRule>>[] = [
  activation,
  arithmetic,
  arrangement,
  creation,
  elementwise,
  image,
  matrix,
  parts,
  reduction,
  windows,
  { [customGradientKernel]: CustomGradient },
];

/** How a kernel is written as operations of Keras, or undefined where it has no equivalent. */
export function findKernelRule(kernel: string): KernelRule | undefined {
  return families.find((family) => Object.hasOwn(family, kernel))?.[kernel];
}

/** The names of all kernels that have a rule. */
export function exportableKernels(): string[] {
  return families.flatMap((family) => Object.keys(family)).sort();
}
