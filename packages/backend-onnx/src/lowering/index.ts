// The families of lowerings. In each, the exported name is the kernel's.
import type { KernelName } from '@lamella/program';
import type { Lowering } from '../lowering.js';
import * as activation from './activation.js';
import * as arithmetic from './arithmetic.js';
import * as comparison from './comparison.js';
import * as convolution from './convolution.js';
import * as creation from './creation.js';
import * as image from './image.js';
import * as indexing from './indexing.js';
import * as matrix from './matrix.js';
import * as normalization from './normalization.js';
import * as pooling from './pooling.js';
import * as reduction from './reduction.js';
import * as shape from './shape.js';
import * as transcendental from './transcendental.js';

/** Lowerings by their kernels' names. */
export type Lowerings = Readonly<Partial<Record<KernelName, Lowering>>>;

/** Every lowering of this package. */
export const lowerings: Lowerings = {
  ...activation,
  ...arithmetic,
  ...comparison,
  ...convolution,
  ...creation,
  ...image,
  ...indexing,
  ...matrix,
  ...normalization,
  ...pooling,
  ...reduction,
  ...shape,
  ...transcendental,
};
