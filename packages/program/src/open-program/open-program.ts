// An OpenProgram: a Program whose unknown dimensions, the batch above all, are still open. What backends compile for all batches,
// and what files hold of a function. Finding one of a function is capture-open-program.ts'.
import type * as tf from '@tensorflow/tfjs-core';
import { abstractTensor, currentRecorder, valueOf } from '../capture-backend.js';
import type { DType } from '../dtype.js';
import { isLamellaError, notPolymorphic, programInvalid, shapeMismatch } from '../errors.js';
import type { Program, ValueId, ValueType } from '../program.js';
import { drawRandom } from '../random.js';
import { replay } from '../replay.js';
import { formatShape, type Shape, type SymbolicShape } from '../shape.js';
import { storedFloat, type OpenInput, type OpenProgramGraph } from './graph.js';
import { mergePrograms, type MergeOptions } from './merge-programs.js';
import { fitPolynomial, isPolynomial, type Size } from './size.js';
import { largeTrialPoints, withMoreTrials } from './trial-sizes.js';
import { printOpenProgram } from './print-open-program.js';
import { programAt, recordGraph, shapeAt, typesAt } from './record-graph.js';

/** Points beyond those that determine how a size follows the unknowns. */
const spareTrials = 2;

/** The type of a value at all sizes of the unknowns. */
export interface OpenType {
  readonly shape: readonly Size[];
  readonly dtype: DType;
}

/** What a value's type is at some sizes of the unknowns. */
interface Samples {
  readonly points: readonly (readonly number[])[];
  readonly typeAt: (point: number, id: ValueId) => ValueType;
}

const brand = Symbol.for('lamella.OpenProgram');

/** Programs of one function, by the sizes of its unknowns: with the same inputs and outputs, in the same order, but for those. */
export class OpenProgram {
  private samples: Samples | undefined;
  private derived: OpenProgramGraph | undefined;

  /** `source` is how everything follows the sizes, or gives the Program for some: then that is found out when it is asked for. */
  constructor(
    private readonly source: OpenProgramGraph | ((...sizes: number[]) => Program),
    /** The names of the unknown dimensions; the first is the batch. None in one of a concrete Program. */
    readonly unknowns: readonly string[] = [],
  ) {
    Object.defineProperty(this, brand, { value: true });
  }

  /** A concrete Program as an open one, to be written as JSON. */
  static of(program: Program): OpenProgram {
    return new OpenProgram({
      ...program,
      inputs: program.inputs.map((input) => ({ ...input, ...program.type(input.id) })),
      constants: program.constants.map((constant) => ({ ...constant, ...program.type(constant.id) })),
      nodes: program.nodes.map(({ programs, ...node }) => ({
        ...node,
        ...storedFloat(node, program.values),
        ...(programs && {
          programs: Object.fromEntries(
            Object.entries(programs).map(([name, inner]) => [name, OpenProgram.of(inner).graph]),
          ),
        }),
      })),
    });
  }

  /**
   * What Programs of one function, at several sizes of its unknowns, have in common. Throws: NOT_BATCH_POLYMORPHIC.
   */
  static merge(programs: readonly Program[], options: MergeOptions): OpenProgram {
    const merged = new OpenProgram(mergePrograms(programs, options), options.names);
    merged.samples = { points: options.points, typeAt: (point, id) => programs[point]!.type(id) };
    return merged;
  }

  /** The inputs that a caller gives: all but the random ones. */
  get arguments(): readonly OpenInput[] {
    return this.graph.inputs.filter((input) => input.kind !== 'random');
  }

  /** The arguments' shapes; null where only the call knows. */
  get argumentShapes(): SymbolicShape[] {
    return this.arguments.map(({ shape }) => shape.map((size) => (isPolynomial(size) ? null : size)));
  }

  /** How everything follows the sizes. Throws: NOT_BATCH_POLYMORPHIC. */
  get graph(): OpenProgramGraph {
    if (typeof this.source !== 'function') return this.source;
    return (this.derived ??= this.map((program) => program).graph);
  }

  /** The Program where the unknowns have these sizes. Throws: PROGRAM_INVALID. */
  at(...sizes: number[]): Program {
    const { source } = this;
    if (typeof source === 'function') return source(...sizes);
    const types = source.inputs.map(({ shape, dtype }) => ({ shape: shapeAt(shape, sizes), dtype }));
    return guarded(() => programAt(source, types, sizes));
  }

  /** The Program for arguments of these shapes. Throws: SHAPE_MISMATCH, PROGRAM_INVALID. */
  atShapes(shapes: readonly Shape[]): Program {
    return this.at(...this.sizesOf(shapes));
  }

  /** What `pass` makes of the Programs, for all sizes again. Throws: NOT_BATCH_POLYMORPHIC, where it depends on the sizes. */
  map(pass: (program: Program) => Program, subject = 'Program'): OpenProgram {
    const { unknowns } = this;
    return withMoreTrials(spareTrials, (spare) => {
      const points = largeTrialPoints(unknowns, spare);
      const programs = points.map((sizes) => pass(this.at(...sizes)));
      return OpenProgram.merge(programs, { points, names: unknowns, subject });
    });
  }

  /** The type of any value, whatever the sizes are. Throws: NOT_BATCH_POLYMORPHIC where no size says it. */
  typeOf(id: ValueId): OpenType {
    const seen = this.samples && typeFrom(this.samples, id);
    return (
      seen ??
      withMoreTrials(spareTrials, (spare) => {
        const points = largeTrialPoints(this.unknowns, spare);
        const types = points.map((sizes) => typesAt(this.graph, sizes));
        this.samples = { points, typeAt: (point, value) => types[point]!.get(value)! };
        const found = typeFrom(this.samples, id);
        if (found !== undefined) return found;
        throw notPolymorphic(
          'Program',
          `the shape of %${id} follows the sizes in no simple way`,
          'give inputs of known sizes',
        );
      })
    );
  }

  /**
   * Computes with tensors, one for each of {@link arguments}: under a capture it becomes part of the Program, and random
   * numbers are drawn anew in the current scope, as the function itself would draw them.
   * Throws: SHAPE_MISMATCH, PROGRAM_INVALID.
   */
  call(tensors: readonly tf.Tensor[]): tf.Tensor[] {
    const sizes = this.sizesOf(tensors.map((tensor) => tensor.shape));
    const given = [...tensors];
    const { inputs, outputs } = this.graph;
    const all = inputs.map((input) => (input.kind === 'random' ? draw(input, sizes) : given.shift()!));
    const recorder = currentRecorder();
    if (recorder === undefined) return replay(this.at(...sizes), all);
    const values = all.map((tensor) => valueOf(tensor, recorder));
    const places = guarded(() => recordGraph(recorder, this.graph, values, sizes));
    return outputs.map(({ id }) => abstractTensor(recorder, places.get(id)!));
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

  /** A listing, one line a node, with sizes in the unknown dimensions: `%0: float32[batch, 10] argument "x"`. */
  toString(): string {
    return printOpenProgram(this.graph, this.unknowns);
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

function draw({ random, shape }: OpenInput, sizes: readonly number[]): tf.Tensor {
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

/** The type of a value as far as samples tell. */
function typeFrom({ points, typeAt }: Samples, id: ValueId): OpenType | undefined {
  const types = points.map((_, point) => typeAt(point, id));
  const { shape, dtype } = types[0]!;
  const sizes = shape.map((_, axis) => {
    const along = types.map((type) => type.shape[axis]!);
    return fitPolynomial(along, points);
  });
  return sizes.every((size) => size !== undefined) ? { shape: sizes, dtype } : undefined;
}

/** Whether sizes of `program` are open. */
export function isOpenProgram(program: Program | OpenProgram): program is OpenProgram {
  return brand in program;
}
