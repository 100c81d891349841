// Lowers a Program to an ONNX model: every kernel through its lowering, in order. Knows nothing of ONNX Runtime.
// Values without elements never reach the graph: ONNX Runtime need not see that there is nothing to compute.
import {
  attributesOf,
  customGradientKernel,
  isLamellaError,
  sizeOf,
  type DType,
  type KernelName,
  type Program,
  type ProgramInput,
  type ProgramNode,
  type TypedArray,
  type ValueId,
  type ValueType,
} from '@lamella/program';
import { loweringFailed, loweringMissing } from './errors.js';
import {
  computed,
  LoweringCall,
  uniform,
  type Lowered,
  type Operand,
  type OperandType,
  type ValueDType,
} from './lowering.js';
import { holderLowerings, type HolderCall } from './lowering/control-flow.js';
import { lowerings, type Lowerings } from './lowering/index.js';
import { GraphBuilder, type GraphBuilderOptions } from './model/graph-builder.js';
import { encodeModel, type OnnxModel } from './model/onnx-model.js';

/** An input or output of the ONNX graph, and which one of the Program's it is. */
export interface LoweredValue {
  readonly index: number;
  readonly name: string;
}

export interface LoweredProgram {
  /** The model as an `.onnx` file holds it. */
  readonly bytes: Uint8Array;
  /** The operators of the graph by name, in order. ONNX Runtime fuses some of them when it loads the model. */
  readonly operators: readonly string[];
  /** The Program's inputs that the graph reads; the others are not needed. */
  readonly inputs: readonly LoweredValue[];
  /** The Program's outputs that the graph computes; the others have no elements. */
  readonly outputs: readonly LoweredValue[];
}

/**
 * The ONNX model of a Program.
 *
 * Throws: KERNEL_UNSUPPORTED naming the kernel and the layer it came from.
 */
export function lowerProgram(
  program: Program,
  options: Pick<LoweringOptions, 'lowerings'> = {},
): LoweredProgram {
  const { model, inputs, outputs } = lowerToModel(program, options);
  return {
    bytes: encodeModel(model),
    operators: model.nodes.map((node) => node.type),
    inputs,
    outputs,
  };
}

/** {@link LoweredProgram} before it is encoded. */
export interface LoweredModel extends Pick<LoweredProgram, 'inputs' | 'outputs'> {
  readonly model: OnnxModel;
}

export interface LoweringOptions extends GraphBuilderOptions {
  /** Whether arguments that nothing reads are inputs of the graph all the same. Default false. */
  readonly keepArguments?: boolean;
  /** Lowerings that go before those of this package. Default: none. */
  readonly lowerings?: Lowerings | undefined;
}

/** What {@link lowerProgram} encodes. Throws: as that. */
export function lowerToModel(program: Program, options: LoweringOptions = {}): LoweredModel {
  return new ProgramLowering(program, options).finish();
}

class ProgramLowering {
  private readonly operands = new Map<ValueId, Operand>();
  private readonly inputs: LoweredValue[] = [];

  /** `given` are the operands of all inputs of a Program within another one; otherwise they are inputs of the graph. */
  constructor(
    private readonly program: Program,
    private readonly options: LoweringOptions,
    private readonly graph = new GraphBuilder(options),
    given?: readonly Operand[],
  ) {
    const used = new Set([
      ...program.nodes.flatMap((node) => Object.values(node.inputs)),
      ...program.outputs.map((output) => output.id),
    ]);
    program.inputs.forEach((input, index) => {
      const isKept = options.keepArguments === true && input.kind === 'argument';
      if (given !== undefined) this.operands.set(input.id, given[index]!);
      else if (isKept || used.has(input.id)) this.operands.set(input.id, this.lowerInput(input, index));
    });
    for (const { id, data } of program.constants) {
      if (used.has(id)) this.operands.set(id, this.lowerConstant(data as TypedArray, program.type(id)));
    }
    for (const node of program.nodes) this.lowerNode(node);
  }

  /** The operands of the Program's outputs. */
  get outputs(): readonly Operand[] {
    return this.program.outputs.map(({ id }) => this.operands.get(id)!);
  }

  finish(): LoweredModel {
    const kept = this.program.outputs
      .map((output, index) => ({ output, index }))
      .filter(({ output }) => sizeOf(this.program.type(output.id).shape) > 0);
    const { model, outputNames } = this.graph.finish(
      kept.map(({ output }) => {
        const operand = this.operands.get(output.id)!;
        return { name: operand.name, type: operand.dtype, shape: operand.shape };
      }),
    );
    return {
      model,
      inputs: this.inputs,
      outputs: kept.map(({ index }, i) => ({ index, name: outputNames[i]! })),
    };
  }

  private lowerInput(input: ProgramInput, index: number): Operand {
    const type = operandType(this.program.type(input.id), `Input "${input.name}"`);
    if (sizeOf(type.shape) === 0) return this.empty(type);
    const storage = input.storage ?? type.dtype;
    const name = this.graph.input(storage, type.shape);
    this.inputs.push({ index, name });
    return computed(storage === type.dtype ? name : this.graph.cast(name, type.dtype), type);
  }

  private lowerConstant(data: TypedArray, valueType: ValueType): Operand {
    const type = operandType(valueType, 'A constant');
    if (data.length === 0) return this.empty(type);
    const first = data[0]!;
    if (data.every((value) => Object.is(value, first))) return uniform(this.graph, first, type);
    let name: string | undefined;
    const { graph } = this;
    return {
      ...type,
      elements: data,
      get name(): string {
        return (name ??= graph.tensor(data, type.shape, type.dtype));
      },
    };
  }

  private lowerNode(node: ProgramNode): void {
    const types = node.outputs.map((id) =>
      operandType(this.program.type(id), `The result of ${node.kernel}`, node),
    );
    this.graph.scope = node.scope;
    const results = types.every((type) => sizeOf(type.shape) === 0)
      ? types.map((type) => this.empty(type))
      : this.resultsOf(node, types);
    node.outputs.forEach((id, i) => this.operands.set(id, results[i]!));
  }

  private resultsOf(node: ProgramNode, types: readonly OperandType[]): Operand[] {
    const inputs = Object.fromEntries(
      Object.entries(node.inputs).map(([name, id]) => [name, this.operands.get(id)!]),
    );
    if (node.kernel === customGradientKernel) return [inputs['value']!];
    const holder = holderLowerings[node.kernel];
    if (holder !== undefined) {
      const lowerInside: HolderCall['lowerInside'] = (program, graph, given) =>
        new ProgramLowering(program, { lowerings: this.options.lowerings }, graph, given).outputs;
      return holder({ node, graph: this.graph, inputs: Object.values(inputs), types, lowerInside });
    }
    const kernel = node.kernel as KernelName;
    const lowering = this.options.lowerings?.[kernel] ?? lowerings[kernel];
    if (lowering === undefined) throw loweringMissing(node);
    try {
      const attributes = attributesOf(node, (id) => this.program.type(id));
      const lowered = lowering(new LoweringCall(this.graph, inputs, attributes, types));
      const results: readonly Lowered[] = Array.isArray(lowered) ? lowered : [lowered as Lowered];
      return results.map((result, i) => (typeof result === 'string' ? computed(result, types[i]!) : result));
    } catch (cause) {
      throw isLamellaError(cause) ? cause : loweringFailed(node, cause as Error);
    }
  }

  private empty(type: OperandType): Operand {
    return computed(this.graph.tensor([], type.shape, type.dtype), type);
  }
}

function operandType(type: ValueType, subject: string, node?: ProgramNode): OperandType {
  if (isValueDType(type.dtype)) return { shape: type.shape, dtype: type.dtype };
  throw loweringMissing(node ?? { kernel: `${subject} (${type.dtype})`, scope: '' });
}

function isValueDType(dtype: DType): dtype is ValueDType {
  return dtype === 'float32' || dtype === 'int32' || dtype === 'bool';
}
