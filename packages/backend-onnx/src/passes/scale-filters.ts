// A convolution whose channels are multiplied by known numbers, as a batch normalization that does not train does it: the
// filter is multiplied instead, which is far smaller than what it gives, and nothing at all where it is built in.
import { rewrite, type Program, type ProgramNode, type Rewriter, type ValueId } from '@lamella/program';
import { readersOf } from './readers-of.js';

/** Which axes of the filter are the channels of the result, by the convolution. */
const channelAxes: Readonly<Record<string, readonly number[]>> = {
  Conv2D: [3],
  DepthwiseConv2dNative: [2, 3],
};

/** Rewrites products of convolutions that nobody else reads with vectors that depend on no argument. */
export function scaleFilters(program: Program): Program {
  const known = knownBeforehand(program);
  const readers = readersOf(program);
  return rewrite(program, (node, rewriter) => {
    if (node.kernel !== 'Multiply') return undefined;
    const { a, b } = node.inputs as { readonly a: ValueId; readonly b: ValueId };
    for (const [convolved, factor] of [
      [a, b],
      [b, a],
    ] as const) {
      const convolution = rewriter.producer(convolved);
      const isAlone = readers.get(convolved)?.length === 1;
      if (convolution !== undefined && isAlone && known.has(factor))
        return scaled(convolution, factor, node, rewriter);
    }
    return undefined;
  });
}

function scaled(
  convolution: ProgramNode,
  factor: ValueId,
  node: ProgramNode,
  rewriter: Rewriter,
): ValueId[] | undefined {
  const axes = channelAxes[convolution.kernel];
  if (axes === undefined || convolution.attrs['dataFormat'] === 'NCHW') return undefined;
  const { shape, dtype } = rewriter.type(factor);
  const filter = convolution.inputs['filter']!;
  const type = rewriter.type(filter);
  const channels = axes.map((axis) => type.shape[axis]!);
  if (shape.length !== 1 || shape[0] !== channels.reduce((x, y) => x * y)) return undefined;
  if (dtype !== 'float32' || type.dtype !== dtype || shape[0] === 0) return undefined;
  const spread = rewriter.addNode(
    node,
    'Reshape',
    { x: factor },
    { shape: channels },
    { shape: channels, dtype },
  );
  const multiplied = rewriter.addNode(node, 'Multiply', { a: filter, b: spread }, {}, type);
  const inputs = { ...convolution.inputs, filter: multiplied };
  const result = rewriter.type(node.outputs[0]!);
  return [rewriter.addNode(convolution, convolution.kernel, inputs, convolution.attrs, result)];
}

/** What depends on states and constants alone. */
function knownBeforehand(program: Program): ReadonlySet<ValueId> {
  const known = new Set(program.constants.map(({ id }) => id));
  for (const { kind, id } of program.inputs) if (kind === 'state') known.add(id);
  for (const { inputs, outputs, programs } of program.nodes) {
    const read = Object.values(inputs);
    if (programs === undefined && read.every((id) => known.has(id))) for (const id of outputs) known.add(id);
  }
  return known;
}
