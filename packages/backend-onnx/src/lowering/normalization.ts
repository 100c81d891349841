// Batch normalization with given statistics, and local response normalization.
import type { Lowering, LoweringCall } from '../lowering.js';

export const FusedBatchNorm: Lowering = (call) => {
  const { graph } = call;
  const spread = graph.op('Sqrt', [
    graph.op('Add', [call.input('variance').name, graph.scalar(call.attribute<number>('varianceEpsilon'))]),
  ]);
  const scale = call.optional('scale');
  const factor =
    scale === undefined ? graph.op('Reciprocal', [spread]) : graph.op('Div', [scale.name, spread]);
  const scaled = graph.op('Mul', [graph.op('Sub', [call.input('x').name, call.input('mean').name]), factor]);
  const offset = call.optional('offset');
  return offset === undefined ? scaled : graph.op('Add', [scaled, offset.name]);
};

export const LRN: Lowering = (call) => {
  const { graph } = call;
  const x = call.input('x');
  const power = graph.op('Pow', [level(call, x.name), graph.scalar(-call.attribute<number>('beta'))]);
  return graph.op('Mul', [x.name, power]);
};

export const LRNGrad: Lowering = (call) => {
  const { graph } = call;
  const [x, y, dy] = [call.input('x').name, call.input('y').name, call.input('dy').name];
  const [alpha, beta] = [call.attribute<number>('alpha'), call.attribute<number>('beta')];
  const squares = level(call, x);
  const direct = graph.op('Mul', [dy, graph.op('Pow', [squares, graph.scalar(-beta)])]);
  const shared = overNeighbours(call, graph.op('Div', [graph.op('Mul', [dy, y]), squares]));
  return graph.op('Sub', [
    direct,
    graph.op('Mul', [graph.scalar(2 * alpha * beta), graph.op('Mul', [x, shared])]),
  ]);
};

/** bias + alpha times the sum of squares over neighbouring channels. */
function level(call: LoweringCall, x: string): string {
  const { graph } = call;
  const sum = overNeighbours(call, graph.op('Mul', [x, x]));
  return graph.op('Add', [
    graph.op('Mul', [sum, graph.scalar(call.attribute<number>('alpha'))]),
    graph.scalar(call.attribute<number>('bias')),
  ]);
}

/** The sum over the channels within the radius: a product with a band of ones. */
function overNeighbours(call: LoweringCall, x: string): string {
  const channels = call.input('x').shape.at(-1)!;
  const radius = call.attribute<number>('depthRadius');
  const band = Array.from({ length: channels ** 2 }, (_, k) =>
    Number(Math.abs(Math.floor(k / channels) - (k % channels)) <= radius),
  );
  return call.graph.op('MatMul', [x, call.graph.tensor(band, [channels, channels], 'float32')]);
}
