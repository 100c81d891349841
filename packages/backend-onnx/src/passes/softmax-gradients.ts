// Softmax with cross-entropy in closed form. Keras' loss divides probabilities by their sum, clips them and takes the
// logarithm; its gradient captures to a dozen kernels that come to softmax - targets, whatever the targets sum to.
import {
  attributesOf,
  rewrite,
  type ReductionAttributes,
  type Program,
  type ProgramNode,
  type Rewriter,
  type ValueId,
} from '@lamella/program';

/** Knows that the sum of a softmax is 1; what divides by it is for simplify() to remove. */
export function softmaxSums(program: Program): Program {
  return rewrite(program, (node, rewriter) =>
    node.kernel === 'Sum' ? sumOfSoftmax(node, rewriter) : undefined,
  );
}

/** Rewrites gradients through softmax. */
export function softmaxGradients(program: Program): Program {
  return rewrite(program, (node, rewriter) =>
    node.kernel === 'Multiply'
      ? (gradient(node, 'a', 'b', rewriter) ?? gradient(node, 'b', 'a', rewriter))
      : undefined,
  );
}

function sumOfSoftmax(node: ProgramNode, rewriter: Rewriter): ValueId[] | undefined {
  const x = node.inputs['x']!;
  const type = rewriter.type(node.outputs[0]!);
  if (rewriter.producer(x)?.kernel !== 'Softmax' || !isLastAxis(node, x, rewriter)) return undefined;
  const size = type.shape.reduce((product, length) => product * length, 1);
  return [rewriter.addConstant(new Float32Array(size).fill(1), type)];
}

/** `(d - sum(d * p)) * p`, the gradient through `p = Softmax(z)`, as `t - p * sum(t)` with `t = d * p`. */
function gradient(
  node: ProgramNode,
  differenceName: 'a' | 'b',
  softmaxName: 'a' | 'b',
  rewriter: Rewriter,
): ValueId[] | undefined {
  const p = node.inputs[softmaxName]!;
  const difference = rewriter.producer(node.inputs[differenceName]!);
  if (rewriter.producer(p)?.kernel !== 'Softmax' || difference?.kernel !== 'Sub') return undefined;
  const { a: d, b: total } = difference.inputs as { a: ValueId; b: ValueId };
  const sum = rewriter.producer(total);
  if (sum?.kernel !== 'Sum' || sum.attrs['keepDims'] !== true || !isLastAxis(sum, sum.inputs['x']!, rewriter))
    return undefined;
  const product = rewriter.producer(sum.inputs['x']!);
  const { a, b } = (product?.inputs ?? {}) as { a?: ValueId; b?: ValueId };
  if (product?.kernel !== 'Multiply' || !((a === p && b === d) || (a === d && b === p))) return undefined;
  const type = rewriter.type(node.outputs[0]!);
  const t = weighted(node, withoutRowConstants(d, rewriter), p, rewriter);
  const sumType = rewriter.type(total);
  const sumOfT = rewriter.addNode(node, 'Sum', { x: t }, sum.attrs, sumType);
  const share = rewriter.addNode(node, 'Multiply', { a: p, b: sumOfT }, {}, type);
  return [rewriter.addNode(node, 'Sub', { a: t, b: share }, {}, type)];
}

/** What is the same along a row changes nothing: softmax takes no notice of it. */
function withoutRowConstants(d: ValueId, rewriter: Rewriter): ValueId {
  const add = rewriter.producer(d);
  if (add?.kernel !== 'Add') return d;
  const { a, b } = add.inputs as { a: ValueId; b: ValueId };
  const [shape, shapeA, shapeB] = [d, a, b].map((id) => rewriter.type(id).shape);
  const isRowConstant = (other: readonly number[]): boolean => other.length === 0 || other.at(-1) === 1;
  if (shape!.at(-1) === 1) return d;
  if (isRowConstant(shapeB!) && String(shapeA) === String(shape)) return a;
  return isRowConstant(shapeA!) && String(shapeB) === String(shape) ? b : d;
}

/**
 * `d * p`; where `d` is `k / clip(p)` at the places that were not clipped and 0 elsewhere, that is `k` at those places.
 */
function weighted(origin: ProgramNode, d: ValueId, p: ValueId, rewriter: Rewriter): ValueId {
  const type = rewriter.type(p);
  const product = (a: ValueId, b: ValueId): ValueId =>
    rewriter.addNode(origin, 'Multiply', { a, b }, {}, type);
  const masked = rewriter.producer(d);
  if (masked?.kernel === 'Multiply') {
    const { a, b } = masked.inputs as { a: ValueId; b: ValueId };
    for (const [quotientId, mask] of [
      [a, b],
      [b, a],
    ] as const) {
      const quotient = rewriter.producer(quotientId);
      const clipped = quotient?.kernel === 'RealDiv' ? quotient.inputs['b']! : undefined;
      if (clipped !== undefined && isUnclipped(mask, clipped, p, rewriter))
        return product(quotient!.inputs['a']!, mask);
    }
  }
  return product(d, p);
}

/** Whether `mask` is 1 where `clipped`, which is `p` between positive bounds, equals `p`. */
function isUnclipped(mask: ValueId, clipped: ValueId, p: ValueId, rewriter: Rewriter): boolean {
  const cast = rewriter.producer(mask);
  const equal = cast?.kernel === 'Cast' ? rewriter.producer(cast.inputs['x']!) : undefined;
  const clip = rewriter.producer(clipped);
  if (equal?.kernel !== 'Equal' || clip?.kernel !== 'ClipByValue' || clip.inputs['x'] !== p) return false;
  const { a, b } = equal.inputs;
  const comparesBoth = (a === clipped && b === p) || (a === p && b === clipped);
  return comparesBoth && Number(clip.attrs['clipValueMin']) > 0;
}

function isLastAxis(reduction: ProgramNode, x: ValueId, rewriter: Rewriter): boolean {
  const last = rewriter.type(x).shape.length - 1;
  const { axes } = attributesOf<ReductionAttributes>(reduction, (id) => rewriter.type(id));
  return axes.length === 1 && axes[0] === last;
}
