// The families of shape rules. In each, the exported name is the kernel's.
import type { ShapeRule } from '../shape-rule.js';
import * as arrangement from './arrangement.js';
import * as binary from './binary.js';
import * as blocks from './blocks.js';
import * as complex from './complex.js';
import * as convolutions from './convolutions.js';
import * as counting from './counting.js';
import * as creation from './creation.js';
import * as dilation from './dilation.js';
import * as images from './images.js';
import * as indexing from './indexing.js';
import * as matrices from './matrices.js';
import * as normalization from './normalization.js';
import * as pooling from './pooling.js';
import * as reductions from './reductions.js';
import * as sparse from './sparse.js';
import * as strings from './strings.js';
import * as unary from './unary.js';

export const shapeRuleFamilies: readonly Readonly<Record<string, ShapeRule>>[] = [
  arrangement,
  binary,
  blocks,
  complex,
  convolutions,
  counting,
  creation,
  dilation,
  images,
  indexing,
  matrices,
  normalization,
  pooling,
  reductions,
  sparse,
  strings,
  unary,
];
