// What a Program goes through before it is divided: the passes of @lamella/program, then those of this package.
// What ONNX Runtime alone can run, fused kernels, is made after that (fuse-bias.ts).
import {
  batchOverTime,
  boundLoops,
  forExecution,
  simplify,
  splitComplex,
  writeOut,
  type Program,
} from '@lamella/program';
import { gateGradients } from './gate-gradients.js';
import { scaleFilters } from './scale-filters.js';
import { softmaxGradients, softmaxSums } from './softmax-gradients.js';

/** The Program that is run in place of `program`; inputs, outputs and updates keep their places. Throws: LOOP_TOO_LONG. */
export function prepareProgram(program: Program): Program {
  const normalised = simplify(
    batchOverTime(
      simplify(scaleFilters(softmaxSums(forExecution(splitComplex(writeOut(boundLoops(program))))))),
    ),
  );
  return simplify(gateGradients(softmaxGradients(normalised)));
}
