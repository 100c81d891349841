// What a Program goes through before it is lowered: the passes of @lamella/program, then those that suit ONNX Runtime.
import { forExecution, simplify, type Program } from '@lamella/program';
import { fuseBias } from './fuse-bias.js';
import { gateGradients } from './gate-gradients.js';
import { softmaxGradients, softmaxSums } from './softmax-gradients.js';

/** The Program that is run in place of `program`; inputs, outputs and updates keep their places. */
export function prepareProgram(program: Program): Program {
  const normalised = simplify(softmaxSums(forExecution(program)));
  return fuseBias(simplify(gateGradients(softmaxGradients(normalised))));
}
