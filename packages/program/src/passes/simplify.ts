// The passes in the order in which they serve each other, repeated until nothing changes.
import type { Program, ProgramNode } from '../program.js';
import { canonicalise } from './canonicalise.js';
import { foldConstants } from './fold-constants.js';
import { mergeCommon } from './merge-common.js';
import { removeDeadCode } from './remove-dead-code.js';
import { removeCustomGradients, removeIdentities } from './remove-identities.js';
import { simplifyAlgebra } from './simplify-algebra.js';

const passes = [removeIdentities, foldConstants, simplifyAlgebra, mergeCommon, removeDeadCode];

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
  let current = program;
  for (let round = 0; round < mostRounds; round++) {
    const before = current;
    for (const pass of passes) current = pass(current);
    if (current === before) break;
  }
  return canonicalise(withSimpleInside(current));
}

/** The same for the Programs that nodes hold. */
function withSimpleInside(program: Program): Program {
  if (program.nodes.every((node) => node.programs === undefined)) return program;
  const inside = (node: ProgramNode): ProgramNode => {
    if (node.programs === undefined) return node;
    const programs = Object.entries(node.programs).map(([name, inner]) => [name, simplify(inner)] as const);
    return { ...node, programs: Object.fromEntries(programs) };
  };
  return program.with({ nodes: program.nodes.map(inside) });
}

/** {@link simplify} for a Program that is only to be run: gradients kept for `tf.customGrad` go too. */
export function forExecution(program: Program): Program {
  return simplify(removeCustomGradients(program));
}
