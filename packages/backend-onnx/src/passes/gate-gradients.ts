// The gradient of ReLU by its result rather than its argument, and moved in front of a pooling's gradient, where there is less
// of it.
import {
  attributesOf,
  rewrite,
  type Program,
  type ProgramNode,
  type ReductionAttributes,
  type Rewriter,
  type ValueId,
} from '@lamella/program';

/** Rewrites `dy * Step(z)`, which is what the gradient of `Relu(z)` captures to. */
export function gateGradients(program: Program): Program {
  const reluOf = new Map<ValueId, ValueId>();
  return rewrite(program, (node, rewriter) => {
    if (node.kernel === 'Relu') reluOf.set(node.inputs['x']!, node.outputs[0]!);
    if (node.kernel === 'Sum') return sumOfPooled(node, rewriter);
    if (node.kernel !== 'Multiply') return undefined;
    const { a, b } = node.inputs as { a: ValueId; b: ValueId };
    return gated(node, a, b, rewriter, reluOf) ?? gated(node, b, a, rewriter, reluOf);
  });
}

function gated(
  node: ProgramNode,
  dy: ValueId,
  gate: ValueId,
  rewriter: Rewriter,
  reluOf: ReadonlyMap<ValueId, ValueId>,
): ValueId[] | undefined {
  const step = rewriter.producer(gate);
  if (step?.kernel !== 'Step' || (step.attrs['alpha'] ?? 0) !== 0) return undefined;
  const type = rewriter.type(node.outputs[0]!);
  const z = step.inputs['x']!;
  // By ReLU's result rather than its argument: nobody else reads the argument then, and both can be fused.
  const relu = reluOf.get(z) ?? z;
  if ([dy, relu].some((id) => String(rewriter.type(id).shape) !== String(type.shape))) return undefined;
  const pool = rewriter.producer(dy);
  if (!isPoolGradient(pool) || pool.inputs['input'] !== relu) return [zeroGated(node, relu, dy, rewriter)];
  // Each gradient goes to its window's maximum, which is positive exactly where the pooled value is.
  const { dy: pooledDy, output } = pool.inputs as { dy: ValueId; output: ValueId };
  const inputs = { ...pool.inputs, dy: zeroGated(pool, output, pooledDy, rewriter) };
  return [rewriter.addNode(pool, pool.kernel, inputs, pool.attrs, type)];
}

/** `dy` where `value` is positive, else 0. A product, as tfjs computes it; a choice took no less time. */
function zeroGated(origin: ProgramNode, value: ValueId, dy: ValueId, rewriter: Rewriter): ValueId {
  const type = rewriter.type(dy);
  const step = rewriter.addNode(origin, 'Step', { x: value }, { alpha: 0 }, type);
  return rewriter.addNode(origin, 'Multiply', { a: dy, b: step }, {}, type);
}

/** A channel's sum over what pooling spreads is the sum of what came in: each gradient goes to one place. */
function sumOfPooled(node: ProgramNode, rewriter: Rewriter): ValueId[] | undefined {
  const x = node.inputs['x']!;
  const pool = rewriter.producer(x);
  const rank = rewriter.type(x).shape.length;
  if (!isPoolGradient(pool)) return undefined;
  const { axes } = attributesOf<ReductionAttributes>(node, (id) => rewriter.type(id));
  const isAllButChannels = Array.from({ length: rank - 1 }, (_, axis) => axes.includes(axis)).every(Boolean);
  if (!isAllButChannels || axes.length !== rank - 1) return undefined;
  const type = rewriter.type(node.outputs[0]!);
  return [rewriter.addNode(node, 'Sum', { x: pool.inputs['dy']! }, node.attrs, type)];
}

function isPoolGradient(node: ProgramNode | undefined): node is ProgramNode {
  return node?.kernel === 'MaxPoolGrad' || node?.kernel === 'MaxPool3DGrad';
}
