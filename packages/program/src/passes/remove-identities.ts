// Drops nodes that give back their input: copies, casts and reshapes to the same, sums with zero, products with one.
// Where a rewrite might change an element other than the sign of a zero (x * 0, when x is not finite), it is not done.
import { findKernel } from '../kernels.js';
import { customGradientKernel, type Program, type ProgramNode, type ValueId } from '../program.js';
import { mapInside } from '../subprograms.js';
import { rewrite, sameType, type Rewriter } from './rewriter.js';

/** The same Program without nodes that change nothing. Gradients kept for `tf.customGrad` stay. */
export function removeIdentities(program: Program): Program {
  return rewrite(program, (node, rewriter) => {
    const same = unchanged(node, rewriter);
    const isSame = same !== undefined && sameType(rewriter.type(same), rewriter.type(node.outputs[0]!));
    return isSame ? [same] : undefined;
  });
}

/** The same Program without the gradients kept for `tf.customGrad`: forward, those nodes change nothing. */
export function removeCustomGradients(program: Program): Program {
  return rewrite(mapInside(program, removeCustomGradients), (node) =>
    node.kernel === customGradientKernel ? [node.inputs['value']!] : undefined,
  );
}

/** The input that the first output equals, if its type is the same too. */
function unchanged(node: ProgramNode, rewriter: Rewriter): ValueId | undefined {
  const kernel = findKernel(node.kernel);
  const splat = (input: string): number | undefined => {
    const id = node.inputs[input];
    return id === undefined ? undefined : rewriter.splat(id);
  };
  const name = kernel?.same?.(node, splat);
  if (name !== undefined) return node.inputs[name];
  if (kernel?.involution !== true) return undefined;
  const inner = rewriter.producer(node.inputs['x']!);
  return inner?.kernel === node.kernel ? inner.inputs['x'] : undefined;
}
