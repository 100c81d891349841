// How each kernel computes on a share of the batch. Kernels without a rule here, and calls that a rule declines, such as the
// statistics of batch normalization, need the whole batch at once.
import {
  attributesOf,
  traitsOf,
  type Attribute,
  type Attributes,
  type KernelName,
  type ProgramNode,
  type Shape,
} from '@lamella/program';

/**
 * What a share of the batch has of a value: `rows`, its part of axis 0; a `summand` of it, all shares' sum being the value;
 * or `all` of it, the same in each share.
 */
export type Placement = 'rows' | 'summand' | 'all';

/** A node, as rules look at it. Shapes are those of the whole batch. */
export interface SplitCall {
  readonly node: ProgramNode;
  readonly shares: number;
  readonly shape: Shape;
  inputShape(name: string): Shape;
  placement(name: string): Placement;
  /** Makes a value that is the same number throughout, and `all` so far, `rows`. */
  cutUniform(name: string): boolean;
}

/** What a share has of a node's output, and how it computes it where that differs from the whole. */
export interface SplitResult {
  readonly placement: Placement;
  readonly attrs?: Attributes;
  /** What the result is to be multiplied with. */
  readonly scale?: number;
}

type SplitRule = (call: SplitCall) => SplitResult | undefined;

const rows: SplitResult = { placement: 'rows' };
const summand: SplitResult = { placement: 'summand' };

/** What a share has of the output of a node, of whose inputs it has not all. Undefined: it cannot compute it by itself. */
export function splitCall(call: SplitCall): SplitResult | undefined {
  const { kernel, outputs } = call.node;
  if (outputs.length !== 1) return undefined;
  const names = Object.keys(call.node.inputs);
  if (names.some((name) => call.placement(name) === 'summand')) return linear(call, names);
  return traitsOf(kernel).elementWise !== undefined
    ? elementWise(call, names)
    : rules[kernel as KernelName]?.(call);
}

/** Functions of sums that are sums of functions. */
function linear({ node, placement }: SplitCall, names: readonly string[]): SplitResult | undefined {
  const placements = names.map(placement);
  const isAllSummands = placements.every((found) => found === 'summand');
  if (['Neg', 'Identity', 'Reshape'].includes(node.kernel)) return summand;
  if (['Add', 'Sub', 'AddN'].includes(node.kernel)) return isAllSummands ? summand : undefined;
  const isScaled = placements[0] === 'summand' && placements[1] === 'all';
  const isScaling = placements[0] === 'all' && placements[1] === 'summand';
  if (node.kernel === 'Multiply') return isScaled || isScaling ? summand : undefined;
  return node.kernel === 'RealDiv' && isScaled ? summand : undefined;
}

/** Each input is broadcast along the batch, or is cut along it. */
function elementWise(call: SplitCall, names: readonly string[]): SplitResult | undefined {
  const { shape } = call;
  const isCut = names.every((name) => {
    const own = call.inputShape(name);
    const isAlong = own.length === shape.length && own[0] === shape[0];
    if (call.placement(name) === 'rows') return isAlong;
    return own.length < shape.length || own[0] === 1 || (isAlong && call.cutUniform(name));
  });
  return isCut ? rows : undefined;
}

/** These inputs have rows, all others are the same in each share. */
function along(names: readonly string[], result: SplitResult): SplitRule {
  return ({ node, placement }) => {
    const fits = Object.keys(node.inputs).every(
      (name) => placement(name) === (names.includes(name) ? 'rows' : 'all'),
    );
    return fits ? result : undefined;
  };
}

/** As {@link along}; the shape of the result is an attribute. */
function inputGradient(names: readonly string[]): SplitRule {
  return (call) => {
    const { inputShape } = call.node.attrs;
    if (!Array.isArray(inputShape)) return undefined;
    return along(names, { placement: 'rows', attrs: { inputShape: shareOf(inputShape, call.shares) } })(call);
  };
}

function attributes<T extends object>({ node, inputShape }: SplitCall): T {
  const names = new Map(Object.entries(node.inputs).map(([name, id]) => [id, name]));
  return attributesOf<T>(node, (id) => ({ shape: inputShape(names.get(id)!) }));
}

/** A reduction over the batch gives a summand where `over` says how; one over other axes gives rows. */
function reduction(over?: (call: SplitCall) => SplitResult): SplitRule {
  return (call) => {
    const { axes, axis } = attributes<{ axes?: number[]; axis?: number }>(call);
    return axis === 0 || axes?.includes(0) ? over?.(call) : rows;
  };
}

function matMul({ node, inputShape, placement, shape }: SplitCall): SplitResult | undefined {
  const [a, b] = [placement('a'), placement('b')];
  if (shape.length > 2) {
    const isSingle = inputShape('b').length < shape.length || inputShape('b')[0] === 1;
    if (a !== 'rows' || inputShape('a').length < shape.length) return undefined;
    return b === 'rows' ? (isSingle ? undefined : rows) : isSingle ? rows : undefined;
  }
  const isSummed = node.attrs['transposeA'] === true;
  if (isSummed)
    return a === 'rows' && b === 'rows' && node.attrs['transposeB'] !== true ? summand : undefined;
  return a === 'rows' && b === 'all' ? rows : undefined;
}

function whereFirstAxis(test: (call: SplitCall) => boolean): SplitRule {
  return (call) => (test(call) ? rows : undefined);
}

const pooling = along(['x'], rows);
const maxPoolingGradient = along(['dy', 'input', 'output'], rows);
const averagePoolingGradient = along(['dy', 'input'], rows);
const convolution = along(['x'], rows);
const filterGradient = along(['x', 'dy'], summand);

const rules: Readonly<Partial<Record<KernelName, SplitRule>>> = {
  BatchMatMul: matMul,
  Conv2D: convolution,
  Conv3D: convolution,
  DepthwiseConv2dNative: convolution,
  Conv2DBackpropInput: inputGradient(['dy']),
  Conv3DBackpropInputV2: inputGradient(['dy']),
  DepthwiseConv2dNativeBackpropInput: inputGradient(['dy']),
  Conv2DBackpropFilter: filterGradient,
  Conv3DBackpropFilterV2: filterGradient,
  DepthwiseConv2dNativeBackpropFilter: filterGradient,
  FusedBatchNorm: along(['x'], rows),
  MaxPool: pooling,
  MaxPool3D: pooling,
  AvgPool: pooling,
  AvgPool3D: pooling,
  MaxPoolGrad: maxPoolingGradient,
  MaxPool3DGrad: maxPoolingGradient,
  AvgPoolGrad: averagePoolingGradient,
  AvgPool3DGrad: averagePoolingGradient,
  Softmax: whereFirstAxis(({ shape }) => shape.length > 1),
  LogSoftmax: whereFirstAxis(({ shape }) => shape.length > 1),
  Sum: reduction(() => summand),
  Mean: reduction(({ shares }) => ({ placement: 'summand', scale: 1 / shares })),
  Max: reduction(),
  Min: reduction(),
  Prod: reduction(),
  All: reduction(),
  Any: reduction(),
  ArgMax: reduction(),
  ArgMin: reduction(),
  Transpose: whereFirstAxis(({ node }) => (node.attrs['perm'] as readonly number[])[0] === 0),
  PadV2: whereFirstAxis(({ node }) => String((node.attrs['paddings'] as Attribute[])[0]) === '0,0'),
  Slice: ({ node, inputShape, shape, shares }) => {
    const [begin, size] = [node.attrs['begin'], node.attrs['size']] as [readonly number[], readonly number[]];
    const isAll = begin[0] === 0 && shape[0] === inputShape('x')[0];
    return isAll ? { placement: 'rows', attrs: { size: [shape[0]! / shares, ...size.slice(1)] } } : undefined;
  },
  Reshape: ({ shape, shares }) =>
    (shape[0] ?? 1) % shares === 0
      ? { placement: 'rows', attrs: { shape: shareOf(shape, shares) } }
      : undefined,
};

/** The shape of a share of the rows. */
export function shareOf(shape: Shape, shares: number): number[] {
  const [first = 1, ...rest] = shape;
  return [first / shares, ...rest];
}
