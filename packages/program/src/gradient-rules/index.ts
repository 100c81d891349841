// The families of gradient rules. In each, an exported constant is a rule and its name is the kernel's.
import * as activation from './activation.js';
import * as arithmetic from './arithmetic.js';
import * as arrangement from './arrangement.js';
import * as complex from './complex.js';
import * as convolution from './convolution.js';
import * as image from './image.js';
import * as indexing from './indexing.js';
import * as matrix from './matrix.js';
import * as morphology from './morphology.js';
import * as normalization from './normalization.js';
import * as pooling from './pooling.js';
import * as reduction from './reduction.js';
import * as unary from './unary.js';

export const gradientRuleFamilies = [
  activation,
  arithmetic,
  arrangement,
  complex,
  convolution,
  image,
  indexing,
  matrix,
  morphology,
  normalization,
  pooling,
  reduction,
  unary,
];
