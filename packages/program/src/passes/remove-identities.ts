// Drops nodes that give back their input: copies, casts and reshapes to the same, sums with zero, products with one.
// Where a rewrite might change an element other than the sign of a zero (x * 0, when x is not finite), it is not done.
import { customGradientKernel, type Program, type ProgramNode, type ValueId } from '../program.js';
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
  return rewrite(program, (node) =>
    node.kernel === customGradientKernel ? [node.inputs['value']!] : undefined,
  );
}

/** The input that the first output equals, if its type is the same too. */
function unchanged(node: ProgramNode, rewriter: Rewriter): ValueId | undefined {
  const { x, a, b, condition, t, e } = node.inputs;
  const isSplat = (id: ValueId | undefined, value: number): boolean =>
    id !== undefined && rewriter.splat(id) === value;
  switch (node.kernel) {
    case 'Identity':
    case 'Cast':
    case 'Reshape':
    case 'BroadcastTo':
      return x;
    case 'Tile':
      return isConstantList(node.attrs['reps'], () => 1) ? x : undefined;
    case 'Transpose':
      return isConstantList(node.attrs['perm'], (i) => i) ? x : undefined;
    case 'Add':
      return isSplat(b, 0) ? a : isSplat(a, 0) ? b : undefined;
    case 'Sub':
      return isSplat(b, 0) ? a : undefined;
    case 'Multiply':
      return isSplat(b, 1) ? a : isSplat(a, 1) ? b : undefined;
    case 'RealDiv':
      return isSplat(b, 1) ? a : undefined;
    case 'Select':
      return isSplat(condition, 1) ? t : isSplat(condition, 0) ? e : undefined;
    case 'AddN':
    case 'Concat':
      return Object.keys(node.inputs).length === 1 ? node.inputs['0'] : undefined;
    case 'Neg':
    case 'LogicalNot': {
      const inner = x === undefined ? undefined : rewriter.producer(x);
      return inner?.kernel === node.kernel ? inner.inputs['x'] : undefined;
    }
    default:
      return undefined;
  }
}

function isConstantList(list: unknown, expected: (index: number) => number): boolean {
  return Array.isArray(list) && list.every((value, i) => value === expected(i));
}
