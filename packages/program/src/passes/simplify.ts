// The passes in the order in which they serve each other, repeated until nothing changes.
import type { Program } from '../program.js';
import { mapInside } from '../subprograms.js';
import { canonicalise } from './canonicalise.js';
import { foldConstants } from './fold-constants.js';
import { mergeCommon } from './merge-common.js';
import { pruneSubprograms } from './prune-subprograms.js';
import { removeDeadCode } from './remove-dead-code.js';
import { removeCustomGradients, removeIdentities } from './remove-identities.js';
import { simplifyAlgebra } from './simplify-algebra.js';

const passes = [
  removeIdentities,
  foldConstants,
  simplifyAlgebra,
  mergeCommon,
  (program: Program): Program => mapInside(program, simplify),
  pruneSubprograms,
  removeDeadCode,
];

/** What has come out of {@link simplify}: nothing is left to do there. */
const simple = new WeakSet<Program>();

/** Rounds after which the rest is left as it is. Each rewrite makes some part smaller, so real Programs need a few. */
const mostRounds = 50;

/**
 * The same Program, smaller: it gives the same bits, except that a zero may change its sign. In canonical form.
 * Inputs, outputs and updates keep their places; gradients kept for `tf.customGrad` stay.
 *
 * @example
 * const { program } = capture((x) => tf.neg(tf.neg(tf.add(x, 0))), [{ name: 'x', shape: [2], dtype: 'float32' }]);
 * simplify(program).nodes.length; // 0
 */
export function simplify(program: Program): Program {
  if (simple.has(program)) return program;
  let current = program;
  for (let round = 0; round < mostRounds; round++) {
    const before = current;
    for (const pass of passes) current = pass(current);
    if (current === before) break;
  }
  const result = canonicalise(current);
  simple.add(result);
  return result;
}

/** {@link simplify} for a Program that is only to be run: gradients kept for `tf.customGrad` go too. */
export function forExecution(program: Program): Program {
  return simplify(removeCustomGradients(program));
}
