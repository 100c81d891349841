// Kernels that reduce axes or accumulate along one. Max alone calls its axes `reductionIndices`.
import type { DType } from '../dtype.js';
import type { ShapeRule } from '../shape-rule.js';
import { formatShape } from '../shape.js';
import { reducedShape, resolveAxes, resolveAxis, type AxisParameter } from './axes.js';
import {
  accumulated,
  misfit,
  requireDType,
  requireReal,
  requireRankAtLeast,
  type Named,
} from './requirements.js';

interface ReductionAttributes {
  readonly axis?: AxisParameter;
  readonly reductionIndices?: AxisParameter;
  readonly keepDims?: boolean;
}

function reduction(
  kernel: string,
  resultOf: (dtype: DType) => DType,
  accepted: readonly DType[] = ['float32', 'int32', 'bool'],
): ShapeRule {
  return ({ x }: Named<'x'>, { axis, reductionIndices, keepDims }: ReductionAttributes) => {
    requireDType(kernel, 'x', x, ...accepted);
    const axes = resolveAxes(kernel, axis ?? reductionIndices, x.shape);
    return { shape: reducedShape(x.shape, axes, keepDims), dtype: resultOf(x.dtype) };
  };
}

const same = (dtype: DType): DType => dtype;

export const All = reduction('All', same, ['bool']);
export const Any = reduction('Any', same, ['bool']);
export const Max = reduction('Max', same);
export const Mean = reduction('Mean', () => 'float32');
export const Min = reduction('Min', same);
export const Prod = reduction('Prod', accumulated);
export const Sum = reduction('Sum', accumulated);

function positionOfExtreme(kernel: string): ShapeRule {
  return ({ x }: Named<'x'>, { axis }: { axis: AxisParameter }) => {
    requireReal(kernel, 'x', x);
    const axes = resolveAxes(kernel, axis, x.shape).slice(0, 1);
    return { shape: reducedShape(x.shape, axes), dtype: 'int32' };
  };
}

export const ArgMax = positionOfExtreme('ArgMax');
export const ArgMin = positionOfExtreme('ArgMin');

function cumulative(kernel: string): ShapeRule {
  return ({ x }: Named<'x'>, { axis }: { axis: number }) => {
    requireReal(kernel, 'x', x);
    resolveAxis(kernel, axis, x.shape);
    return { shape: x.shape, dtype: accumulated(x.dtype) };
  };
}

export const Cumprod = cumulative('Cumprod');
export const Cumsum = cumulative('Cumsum');

export const Softmax: ShapeRule = ({ logits }: Named<'logits'>, { dim = -1 }: { dim?: number }) => {
  requireReal('Softmax', 'logits', logits);
  requireRankAtLeast('Softmax', 'logits', logits, 1);
  if (resolveAxis('Softmax', dim, logits.shape) !== logits.shape.length - 1) {
    throw misfit(
      'Softmax',
      `expected the last axis, got ${dim} (logits ${formatShape(logits.shape)})`,
      'transpose the logits first',
    );
  }
  return { shape: logits.shape, dtype: 'float32' };
};

export const LogSoftmax: ShapeRule = ({ logits }: Named<'logits'>, { axis = -1 }: { axis?: number }) => {
  requireReal('LogSoftmax', 'logits', logits);
  resolveAxis('LogSoftmax', axis, logits.shape);
  return { shape: logits.shape, dtype: 'float32' };
};
