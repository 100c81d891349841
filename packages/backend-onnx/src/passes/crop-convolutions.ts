// Convolutions compute only what pooling reads of them: of 11 x 11 places, windows of 2 x 2 reach 10 x 10, and a sixth of the
// work of the convolution and of both its gradients is for nothing. For running only: exported graphs say what they mean.
import {
  attributesOf,
  rewrite,
  sizeOf,
  traitsOf,
  type Attribute,
  type NodeRewrite,
  type Program,
  type ProgramNode,
  type ReductionAttributes,
  type Rewriter,
  type Shape,
  type ValueId,
} from '@lamella/program';

/** What is left out must be worth a copy of the input: so much of the convolution. */
const leastSaved = 0.05;

/** Crops each convolution that no window reads to its edges, with what is computed from it place by place, and its gradients. */
export function cropConvolutions(program: Program): Program {
  const crops = program.nodes.flatMap((node) => cropOf(node, program) ?? []);
  return crops.reduce((cropped, crop) => rewrite(cropped, cropping(crop)), program);
}

/** How many places of a convolution are read along each axis of space. */
interface Crop {
  readonly places: readonly number[];
  /** The outputs of the nodes that compute something for each place. */
  readonly values: ReadonlySet<ValueId>;
  /** The outputs of those that add up over places, which are gradients: by the input, by the filter, by the bias. */
  readonly sums: ReadonlySet<ValueId>;
}

function cropOf(convolution: ProgramNode, program: Program): Crop | undefined {
  const { attrs, outputs } = convolution;
  if (convolution.kernel !== 'Conv2D' || attrs['pad'] !== 'valid' || attrs['dataFormat'] === 'NCHW')
    return undefined;
  const whole = spaceOf(program.type(outputs[0]!).shape);
  const [values, sums] = [new Set(outputs), new Set<ValueId>()];
  // Those of the values that are zero where no window reaches.
  const gradients = new Set<ValueId>();
  let places = whole.map(() => 0);
  for (const node of program.nodes) {
    const [read, ...others] = Object.keys(node.inputs).filter((name) => values.has(node.inputs[name]!));
    if (read === undefined) continue;
    const [output] = node.outputs as [ValueId];
    if (isPool(node.kernel, 'Pool') && node.attrs['pad'] === 'valid') {
      const windows = spaceOf(program.type(output).shape);
      const reached = reach(windows, pair(node.attrs['strides']), pair(node.attrs['filterSize']));
      places = places.map((count, i) => Math.max(count, reached[i]!));
    } else if (isPool(node.kernel, 'PoolGrad') && read === 'input' && others.length === 0) {
      values.add(output);
      gradients.add(output);
    } else if (traitsOf(node.kernel).elementWise !== undefined && isByPlace(node, values, program)) {
      values.add(output);
      const isGradient = Object.values(node.inputs).some((id) => gradients.has(id));
      if (node.kernel === 'Multiply' && isGradient) gradients.add(output);
    } else if (gradients.has(node.inputs[read]!) && isSum(node, read, others, convolution, program)) {
      sums.add(output);
    } else return undefined;
  }
  const isKept = program.outputs.some(({ id }) => values.has(id));
  const saved = 1 - sizeOf(places) / sizeOf(whole);
  return isKept || saved < leastSaved || sizeOf(places) === 0 ? undefined : { places, values, sums };
}

function isPool(kernel: string, ending: 'Pool' | 'PoolGrad'): boolean {
  return kernel === `Max${ending}` || kernel === `Avg${ending}`;
}

/** Whether each place of the output comes from that place of the inputs alone. */
function isByPlace(node: ProgramNode, values: ReadonlySet<ValueId>, program: Program): boolean {
  const { shape } = program.type(node.outputs[0]!);
  return Object.values(node.inputs).every((id) => {
    const own = program.type(id).shape;
    if (values.has(id)) return String(spaceOf(own)) === String(spaceOf(shape));
    return [2, 3].every((fromEnd) => (own.at(-fromEnd) ?? 1) === 1);
  });
}

/** Whether a node adds up over places, to which zeros add nothing. */
function isSum(
  node: ProgramNode,
  read: string,
  others: readonly string[],
  convolution: ProgramNode,
  program: Program,
): boolean {
  const { kernel, attrs } = node;
  if (others.length > 0) return false;
  if (kernel === 'Sum') {
    const { axes } = attributesOf<ReductionAttributes>(node, (id) => program.type(id));
    return [1, 2].every((axis) => axes.includes(axis));
  }
  const isSame = ['pad', 'dataFormat', 'strides'].every(
    (name) => String(attrs[name]) === String(convolution.attrs[name]),
  );
  return read === 'dy' && isSame && ['Conv2DBackpropInput', 'Conv2DBackpropFilter'].includes(kernel);
}

function cropping({ places, values, sums }: Crop): NodeRewrite {
  const slices = new Map<ValueId, ValueId>();
  /** Of the input of a convolution, what it reads for these places. */
  const sliced = (node: ProgramNode, filter: Shape, rewriter: Rewriter): ValueId => {
    const x = node.inputs['x']!;
    const { shape, dtype } = rewriter.type(x);
    const size = withSpace(shape, readFor(places, node, filter));
    if (String(size) === String(shape)) return x;
    const attrs = { begin: shape.map(() => 0), size };
    const slice = slices.get(x) ?? rewriter.addNode(node, 'Slice', { x }, attrs, { shape: size, dtype });
    slices.set(x, slice);
    return slice;
  };
  return (node, rewriter) => {
    const { kernel, inputs, attrs } = node;
    const [output] = node.outputs as [ValueId];
    const type = rewriter.type(output);
    if (values.has(output)) {
      const own =
        kernel === 'Conv2D'
          ? { ...inputs, x: sliced(node, rewriter.type(inputs['filter']!).shape, rewriter) }
          : inputs;
      return [rewriter.addNode(node, kernel, own, attrs, { ...type, shape: withSpace(type.shape, places) })];
    }
    if (!sums.has(output) || kernel === 'Sum') return undefined;
    if (kernel === 'Conv2DBackpropFilter') {
      const x = sliced(node, type.shape, rewriter);
      return [rewriter.addNode(node, kernel, { ...inputs, x }, attrs, type)];
    }
    const read = readFor(places, node, rewriter.type(inputs['filter']!).shape);
    const inputShape = withSpace(type.shape, read);
    const inner = rewriter.addNode(
      node,
      kernel,
      inputs,
      { ...attrs, inputShape },
      { ...type, shape: inputShape },
    );
    const paddings = type.shape.map((size, i) => [0, size - inputShape[i]!]);
    return [rewriter.addNode(node, 'PadV2', { x: inner }, { paddings, constantValue: 0 }, type)];
  };
}

/** How many elements a convolution reads along each axis for so many places. */
function readFor(places: readonly number[], { attrs }: ProgramNode, filter: Shape): number[] {
  const dilations = pair(attrs['dilations'] ?? 1);
  const sizes = filter.slice(0, 2).map((size, i) => (size - 1) * dilations[i]! + 1);
  return reach(places, pair(attrs['strides']), sizes);
}

/** How many elements lie under so many windows. */
function reach(windows: readonly number[], strides: readonly number[], sizes: readonly number[]): number[] {
  return windows.map((count, i) => (count - 1) * strides[i]! + sizes[i]!);
}

/** An attribute for height and width, which may be one number for both. */
function pair(attribute: Attribute | undefined): readonly number[] {
  return Array.isArray(attribute) ? (attribute as number[]) : [Number(attribute), Number(attribute)];
}

/** Height and width, of channels last. */
function spaceOf(shape: Shape): number[] {
  return shape.slice(1, 3);
}

function withSpace(shape: Shape, space: readonly number[]): number[] {
  return [shape[0]!, ...space, ...shape.slice(3)];
}
