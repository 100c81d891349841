// Exponentials, logarithms, trigonometric and hyperbolic functions, element by element.
import { onFloat, pair, unaryFloat } from '../element-wise.js';
import type { Lowering } from '../lowering.js';
import type { GraphBuilder } from '../model/graph-builder.js';

export const Exp: Lowering = unaryFloat('Exp');
export const Log: Lowering = unaryFloat('Log');
export const Sin: Lowering = unaryFloat('Sin');
export const Cos: Lowering = unaryFloat('Cos');
export const Tan: Lowering = unaryFloat('Tan');
export const Asin: Lowering = unaryFloat('Asin');
export const Acos: Lowering = unaryFloat('Acos');
export const Atan: Lowering = unaryFloat('Atan');
export const Sinh: Lowering = unaryFloat('Sinh');
export const Cosh: Lowering = unaryFloat('Cosh');
export const Asinh: Lowering = unaryFloat('Asinh');
export const Acosh: Lowering = unaryFloat('Acosh');
export const Atanh: Lowering = unaryFloat('Atanh');
export const Erf: Lowering = unaryFloat('Erf');

// ONNX has neither Expm1 nor Log1p. Near zero the series is exact to float32; elsewhere float64 loses nothing.
export const Expm1: Lowering = onFloat((graph, x) => {
  const wide = graph.op('Exp', [graph.cast(x, 'float64')]);
  return nearZero(graph, x, 0.5, graph.op('Sub', [wide, graph.scalar(1, 'float64')]));
});

export const Log1p: Lowering = onFloat((graph, x) => {
  const wide = graph.op('Add', [graph.cast(x, 'float64'), graph.scalar(1, 'float64')]);
  return nearZero(graph, x, -0.5, graph.op('Log', [wide]));
});

/** `x + curvature x^2` where x is small, else `wide` brought back to float32. */
function nearZero(graph: GraphBuilder, x: string, curvature: number, wide: string): string {
  const small = graph.op('Less', [graph.op('Abs', [x]), graph.scalar(1e-4)]);
  const series = graph.op('Add', [x, graph.op('Mul', [graph.scalar(curvature), graph.op('Mul', [x, x])])]);
  return graph.op('Where', [small, series, graph.cast(wide, 'float32')]);
}

/** The angle of the point (b, a); from Atan of the quotient, turned by half a circle on the left side. */
export const Atan2: Lowering = (call) => {
  const { graph } = call;
  const [y, x] = pair(call, 'float32');
  const zero = graph.scalar(0);
  const isDown = graph.op('Less', [y, zero]);
  const isAxis = graph.op('Equal', [x, zero]);
  const divisor = graph.op('Where', [isAxis, graph.scalar(1), x]);
  const right = graph.op('Atan', [graph.op('Div', [y, divisor])]);
  const turned = graph.op('Add', [
    right,
    graph.op('Where', [isDown, graph.scalar(-Math.PI), graph.scalar(Math.PI)]),
  ]);
  const upright = graph.op('Mul', [graph.op('Sign', [y]), graph.scalar(Math.PI / 2)]);
  return graph.op('Where', [
    isAxis,
    upright,
    graph.op('Where', [graph.op('Less', [x, zero]), turned, right]),
  ]);
};
