// Builds the graph of an ONNX model: appends operators and constants and hands out the names of their results.
// Equal small constants are stored once. Not here: which kernels become which operators (lowering/).
import { narrowFloats, sizeOf, type Shape } from '@lamella/program';
import {
  elementTypes,
  type ElementType,
  type OnnxAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from './onnx-model.js';

type Elements =
  | Float32Array
  | Float64Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Uint32Array
  | Int16Array;

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  int8: Int8Array,
  uint32: Uint32Array,
  complex64: Float32Array,
  uint16: Uint16Array,
  int16: Int16Array,
} as const;

export interface GraphBuilderOptions {
  /**
   * Whether what is built may depend on how large a tensor is: equal small constants are one, a small tensor of one value is
   * stored. False where graphs for several sizes must be alike. Default true.
   */
  readonly bySize?: boolean;
  /** What the names of all values start with. Default: nothing. */
  readonly prefix?: string;
}

/** An ONNX graph under construction. Values are known by their names. */
export class GraphBuilder {
  private readonly nodes: OnnxNode[] = [];
  private readonly initializers: OnnxTensor[] = [];
  private readonly inputs: OnnxValue[] = [];
  private readonly small = new Map<string, string>();
  private readonly largestShared: number;
  private count = 0;
  /** The layer path that node names start with, so that ONNX Runtime's own messages name it too. */
  scope = '';

  constructor(
    private readonly options: GraphBuilderOptions = {},
    private readonly around?: GraphBuilder,
  ) {
    this.largestShared = options.bySize === false ? 0 : 16;
  }

  /** Whether graphs for several sizes must be alike. */
  get isForAllSizes(): boolean {
    return this.options.bySize === false;
  }

  /** A graph for an attribute of an operator of this one. It may read this one's values by their names. */
  inner(): GraphBuilder {
    return new GraphBuilder(this.options, this);
  }

  input(type: ElementType, shape: Shape): string {
    const name = this.fresh('input');
    this.inputs.push({ name, type, shape });
    return name;
  }

  /** Appends an operator with one result. */
  op(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): string {
    return this.ops(type, inputs, 1, attributes)[0]!;
  }

  /** Appends an operator with `count` results. */
  ops(
    type: string,
    inputs: readonly string[],
    count: number,
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): string[] {
    const name = this.fresh(type);
    const outputs = count === 1 ? [name] : Array.from({ length: count }, (_, i) => `${name}_${i}`);
    this.nodes.push({
      type,
      inputs,
      outputs,
      attributes,
      name: this.scope === '' ? name : `${this.scope}/${name}`,
    });
    return outputs;
  }

  /** The operator of this graph whose result `name` is, apart from those that only move elements. */
  source(name: string): string | undefined {
    const node = this.nodes.findLast(({ outputs }) => outputs.includes(name));
    const isMoved = node !== undefined && ['Transpose', 'Reshape', 'Identity'].includes(node.type);
    return isMoved ? this.source(node.inputs[0]!) : node?.type;
  }

  /** A constant tensor. Those of inner graphs are the outermost one's. */
  tensor(data: ArrayLike<number>, shape: Shape, type: ElementType): string {
    if (this.around !== undefined) return this.around.tensor(data, shape, type);
    const elements = toElements(data, type);
    const bytes = new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
    const key = data.length <= this.largestShared ? `${type}[${shape.join()}]${bytes.join()}` : undefined;
    const known = key === undefined ? undefined : this.small.get(key);
    if (known !== undefined) return known;
    const name = this.fresh('constant');
    if (key !== undefined) this.small.set(key, name);
    this.initializers.push({ name, type, shape, bytes });
    return name;
  }

  /** A constant of rank 0. */
  scalar(value: number, type: ElementType = 'float32'): string {
    return this.tensor([value], [], type);
  }

  /** A constant list of int64, as shapes, axes and bounds are given. */
  ints(values: readonly number[]): string {
    return this.tensor(values, [values.length], 'int64');
  }

  /** A tensor of one value everywhere. */
  full(value: number, shape: Shape, type: ElementType): string {
    if (this.around !== undefined) return this.around.full(value, shape, type);
    if (shape.length === 0 || sizeOf(shape) <= this.largestShared)
      return this.tensor(new Array<number>(sizeOf(shape)).fill(value), shape, type);
    return this.op('Expand', [this.scalar(value, type), this.ints(shape)]);
  }

  /** The product of two matrices of floats, with a bias for each column. */
  product(a: string, b: string, bias?: string, transposes: { a?: boolean; b?: boolean } = {}): string {
    if (bias === undefined && !transposes.a && !transposes.b) return this.op('MatMul', [a, b]);
    return this.op('Gemm', [a, b, ...(bias === undefined ? [] : [bias])], {
      ...(transposes.a && { transA: 1 }),
      ...(transposes.b && { transB: 1 }),
    });
  }

  cast(x: string, type: ElementType): string {
    return this.op('Cast', [x], { to: elementTypes[type] });
  }

  reshape(x: string, shape: Shape): string {
    // allowzero: a 0 in the shape is a size, not "keep the input's".
    return this.op('Reshape', [x, this.ints(shape)], shape.includes(0) ? { allowzero: 1 } : {});
  }

  transpose(x: string, perm: readonly number[]): string {
    return perm.every((axis, i) => axis === i) ? x : this.op('Transpose', [x], { perm });
  }

  /** The part `[begin, end)` along each of `axes`, every `step`-th element. */
  slice(
    x: string,
    axes: readonly number[],
    begin: readonly number[],
    end: readonly number[],
    steps?: readonly number[],
  ): string {
    return this.op('Slice', [
      x,
      this.ints(begin),
      this.ints(end),
      this.ints(axes),
      ...(steps ? [this.ints(steps)] : []),
    ]);
  }

  /** Reduces over `axes`; over none it is the identity. */
  reduce(type: string, x: string, axes: readonly number[], keepDims: boolean): string {
    if (axes.length === 0) return x;
    return this.op(type, [x, this.ints(axes)], { keepdims: keepDims ? 1 : 0 });
  }

  /** The finished model. An output that is an input, a constant or another output gets a name of its own. */
  finish(outputs: readonly OnnxValue[]): { model: OnnxModel; outputNames: readonly string[] } {
    const computed = new Set(this.nodes.flatMap((node) => node.outputs));
    const named = outputs.map((output) => ({
      ...output,
      name: computed.delete(output.name) ? output.name : this.op('Identity', [output.name]),
    }));
    const model = { nodes: this.nodes, initializers: this.initializers, inputs: this.inputs, outputs: named };
    return { model, outputNames: named.map((output) => output.name) };
  }

  /** No two values of graphs within each other have one name. */
  private next(): number {
    return this.around === undefined ? this.count++ : this.around.next();
  }

  private fresh(stem: string): string {
    return `${this.options.prefix ?? ''}${stem}_${this.next()}`;
  }
}

function toElements(data: ArrayLike<number>, type: ElementType): Elements {
  if (type === 'int64') return BigInt64Array.from(Array.from(data), BigInt);
  if (type === 'float16' || type === 'bfloat16') return narrowFloats(data, type);
  const array = arrays[type];
  return data instanceof array ? data : array.from(data);
}
