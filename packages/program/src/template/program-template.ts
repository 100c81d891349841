// A ProgramTemplate: a Program whose unknown dimensions, the batch above all, are still open. What files hold of a
// function. It can be run at any sizes and written as JSON; finding one is capture-template.ts'.
import type * as tf from '@tensorflow/tfjs-core';
import { currentRecorder } from '../capture-backend.js';
import { isLamellaError, programInvalid, shapeMismatch } from '../errors.js';
import type { Program } from '../program.js';
import { drawRandom } from '../random.js';
import { formatShape, type Shape, type SymbolicShape } from '../shape.js';
import type { TemplateGraph, TemplateInput } from './graph.js';
import { isPolynomial, type Size } from './polynomial.js';
import { printTemplate } from './print-template.js';
import { programAt, runGraph, shapeAt } from './run-graph.js';
import { readTemplate, writeTemplate, type TemplateJson } from './template-json.js';

export class ProgramTemplate {
  constructor(
    readonly graph: TemplateGraph,
    /** The names of the unknown dimensions; the first is the batch. None in a template of a concrete Program. */
    readonly unknowns: readonly string[] = [],
  ) {}

  /** A concrete Program as a template, to be written as JSON. */
  static of(program: Program): ProgramTemplate {
    return new ProgramTemplate({
      ...program,
      inputs: program.inputs.map((input) => ({ ...input, ...program.type(input.id) })),
      constants: program.constants.map((constant) => ({ ...constant, ...program.type(constant.id) })),
      nodes: program.nodes.map(({ programs, ...node }) => ({
        ...node,
        ...(programs && {
          programs: Object.fromEntries(
            Object.entries(programs).map(([name, inner]) => [name, ProgramTemplate.of(inner).graph]),
          ),
        }),
      })),
    });
  }

  /** Reads what {@link toJSON} wrote, which may be hostile. Throws: PROGRAM_INVALID. */
  static fromJSON(json: unknown): ProgramTemplate {
    return new ProgramTemplate(...readTemplate(json));
  }

  /** The inputs that a caller gives: all but the random ones. */
  get arguments(): readonly TemplateInput[] {
    return this.graph.inputs.filter((input) => input.kind !== 'random');
  }

  /** The arguments' shapes; null where only the call knows. */
  get argumentShapes(): SymbolicShape[] {
    return this.arguments.map(({ shape }) => shape.map((size) => (isPolynomial(size) ? null : size)));
  }

  /** The Program for arguments of these shapes. Throws: SHAPE_MISMATCH, PROGRAM_INVALID. */
  at(shapes: readonly Shape[]): Program {
    const sizes = this.sizesOf(shapes);
    const types = this.graph.inputs.map(({ shape, dtype }) => ({ shape: shapeAt(shape, sizes), dtype }));
    return guarded(() => programAt(this.graph, types, sizes));
  }

  /**
   * Computes with tensors, one for each of {@link arguments}: under a capture it becomes part of the Program, and random
   * numbers are drawn anew in the current scope, as the function itself would draw them.
   * Throws: SHAPE_MISMATCH, PROGRAM_INVALID.
   */
  call(tensors: readonly tf.Tensor[]): tf.Tensor[] {
    const sizes = this.sizesOf(tensors.map((tensor) => tensor.shape));
    const given = [...tensors];
    const inputs = this.graph.inputs.map((input) =>
      input.kind === 'random' ? draw(input, sizes) : given.shift()!,
    );
    return guarded(() => runGraph(this.graph, inputs, sizes));
  }

  /** The sizes of the unknowns for arguments of these shapes. Throws: SHAPE_MISMATCH. */
  sizesOf(shapes: readonly Shape[]): number[] {
    const wanted = this.arguments;
    if (shapes.length !== wanted.length)
      throw shapeMismatch('Program', `expected ${wanted.length} inputs, got ${shapes.length}`);
    const sizes: (number | undefined)[] = this.unknowns.map(() => undefined);
    const fits = wanted.every(
      ({ shape }, i) =>
        shape.length === shapes[i]!.length &&
        shape.every((size, axis) => this.bind(sizes, size, shapes[i]![axis]!)),
    );
    if (fits && sizes.every((size) => size !== undefined)) return sizes as number[];
    const print = (shape: readonly Size[]): string =>
      `[${shape.map((size) => this.printSize(size)).join(', ')}]`;
    throw shapeMismatch(
      'Program',
      `expected inputs ${wanted.map((input) => print(input.shape)).join(', ')}, got ${shapes.map(formatShape).join(', ')}`,
    );
  }

  /** The JSON form: versioned, plain data. */
  toJSON(): TemplateJson {
    return writeTemplate(this.graph, this.unknowns);
  }

  /** A listing, one line a node, with sizes in the unknown dimensions: `%0: float32[batch, 10] argument "x"`. */
  toString(): string {
    return printTemplate(this.graph, this.unknowns);
  }

  private bind(sizes: (number | undefined)[], size: Size, given: number): boolean {
    if (!isPolynomial(size)) return size === given;
    const index = size.isolated;
    if (index === undefined) return false;
    sizes[index] ??= given;
    return sizes[index] === given;
  }

  private printSize(size: Size): string {
    return isPolynomial(size) ? size.print(this.unknowns) : String(size);
  }
}

function draw({ random, shape }: TemplateInput, sizes: readonly number[]): tf.Tensor {
  const { distribution, stream, seed } = random!;
  const scope = stream.slice(0, stream.lastIndexOf(':'));
  const make = (): tf.Tensor => drawRandom(distribution as 'uniform', shapeAt(shape, sizes), seed);
  const recorder = currentRecorder();
  return recorder === undefined || scope === '' ? make() : recorder.within(scope, make);
}

/** What a stored Program's nodes throw that is no coded error comes from nonsense in it. */
function guarded<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw isLamellaError(cause)
      ? cause
      : programInvalid(`it cannot run: ${(cause as Error).message}`, undefined, cause);
  }
}
