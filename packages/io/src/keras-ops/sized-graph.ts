// A saved function's Program, simplified, with the type of every value: its sizes are numbers or follow the unknown
// dimensions. Templates keep the types of their ends alone; here those between are found by looking at several sizes.
import {
  fitPolynomial,
  foldConstants,
  formatShape,
  isPolynomial,
  mergeCommon,
  mergePrograms,
  monomials,
  Polynomial,
  removeDeadCode,
  removeIdentities,
  sizeAt,
  unrollScans,
  type DType,
  type Program,
  type ProgramTemplate,
  type Size,
  type ValueId,
} from '@lamella/program';

export type Graph = ReturnType<typeof mergePrograms>;
export type GraphNode = Graph['nodes'][number];
export type GraphConstant = Graph['constants'][number];

/** The type of a value at all sizes of the unknowns. */
export interface SizedType {
  readonly sizes: readonly Size[];
  readonly dtype: DType;
}

export interface SizedGraph {
  readonly graph: Graph;
  typeOf(id: ValueId): SizedType;
}

/** Sizes that no attribute has by chance. */
const primes = [131, 137, 139, 149, 151, 157, 163, 167, 173, 179, 181, 191, 193, 197, 199, 211];
/** Points beyond those that determine a polynomial. */
const spare = 2;

/** Throws: NOT_BATCH_POLYMORPHIC, for what simplifies in another way at another size. */
export function sizedGraph(template: ProgramTemplate, subject: string): SizedGraph {
  const { unknowns, arguments: args } = template;
  const points = samplePoints(unknowns.length);
  const shapesAt = (sizes: readonly number[]): number[][] =>
    args.map(({ shape }) => shape.map((size) => sizeAt(size, sizes)));
  // Files of Keras hold no function that a scan could call: it is written out, where the number of its steps is known.
  const isOpen = template.graph.nodes.some(({ attrs }) => isPolynomial(attrs['length']));
  const programs = points.map((sizes) => {
    const program = template.at(shapesAt(sizes));
    return prepared(isOpen ? program : unrollScans(program));
  });
  const graph = mergePrograms(programs, {
    points,
    unknowns,
    subject,
    places: args.map(({ shape }) => shape.map((size) => (isPolynomial(size) ? (size.isolated ?? -1) : -1))),
    print: (sizes) => shapesAt(sizes).map(formatShape).join(', '),
  });
  const typeOf = (id: ValueId): SizedType => {
    const types = programs.map((program) => program.type(id));
    const { shape, dtype } = types[0]!;
    const sizes = shape.map((_, axis) => {
      const size = fitPolynomial(
        types.map((type) => type.shape[axis]!),
        points,
      );
      // What merged without complaint has sizes that follow the unknowns.
      return size!;
    });
    return { sizes, dtype };
  };
  return { graph, typeOf };
}

/** Gradients kept for tf.customGrad stay: they are exported too. */
function prepared(program: Program): Program {
  return [removeIdentities, foldConstants, removeIdentities, mergeCommon, removeDeadCode].reduce(
    (current, pass) => pass(current),
    program,
  );
}

function samplePoints(unknowns: number): number[][] {
  if (unknowns === 0) return [[]];
  return Array.from({ length: monomials(unknowns).length + spare }, (_, point) =>
    Array.from({ length: unknowns }, (_, i) => primes[(point * (i + 1) + i) % primes.length]!),
  );
}

/** The sum of two sizes, the second one `times` times. */
export function sumOfSizes(a: Size, b: Size, times = 1): Size {
  const coefficients = new Map<string, number>();
  const add = (size: Size, factor: number): void => {
    const terms = isPolynomial(size) ? size.terms : [{ coefficient: size, powers: [] }];
    for (const { coefficient, powers } of terms) {
      const key = powers.some((power) => power > 0) ? powers.join() : '';
      coefficients.set(key, (coefficients.get(key) ?? 0) + factor * coefficient);
    }
  };
  add(a, 1);
  add(b, times);
  const open = [...coefficients].filter(([key, coefficient]) => key !== '' && coefficient !== 0);
  const constant = coefficients.get('') ?? 0;
  if (open.length === 0) return constant;
  const terms = open.map(([key, coefficient]) => ({ coefficient, powers: key.split(',').map(Number) }));
  const zeros = terms[0]!.powers.map(() => 0);
  return new Polynomial(constant === 0 ? terms : [{ coefficient: constant, powers: zeros }, ...terms]);
}

/** Whether two sizes are the same whatever the unknowns are. */
export function sameSize(a: Size, b: Size): boolean {
  return sumOfSizes(a, b, -1) === 0;
}

/** Whether two lists of sizes are the same whatever the unknowns are. */
export function sameSizes(a: readonly Size[], b: readonly Size[]): boolean {
  return a.length === b.length && a.every((size, axis) => sameSize(size, b[axis]!));
}
