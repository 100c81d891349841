// Activation functions and what their gradients call. Where ONNX' own operator treats NaN otherwise than tfjs, Max and
// Min are used instead: they keep NaN, and a loss that is NaN must be seen.
import { as, onFloat, unaryFloat } from '../element-wise.js';
import type { Lowering, LoweringCall } from '../lowering.js';

export const Sigmoid: Lowering = unaryFloat('Sigmoid');
export const Tanh: Lowering = unaryFloat('Tanh');
export const Softplus: Lowering = unaryFloat('Softplus');
export const Selu: Lowering = unaryFloat('Selu');
export const Elu: Lowering = unaryFloat('Elu');
export const Relu: Lowering = unaryFloat('Relu');
export const Relu6: Lowering = onFloat((graph, x) =>
  graph.op('Min', [graph.op('Max', [x, graph.scalar(0)]), graph.scalar(6)]),
);

export const LeakyRelu: Lowering = onFloat((graph, x, call) =>
  graph.op('LeakyRelu', [x], { alpha: { float: call.attribute<number>('alpha') } }),
);

/** 1 above zero, `alpha` below; a comparison, so that 0 falls to `alpha`. */
export const Step: Lowering = onFloat((graph, x, call) => {
  const above = graph.op('Greater', [x, graph.scalar(0)]);
  const alpha = call.attribute<number | undefined>('alpha') ?? 0;
  return alpha === 0
    ? graph.cast(above, 'float32')
    : graph.op('Where', [above, graph.scalar(1), graph.scalar(alpha)]);
});

/** The slope may broadcast either way, which ONNX' PRelu does not allow. */
export const Prelu: Lowering = (call) => {
  const { graph } = call;
  const x = as(graph, call.input('x'), 'float32');
  const scaled = graph.op('Mul', [x, as(graph, call.input('alpha'), 'float32')]);
  return graph.op('Where', [graph.op('Less', [x, graph.scalar(0)]), scaled, x]);
};

/** From Elu's result `y`: dy above zero, dy (y + 1) below. */
export const EluGrad: Lowering = (call) => {
  const { graph } = call;
  const [dy, y] = [call.input('dy').name, call.input('y').name];
  const factor = graph.op('Add', [graph.op('Min', [y, graph.scalar(0)]), graph.scalar(1)]);
  return graph.op('Mul', [dy, factor]);
};

export const Softmax: Lowering = (call) =>
  alongAxis(call, 'Softmax', call.attribute<number | undefined>('dim'));
export const LogSoftmax: Lowering = (call) =>
  alongAxis(call, 'LogSoftmax', call.attribute<number | undefined>('axis'));

function alongAxis(call: LoweringCall, operator: string, axis = -1): string {
  return call.graph.op(operator, [as(call.graph, call.input('logits'), 'float32')], { axis });
}
