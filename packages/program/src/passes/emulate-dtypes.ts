// Programs for backends that lack dtypes: float16 and bfloat16 are computed in float32, and each result rounded to what the
// narrower dtype has. What cannot be had so, float64, is refused. Not here: the rounding itself (round-tensor.ts, backends).
import { isFloatDType, type DType } from '../dtype.js';
import { dtypeUnsupported, scopeLabel } from '../errors.js';
import { traitsOf } from '../kernels.js';
import { isNarrowFloat, roundToFloat, type NarrowFloat } from '../narrow-floats.js';
import {
  roundKernel,
  type Attributes,
  type Program,
  type ProgramConstant,
  type ProgramNode,
  type ValueId,
  type ValueType,
} from '../program.js';
import { mapPrograms } from '../subprograms.js';

/** Who is to run a Program. */
export interface DTypeSupport {
  readonly name: string;
  /** The dtypes that it computes in. */
  readonly computes: readonly DType[];
}

const emulated = new WeakMap<Program, Map<string, Program>>();

/**
 * The Program as `backend` can compute it; the very same where it computes in all of its dtypes. Inputs and outputs of dtypes that
 * it lacks are float32, and hold what the narrower dtype has.
 * Throws: DTYPE_UNSUPPORTED naming the layer.
 */
export function emulateDTypes(program: Program, backend: DTypeSupport): Program {
  const known = emulated.get(program) ?? new Map<string, Program>();
  emulated.set(program, known);
  const key = backend.computes.join();
  const found = known.get(key) ?? (lacks(program, backend) ? new Emulation(program, backend).run() : program);
  known.set(key, found);
  return found;
}

/** The dtype in which `backend` holds values of `dtype`. */
export function heldDType<D extends DType>(dtype: D, backend: DTypeSupport): D | 'float32' {
  return isNarrowFloat(dtype) && !backend.computes.includes(dtype) ? 'float32' : dtype;
}

/** For backends: throws DTYPE_UNSUPPORTED, naming the layer, where a Program has floats of a dtype that it lacks. */
export function requireDTypes(program: Program, backend: DTypeSupport): void {
  if (!lacks(program, backend)) return;
  for (const node of program.nodes) {
    for (const inner of Object.values(node.programs ?? {})) requireDTypes(inner, backend);
    for (const id of node.outputs) requireDType(program.type(id).dtype, scopeLabel(node.scope), backend);
  }
  for (const { id, name } of program.inputs) requireDType(program.type(id).dtype, `Input "${name}"`, backend);
}

function requireDType(dtype: DType, subject: string, backend: DTypeSupport): void {
  if (isFloatDType(dtype) && !backend.computes.includes(dtype))
    throw dtypeUnsupported(subject, dtype, backend);
}

function lacks(program: Program, backend: DTypeSupport): boolean {
  return (
    program.values.some(({ dtype }) => isFloatDType(dtype) && !backend.computes.includes(dtype)) ||
    program.nodes.some(({ programs }) => Object.values(programs ?? {}).some((inner) => lacks(inner, backend)))
  );
}

class Emulation {
  private readonly values: ValueType[];
  private readonly nodes: ProgramNode[] = [];
  private readonly constants: ProgramConstant[];
  /** Values that stand in for others. */
  private readonly replaced = new Map<ValueId, ValueId>();
  /** Values of float32 that are numbers of a narrower dtype already. */
  private readonly rounded = new Map<ValueId, NarrowFloat>();

  constructor(
    private readonly program: Program,
    private readonly backend: DTypeSupport,
  ) {
    this.values = program.values.map(({ shape, dtype }) => ({ shape, dtype: heldDType(dtype, backend) }));
    this.constants = [...program.constants];
  }

  run(): Program {
    const { program } = this;
    for (const { id } of program.inputs) this.note(id);
    for (const node of program.nodes) this.take(node);
    const made = program.with({
      values: this.values,
      constants: this.constants,
      nodes: this.nodes,
      inputs: program.inputs.map(({ storage, ...input }) =>
        storage === undefined || isNarrowFloat(storage) ? input : { ...input, storage },
      ),
      outputs: program.outputs.map((output) => ({ ...output, id: this.current(output.id) })),
    });
    requireDTypes(made, this.backend);
    return made;
  }

  private take(given: ProgramNode): void {
    const inputs = Object.fromEntries(
      Object.entries(given.inputs).map(([name, id]) => [name, this.current(id)]),
    );
    const node = mapPrograms({ ...given, inputs }, (inner) => emulateDTypes(inner, this.backend));
    if (node.kernel === 'Cast') this.cast(node);
    else if (node.programs !== undefined || !node.outputs.some((id) => this.target(id) !== undefined)) {
      this.nodes.push({ ...node, attrs: this.heldAttributes(node.attrs) });
      node.outputs.forEach((id) => this.note(id));
    } else this.compute(node);
  }

  /** The node in float32, and the rounding of what it gives. */
  private compute(node: ProgramNode): void {
    const { moves, chooses } = traitsOf(node.kernel);
    const attrs = this.heldAttributes(node.attrs);
    const isExact = (target: NarrowFloat): boolean =>
      (moves !== undefined || chooses === true) &&
      Object.values(node.inputs).every(
        (id) => this.values[id]!.dtype !== 'float32' || this.rounded.get(id) === target,
      );
    const results = node.outputs.map((id): [ValueId, ValueId, NarrowFloat | undefined] => {
      const target = this.target(id);
      if (target === undefined || isExact(target)) return [id, id, undefined];
      return [this.values.push(this.values[id]!) - 1, id, target];
    });
    this.nodes.push({ ...node, attrs, outputs: results.map(([own]) => own) });
    for (const [own, id, target] of results) {
      if (target !== undefined) this.round(node, own, id, target);
      this.note(id);
    }
  }

  private cast(node: ProgramNode): void {
    const x = node.inputs['x']!;
    const [id] = node.outputs as readonly [ValueId];
    const target = this.target(id);
    const from = this.values[x]!.dtype;
    if (target === undefined) {
      // What is held in float32 need not become it.
      if (from === this.values[id]!.dtype) this.replaced.set(id, x);
      else this.nodes.push({ ...node, attrs: this.heldAttributes(node.attrs) });
      return;
    }
    if (this.rounded.get(x) === target) {
      this.replaced.set(id, x);
      return;
    }
    const wide = from === 'float32' ? x : this.values.push(this.values[id]!) - 1;
    if (wide !== x) this.nodes.push({ ...node, attrs: { ...node.attrs, dtype: 'float32' }, outputs: [wide] });
    const constant = this.constants.find((other) => other.id === wide);
    if (constant !== undefined) {
      const data = Float32Array.from(constant.data as Float32Array, (value) => roundToFloat(value, target));
      this.constants.push({ id, data });
    } else this.round(node, wide, id, target);
    this.note(id);
  }

  private round({ scope }: ProgramNode, x: ValueId, id: ValueId, dtype: NarrowFloat): void {
    this.nodes.push({ kernel: roundKernel, inputs: { x }, attrs: { dtype }, outputs: [id], scope });
  }

  /** The dtype that a value is to be rounded to. */
  private target(id: ValueId): NarrowFloat | undefined {
    const { dtype } = this.program.values[id]!;
    return isNarrowFloat(dtype) && this.values[id]!.dtype !== dtype ? dtype : undefined;
  }

  private note(id: ValueId): void {
    const target = this.target(id);
    if (target !== undefined) this.rounded.set(id, target);
  }

  private current(id: ValueId): ValueId {
    return this.replaced.get(id) ?? id;
  }

  private heldAttributes(attrs: Attributes): Attributes {
    const { dtype } = attrs;
    return isNarrowFloat(dtype) ? { ...attrs, dtype: heldDType(dtype, this.backend) } : attrs;
  }
}
