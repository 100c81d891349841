// Makes one open Program of Programs captured from one function at several sizes: what is equal stays, what differs must follow
// the sizes. Not here: choosing the sizes (capture-open-program.ts).
import { notPolymorphic } from '../errors.js';
import type {
  Attribute,
  ConstantData,
  Program,
  ProgramConstant,
  ProgramNode,
  ValueType,
} from '../program.js';
import {
  storedFloat,
  type OpenAttribute,
  type OpenConstant,
  type OpenInput,
  type OpenNode,
  type OpenProgramGraph,
} from './graph.js';
import { fitPolynomial, type Size } from './size.js';
import { batchName } from './trial-sizes.js';

export interface MergeOptions {
  /** The sizes of the unknowns at which each Program was captured. */
  readonly points: readonly (readonly number[])[];
  /** What the unknowns are called. */
  readonly names: readonly string[];
  /** Names the user's object in errors. */
  readonly subject: string;
}

/** Throws: NOT_BATCH_POLYMORPHIC. */
export function mergePrograms(programs: readonly Program[], options: MergeOptions): OpenProgramGraph {
  return new Merge(options).graph(programs);
}

class Merge {
  constructor(private readonly options: MergeOptions) {}

  graph(programs: readonly Program[]): OpenProgramGraph {
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
          `it has ${count(first)} ${what} for ${this.at(0)} and ${count(programs[other]!)} for ${this.at(other)}`,
          programs.map(count),
        );
    }
    return {
      inputs: first.inputs.map((input, i): OpenInput => {
        const types = programs.map((program) => program.type(program.inputs[i]!.id));
        const shape = types[0]!.shape.map((_, axis) =>
          this.size(
            types.map((type) => type.shape[axis]!),
            `the shape of ${input.kind} input "${input.name}"`,
          ),
        );
        return { ...input, dtype: types[0]!.dtype, shape };
      }),
      constants: first.constants.map((constant, i) =>
        this.constant(
          programs,
          programs.map((p) => p.constants[i]!),
          constant,
        ),
      ),
      nodes: first.nodes.map((_, i) =>
        this.node(
          programs.map((p) => p.nodes[i]!),
          i,
          first.values,
        ),
      ),
      outputs: first.outputs,
      updates: [],
    };
  }

  private node(given: readonly ProgramNode[], index: number, values: readonly ValueType[]): OpenNode {
    const nodes = withTiles(given);
    const first = nodes[0]!;
    const where = `operation ${index + 1}, ${first.kernel}`;
    const wiring = (node: ProgramNode): string =>
      JSON.stringify([node.kernel, node.inputs, node.outputs, Object.keys(node.programs ?? {})]);
    const other = nodes.findIndex((node) => wiring(node) !== wiring(first));
    if (other >= 0) {
      throw this.failure(
        `operation ${index + 1} is ${first.kernel} for ${this.at(0)} and ${nodes[other]!.kernel} for ${this.at(other)}, or reads something else`,
        nodes.map(wiring),
      );
    }
    const inner = Object.keys(first.programs ?? {}).map((name) => [
      name,
      this.graph(nodes.map((node) => node.programs![name]!)),
    ]);
    return {
      kernel: first.kernel,
      inputs: first.inputs,
      attrs: this.attribute(
        nodes.map((node) => node.attrs),
        where,
      ) as Readonly<Record<string, OpenAttribute>>,
      outputs: first.outputs,
      scope: first.scope,
      ...storedFloat(first, values),
      ...(inner.length > 0 && { programs: Object.fromEntries(inner) as Record<string, OpenProgramGraph> }),
    };
  }

  private constant(
    programs: readonly Program[],
    constants: readonly ProgramConstant[],
    first: ProgramConstant,
  ): OpenConstant {
    const where = `constant %${first.id}`;
    const types = constants.map((constant, i) => programs[i]!.type(constant.id));
    if (types.some((type) => type.shape.length !== types[0]!.shape.length))
      throw this.failure(
        `${where} has another rank for another size`,
        types.map((type) => type.shape.length),
      );
    const shape = types[0]!.shape.map((_, axis) =>
      this.size(
        types.map((type) => type.shape[axis]!),
        `the shape of ${where}`,
      ),
    );
    const { dtype } = types[0]!;
    // One without values may be of any size; which value it has none of is all the same.
    const isEmpty = shape.some((size) => typeof size !== 'number') && constants.every(hasNoValues);
    const splats = constants.map(({ data }) => (isEmpty && dtype !== 'string' ? 0 : splatOf(data)));
    if (splats.every((splat) => splat !== undefined) && dtype !== 'complex64')
      return { id: first.id, shape, dtype, data: { splat: this.size(splats, where) } };
    const other = constants.findIndex(({ data }) => !sameValues(data, first.data));
    if (other >= 0)
      throw this.failure(`${where} holds other values for ${this.at(other)} than for ${this.at(0)}`);
    return { id: first.id, shape, dtype, data: first.data };
  }

  private attribute(values: readonly (Attribute | undefined)[], where: string): OpenAttribute {
    const first = values[0]!;
    if (values.every((value) => typeof value === 'number')) return this.size(values, where);
    const isList = Array.isArray(first);
    if (typeof first !== 'object' || first === null) {
      if (values.some((value) => value !== first))
        throw this.failure(
          `an attribute of ${where} differs with the size: ${values.map(String).join(', ')}`,
          values,
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
    const of = (key: string | number): OpenAttribute =>
      this.attribute(
        values.map((value) => (value as Record<string, Attribute>)[key]),
        where,
      );
    return isList
      ? (first as readonly Attribute[]).map((_, i) => of(i))
      : Object.fromEntries(Object.keys(first).map((key) => [key, of(key)]));
  }

  private size(values: readonly number[], where: string): Size {
    const found = fitPolynomial(values, this.options.points);
    if (found !== undefined) return found;
    const seen = values.slice(0, 3).map((value, i) => `${value} for ${this.at(i)}`);
    throw this.failure(`${where} follows the size in no simple way: ${seen.join(', ')}`, values);
  }

  /** `batch 3, axis_1 131`. */
  private at(point: number): string {
    const { names, points } = this.options;
    return names.map((name, i) => `${name} ${points[point]![i]!}`).join(', ');
  }

  /** `values` are what differs, one for each point. */
  private failure(problem: string, values: readonly unknown[] = []): Error {
    const { names, points, subject } = this.options;
    const blamed = unknownsToBlame(values, points).map((unknown) => sizeNamed(names[unknown]!));
    return notPolymorphic(
      subject,
      `its Program cannot be saved for every ${blamed.join(' and ')}: ${problem}`,
      'use operations that take the size from their input (-1 in tf.reshape, tf.mean, tf.zerosLike), or give inputs of known sizes',
    );
  }
}

/** Where a size is 1, tfjs writes an identity for what repeats nothing there: a Tile at other sizes. */
function withTiles(nodes: readonly ProgramNode[]): readonly ProgramNode[] {
  const tile = nodes.find(({ kernel }) => kernel === 'Tile');
  if (tile === undefined) return nodes;
  const attrs = { ...tile.attrs, reps: (tile.attrs['reps'] as readonly number[]).map(() => 1) };
  return nodes.map((node) => (node.kernel === 'Identity' ? { ...node, kernel: 'Tile', attrs } : node));
}

/** The unknowns that values at these points follow, as far as points that differ in one unknown alone tell. */
function unknownsToBlame(values: readonly unknown[], points: MergeOptions['points']): number[] {
  const unknowns = points[0]!.map((_, i) => i);
  const verdicts = unknowns.map((unknown) => {
    const others = (p: number): string => points[p]!.filter((_, i) => i !== unknown).join();
    const pairs = points.flatMap((_, p) => (p > 0 && others(p) === others(p - 1) ? [p] : []));
    return pairs.length === 0 ? undefined : pairs.some((p) => values[p] !== values[p - 1]);
  });
  const certain = unknowns.filter((unknown) => verdicts[unknown] === true);
  return certain.length > 0 ? certain : unknowns.filter((unknown) => verdicts[unknown] !== false);
}

/** `batch size`, `size of axis 1`, `size of axis 1 of "x"`. */
function sizeNamed(name: string): string {
  if (name === batchName) return 'batch size';
  const tied = /^axis_(\d+)$/.exec(name);
  const own = /^(.*)\.(\d+)$/.exec(name);
  if (tied !== null) return `size of axis ${tied[1]}`;
  return own === null ? `size "${name}"` : `size of axis ${own[2]} of "${own[1]}"`;
}

/** The one value that all elements have; strings and empty constants have none. */
function splatOf(data: ConstantData): number | undefined {
  const first = data[0];
  if (typeof first !== 'number') return undefined;
  return (data as readonly number[] | Float32Array).every((value) => Object.is(value, first))
    ? first
    : undefined;
}

function hasNoValues({ data }: { readonly data: ConstantData }): boolean {
  return data.length === 0;
}

function sameValues(a: ConstantData, b: ConstantData): boolean {
  return a.length === b.length && Array.prototype.every.call(a, (value, i) => Object.is(value, b[i]));
}
