// A Recorder writes down one Program while a function runs under the abstract backend: values, constants, kernel calls,
// reads and assignments of state, random inputs. It knows nothing of tfjs' engine; capture.ts connects the two.
import { currentBudget } from './budget.js';
import { computeDType, isFloatDType, type DType, type FloatDType, type NumberDType } from './dtype.js';
import { assignInGradient, lamellaError, programInvalid, shapeMismatch } from './errors.js';
import {
  Program,
  type Attributes,
  type ConstantData,
  type ProgramConstant,
  type ProgramInput,
  type ProgramNode,
  type ProgramUpdate,
  type RandomSpec,
  type ValueId,
  type ValueType,
} from './program.js';
import { formatShape, sameShape, sizeOf, type Shape } from './shape.js';

/** What a recorder costs, and each value in it. Units: steps of a load. */
const recorderCost = 100;
const valueCost = 12;

/** A cell of state that a captured function may read and assign; weights are such cells. */
export interface StateSlot {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: NumberDType;
}

/** An argument of a captured function. `storage` is how it lies in host memory; the function sees the compute dtype. */
export interface ArgumentSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly storage?: NumberDType;
}

/** A Program and the cells behind its state inputs, in the order in which those inputs appear. */
export interface Captured {
  readonly program: Program;
  readonly slots: readonly StateSlot[];
}

/** What a recorder inside another one writes down, and what may be done there. */
export interface InnerPart {
  /** As errors say it, e.g. `the body of scan()`. */
  readonly what: string;
  /** The error that the assignment of a weight is. */
  readonly assignment: (subject: string, what: string, weight: string) => Error;
  /** Where random numbers are drawn: once by the enclosing recorder, as one block for so many `steps`, or nowhere. */
  readonly draws: 'outside' | 'nowhere' | { readonly steps: number };
}

export class Recorder {
  readonly values: ValueType[] = [];
  readonly nodes: ProgramNode[] = [];
  /** How many fused kernels were written out and still stand in a tf.customGrad of tfjs' own; see custom-gradient.ts. */
  fusedCalls = 0;
  private readonly inputs: ProgramInput[] = [];
  private readonly constants = new Map<ValueId, ProgramConstant>();
  /** Values that gradients go no further back than. */
  readonly stopped = new Set<ValueId>();
  private readonly state = new Map<StateSlot, { input: number; current: ValueId }>();
  private readonly captures = new Map<ValueId, ValueId>();
  private readonly draws = new Map<string, number>();
  private readonly scopes: string[] = [];
  private readonly floats: FloatDType[] = [];
  private readonly casts = new Map<string, ValueId>();
  private readonly blocks: ValueId[] = [];

  /** `subject` names the user's object in errors. A recorder inside another one may use the outer one's values. */
  constructor(
    readonly subject: string,
    readonly parent?: Recorder,
    private readonly part: InnerPart = {
      what: 'the gradient function of tf.customGrad',
      assignment: assignInGradient,
      draws: 'outside',
    },
  ) {
    currentBudget()?.spend('steps', recorderCost, subject);
    if (parent !== undefined && parent.scope !== '') this.scopes.push(parent.scope);
    if (parent !== undefined) this.floats.push(parent.float);
  }

  get scope(): string {
    return this.scopes[this.scopes.length - 1] ?? '';
  }

  /** Runs `fn` with `name` appended to the path that nodes and random streams carry. */
  within<T>(name: string, fn: () => T): T {
    this.scopes.push(this.scope === '' ? name : `${this.scope}/${name}`);
    try {
      return fn();
    } finally {
      this.scopes.pop();
    }
  }

  /** The dtype that floats are computed in: what tfjs code takes for float32. */
  get float(): FloatDType {
    return this.floats[this.floats.length - 1] ?? 'float32';
  }

  /** Runs `fn`, whose kernels compute floats in `dtype`; their inputs are cast to it. */
  computing<T>(dtype: FloatDType, fn: () => T): T {
    this.floats.push(dtype);
    try {
      return fn();
    } finally {
      this.floats.pop();
    }
  }

  /** A value of floats in `dtype`, cast once where it has another; any other value as it is. */
  inFloat(id: ValueId, dtype: FloatDType): ValueId {
    const type = this.values[id]!;
    if (type.dtype === dtype || !isFloatDType(type.dtype)) return id;
    const key = `${id} ${dtype}`;
    const known = this.casts.get(key);
    if (known !== undefined) return known;
    const [made] = this.node('Cast', { x: id }, { dtype }, [{ shape: type.shape, dtype }]);
    this.casts.set(key, made!);
    return made!;
  }

  /** A value of floats in the dtype that they are computed in. */
  computed(id: ValueId): ValueId {
    return this.inFloat(id, this.float);
  }

  /** An input taken over from another Program as it stands. */
  input(input: Omit<ProgramInput, 'id'>, type: ValueType): ValueId {
    const id = this.value(type);
    this.inputs.push({ ...input, id });
    return id;
  }

  argument(spec: ArgumentSpec): ValueId {
    const id = this.value({ shape: spec.shape, dtype: spec.dtype });
    this.inputs.push({
      id,
      name: spec.name,
      kind: 'argument',
      ...(spec.storage && { storage: spec.storage }),
    });
    return id;
  }

  constant(data: ConstantData, type: ValueType): ValueId {
    currentBudget()?.spend('elements', data.length, this.subject);
    const id = this.value(type);
    this.constants.set(id, { id, data });
    return id;
  }

  /** The data of a constant, or undefined when the value is no constant. */
  constantData(id: ValueId): ConstantData | undefined {
    return this.constants.get(id)?.data;
  }

  /** A fresh block of random numbers. Each draw in one scope has its own stream. */
  random(shape: Shape, distribution: RandomSpec['distribution'], seed?: number): ValueId {
    const { parent } = this;
    if (parent !== undefined) {
      const { draws, what } = this.part;
      if (draws === 'outside') return this.outer(parent, parent.random(shape, distribution, seed));
      if (draws !== 'nowhere') return this.drawBlock(draws.steps, shape, distribution, seed);
      throw lamellaError('NOT_CAPTURABLE', {
        subject: this.subject,
        problem: `${what} draws random numbers, and nobody knows for how many steps`,
        fix: 'use scan(), whose steps are counted, or draw the numbers before the loop',
      });
    }
    const draw = this.draws.get(this.scope) ?? 0;
    this.draws.set(this.scope, draw + 1);
    const stream = `${this.scope}:${draw}`;
    const id = this.value({ shape, dtype: distribution === 'bits' ? 'int32' : 'float32' });
    this.inputs.push({
      id,
      name: stream,
      kind: 'random',
      random: { distribution, stream, ...(seed !== undefined && { seed }) },
    });
    return id;
  }

  /** The current value of a cell: what it holds before this Program runs, or what was assigned to it since. */
  read(slot: StateSlot): ValueId {
    if (this.parent !== undefined) return this.outer(this.parent, this.parent.read(slot));
    return this.cell(slot).current;
  }

  assign(slot: StateSlot, id: ValueId): void {
    if (this.parent !== undefined) throw this.part.assignment(this.subject, this.part.what, slot.name);
    const dtype = computeDType(slot.dtype);
    const next = isFloatDType(dtype) ? this.inFloat(id, dtype) : id;
    const type = this.values[next]!;
    if (!sameShape(type.shape, slot.shape) || type.dtype !== dtype) {
      throw shapeMismatch(
        `Weight "${slot.name}"`,
        `expected a value of ${slot.dtype}${formatShape(slot.shape)}, got ${type.dtype}${formatShape(type.shape)}`,
      );
    }
    this.cell(slot).current = next;
  }

  /** Gives a node that stands already further outputs, and what it holds then. */
  extend(node: ProgramNode, types: readonly ValueType[], programs: Record<string, Program>): ValueId[] {
    const added = types.map((type) => this.value(type));
    this.nodes[this.nodes.indexOf(node)] = { ...node, outputs: [...node.outputs, ...added], programs };
    return added;
  }

  node(
    kernel: string,
    inputs: Readonly<Record<string, ValueId>>,
    attrs: Attributes,
    types: readonly ValueType[],
    programs?: Record<string, Program>,
  ): ValueId[] {
    const outputs = types.map((type) => this.value(type));
    this.nodes.push({ kernel, inputs, attrs, outputs, scope: this.scope, ...(programs && { programs }) });
    return outputs;
  }

  /** A value of an enclosing recorder, brought in as an input of this one. */
  outer(owner: Recorder, id: ValueId): ValueId {
    if (this.parent === undefined) {
      throw lamellaError('NOT_CAPTURABLE', {
        subject: this.subject,
        problem: 'it uses a tensor that belongs to another capture',
        fix: 'pass the tensor in as an input',
      });
    }
    const inParent = owner === this.parent ? id : this.parent.outer(owner, id);
    const known = this.captures.get(inParent);
    if (known !== undefined) return known;
    const own = this.value(this.parent.values[inParent]!);
    this.captures.set(inParent, own);
    return own;
  }

  /** The enclosing recorder's blocks of random numbers, one for each argument that a draw here became, in order. */
  get drawn(): readonly ValueId[] {
    return this.blocks;
  }

  /** What {@link outer} brought in: the enclosing recorder's value by this one's. */
  get captured(): ReadonlyMap<ValueId, ValueId> {
    return this.captures;
  }

  finish(outputs: readonly { id: ValueId; name: string }[]): Captured {
    const all = [...outputs];
    const updates: ProgramUpdate[] = [];
    for (const [slot, cell] of this.state) {
      if (this.inputs[cell.input]!.id === cell.current) continue;
      updates.push({ output: all.length, input: cell.input });
      all.push({ id: cell.current, name: slot.name });
    }
    // What came from an enclosing recorder follows the arguments, in the order of first use.
    const inputs = [
      ...this.inputs,
      ...[...this.captures.values()].map((id, i): ProgramInput => ({
        id,
        name: `captured_${i}`,
        kind: 'argument',
      })),
    ];
    const program = new Program({
      values: this.values,
      inputs,
      constants: [...this.constants.values()],
      nodes: this.nodes,
      outputs: all,
      updates,
    });
    return { program, slots: [...this.state.keys()] };
  }

  private drawBlock(
    steps: number,
    shape: Shape,
    distribution: RandomSpec['distribution'],
    seed: number | undefined,
  ): ValueId {
    const parent = this.parent!;
    const draw = (): ValueId => parent.random([steps, ...shape], distribution, seed);
    const path = this.scope.slice(parent.scope === '' ? 0 : parent.scope.length + 1);
    const block = path === '' ? draw() : parent.within(path, draw);
    this.blocks.push(block);
    return this.argument({
      name: `random_${this.blocks.length - 1}`,
      shape,
      dtype: this.parent!.values[block]!.dtype,
    });
  }

  private value(type: ValueType): ValueId {
    currentBudget()?.spend('steps', valueCost, this.subject);
    if (
      type.shape.some((size) => !Number.isInteger(size) || size < 0) ||
      !Number.isSafeInteger(sizeOf(type.shape))
    ) {
      throw programInvalid(`a value has the shape ${formatShape(type.shape)} in "${this.scope}"`);
    }
    this.values.push({ shape: [...type.shape], dtype: type.dtype });
    return this.values.length - 1;
  }

  private cell(slot: StateSlot): { input: number; current: ValueId } {
    const known = this.state.get(slot);
    if (known !== undefined) return known;
    const id = this.value({ shape: slot.shape, dtype: computeDType(slot.dtype) });
    const cell = { input: this.inputs.length, current: id };
    this.inputs.push({ id, name: slot.name, kind: 'state', storage: slot.dtype });
    this.state.set(slot, cell);
    return cell;
  }
}
