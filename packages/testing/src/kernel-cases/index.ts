// All kernel cases, by family.
import type { KernelCase } from '../kernel-case.js';
import { controlFlowCases } from './control-flow.js';
import { elementWiseCases } from './element-wise.js';
import { imageCases } from './image.js';
import { matrixCases } from './matrix.js';
import { reductionCases } from './reduction.js';
import { shapeCases } from './shape.js';

export const kernelCases: readonly KernelCase[] = [
  ...elementWiseCases,
  ...reductionCases,
  ...matrixCases,
  ...shapeCases,
  ...imageCases,
  ...controlFlowCases,
];
