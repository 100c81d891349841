// Makes one template of Programs captured from one function at several sizes: what is equal stays, what differs must follow
// the sizes. Not here: choosing the sizes (capture-template.ts).
import { notPolymorphic } from '../errors.js';
import type { Attribute, ConstantData, Program, ProgramConstant, ProgramNode } from '../program.js';
import type {
  TemplateAttribute,
  TemplateConstant,
  TemplateGraph,
  TemplateInput,
  TemplateNode,
} from './graph.js';
import { fitPolynomial, Polynomial, type Size } from './polynomial.js';

export interface MergeOptions {
  /** The sizes of the unknowns at which each Program was captured. */
  readonly points: readonly (readonly number[])[];
  /** For each argument and axis the unknown that stands there, or -1. */
  readonly places: readonly (readonly number[])[];
  readonly unknowns: readonly string[];
  readonly subject: string;
  /** The argument shapes of a point, for errors. */
  readonly print: (sizes: readonly number[]) => string;
}

/** Throws: NOT_BATCH_POLYMORPHIC. */
export function mergePrograms(programs: readonly Program[], options: MergeOptions): TemplateGraph {
  return new Merge(options).graph(programs, true);
}

class Merge {
  constructor(private readonly options: MergeOptions) {}

  graph(programs: readonly Program[], isOuter: boolean): TemplateGraph {
    const first = programs[0]!;
    for (const [what, count] of [
      ['operations', (p: Program) => p.nodes.length],
      ['inputs and random draws', (p: Program) => p.inputs.length],
      ['constants', (p: Program) => p.constants.length],
      ['outputs', (p: Program) => p.outputs.length],
    ] as const) {
      const other = programs.findIndex((program) => count(program) !== count(first));
      if (other >= 0)
        throw this.failure(
          `it has ${count(first)} ${what} for ${this.shapes(0)} and ${count(programs[other]!)} for ${this.shapes(other)}`,
        );
    }
    let argument = 0;
    return {
      inputs: first.inputs.map((input, i): TemplateInput => {
        const place = isOuter && input.kind === 'argument' ? this.options.places[argument++] : undefined;
        const type = first.type(input.id);
        const shape = type.shape.map((_, axis): Size => {
          const unknown = place?.[axis] ?? -1;
          if (unknown >= 0) return Polynomial.unknown(unknown, this.options.unknowns.length);
          return this.size(
            programs.map((p) => p.type(p.inputs[i]!.id).shape[axis]!),
            `the shape of ${input.kind} input "${input.name}"`,
          );
        });
        return { ...input, dtype: type.dtype, shape };
      }),
      constants: first.constants.map((constant, i) =>
        this.constant(
          programs,
          programs.map((p) => p.constants[i]!),
          constant,
        ),
      ),
      nodes: first.nodes.map((node, i) =>
        this.node(
          programs.map((p) => p.nodes[i]!),
          node,
          i,
        ),
      ),
      outputs: first.outputs,
      updates: [],
    };
  }

  private node(nodes: readonly ProgramNode[], first: ProgramNode, index: number): TemplateNode {
    const where = `operation ${index + 1}, ${first.kernel}`;
    const wiring = (node: ProgramNode): string =>
      JSON.stringify([node.kernel, node.inputs, node.outputs, Object.keys(node.programs ?? {})]);
    const other = nodes.findIndex((node) => wiring(node) !== wiring(first));
    if (other >= 0) {
      throw this.failure(
        `operation ${index + 1} is ${first.kernel} for ${this.shapes(0)} and ${nodes[other]!.kernel} for ${this.shapes(other)}, or reads something else`,
      );
    }
    const inner = Object.keys(first.programs ?? {}).map((name) => [
      name,
      this.graph(
        nodes.map((node) => node.programs![name]!),
        false,
      ),
    ]);
    return {
      kernel: first.kernel,
      inputs: first.inputs,
      attrs: this.attribute(
        nodes.map((node) => node.attrs),
        where,
      ) as Readonly<Record<string, TemplateAttribute>>,
      outputs: first.outputs,
      scope: first.scope,
      ...(inner.length > 0 && { programs: Object.fromEntries(inner) as Record<string, TemplateGraph> }),
    };
  }

  private constant(
    programs: readonly Program[],
    constants: readonly ProgramConstant[],
    first: ProgramConstant,
  ): TemplateConstant {
    const where = `constant %${first.id}`;
    const types = constants.map((constant, i) => programs[i]!.type(constant.id));
    if (types.some((type) => type.shape.length !== types[0]!.shape.length))
      throw this.failure(`${where} has another rank for another size`);
    const shape = types[0]!.shape.map((_, axis) =>
      this.size(
        types.map((type) => type.shape[axis]!),
        `the shape of ${where}`,
      ),
    );
    const { dtype } = types[0]!;
    const splats = constants.map(({ data }) => splatOf(data));
    if (splats.every((splat) => splat !== undefined) && dtype !== 'complex64')
      return { id: first.id, shape, dtype, data: { splat: this.size(splats, where) } };
    const other = constants.findIndex(({ data }) => !sameValues(data, first.data));
    if (other >= 0)
      throw this.failure(`${where} holds other values for ${this.shapes(other)} than for ${this.shapes(0)}`);
    return { id: first.id, shape, dtype, data: first.data };
  }

  private attribute(values: readonly (Attribute | undefined)[], where: string): TemplateAttribute {
    const first = values[0]!;
    if (values.every((value) => typeof value === 'number')) return this.size(values, where);
    const isList = Array.isArray(first);
    if (typeof first !== 'object' || first === null) {
      if (values.some((value) => value !== first))
        throw this.failure(
          `an attribute of ${where} differs with the size: ${values.map(String).join(', ')}`,
        );
      return first;
    }
    const keys = Object.keys(first).join();
    if (
      values.some(
        (value) =>
          typeof value !== 'object' ||
          value === null ||
          Array.isArray(value) !== isList ||
          Object.keys(value).join() !== keys,
      )
    ) {
      throw this.failure(`an attribute of ${where} has another form for another size`);
    }
    const of = (key: string | number): TemplateAttribute =>
      this.attribute(
        values.map((value) => (value as Record<string, Attribute>)[key]),
        where,
      );
    return isList
      ? (first as readonly Attribute[]).map((_, i) => of(i))
      : Object.fromEntries(Object.keys(first).map((key) => [key, of(key)]));
  }

  private size(values: readonly number[], where: string): Size {
    const fitted = fitPolynomial(values, this.options.points);
    if (fitted !== undefined) return fitted;
    const seen = values.slice(0, 3).map((value, i) => `${value} for ${this.shapes(i)}`);
    throw this.failure(`${where} follows the size in no simple way: ${seen.join(', ')}`);
  }

  private shapes(point: number): string {
    return this.options.print(this.options.points[point]!);
  }

  private failure(problem: string): Error {
    return notPolymorphic(
      this.options.subject,
      `its Program cannot be saved for every batch size: ${problem}`,
      'use operations that take the size from their input (-1 in tf.reshape, tf.mean, tf.zerosLike), or give inputs of known sizes',
    );
  }
}

/** The one value that all elements have; strings and empty constants have none. */
function splatOf(data: ConstantData): number | undefined {
  const first = data[0];
  if (typeof first !== 'number') return undefined;
  return (data as readonly number[] | Float32Array).every((value) => Object.is(value, first))
    ? first
    : undefined;
}

function sameValues(a: ConstantData, b: ConstantData): boolean {
  return a.length === b.length && Array.prototype.every.call(a, (value, i) => Object.is(value, b[i]));
}
