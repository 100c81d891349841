// A saved function's Program, simplified as far as it stays one Program for all sizes of its unknowns.
import {
  foldConstants,
  isPolynomial,
  mergeCommon,
  removeDeadCode,
  removeIdentities,
  splitComplex,
  unrollScans,
  writeOut,
  type OpenProgram,
  type Program,
} from '@lamella/program';

/** Throws: NOT_BATCH_POLYMORPHIC, for what simplifies in another way at another size. */
export function simplified(program: OpenProgram, subject: string): OpenProgram {
  // Files of Keras hold no function that a scan could call: it is written out, where the number of its steps is known.
  const isOpen = program.graph.nodes.some(({ attrs }) => isPolynomial(attrs['length']));
  return program.map((one) => prepared(splitComplex(writeOut(isOpen ? one : unrollScans(one)))), subject);
}

/** Gradients kept for tf.customGrad stay: they are exported too. */
function prepared(program: Program): Program {
  return [removeIdentities, foldConstants, removeIdentities, mergeCommon, removeDeadCode].reduce(
    (current, pass) => pass(current),
    program,
  );
}
