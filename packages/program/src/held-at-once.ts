// How many elements a Program holds at once while it runs, from the shapes of its values: a small file may ask for more than any
// memory. Found out before anything is allocated. Not here: what a whole load may cost (budget.ts), arenas of backends.
import { sizesExceeded, scopeLabel } from './errors.js';
import type { Program, ValueId } from './program.js';
import { formatShape, sizeOf, type SymbolicShape } from './shape.js';
import { traitsOf } from './kernels.js';

/** What a layer may hold for one example: 4 GiB of float32. */
export const mostForOne = 2 ** 30;

/** What a run may hold: 16 GiB of float32. */
const mostInRun = 2 ** 32;

/** What a node gives, or a random input holds. */
interface Part {
  readonly scope: string;
  readonly what: string;
  readonly shape: SymbolicShape;
  readonly elements: number;
}

/** What a Program holds at a moment, and the largest part of it. */
interface Held {
  readonly elements: number;
  readonly largest: Part;
}

const nothing: Part = { scope: '', what: '', shape: [0], elements: 0 };

/** For backends, before they allocate. Throws: SIZES_EXCEEDED, naming the layer. */
export function requireRoom(program: Program): void {
  check([program], mostInRun);
}

/**
 * For layers: `trials` are Programs of one at several sizes of the unknown dimensions, of which one stands for all: what does not
 * fit for one example fits for none. Throws: SIZES_EXCEEDED, naming the layer.
 */
export function requireRoomForOne(trials: readonly Program[]): void {
  const [first, ...rest] = trials;
  // Where loops in JavaScript follow a size, the Programs differ; a run then knows.
  const isAlike = (one: Program): boolean =>
    one.values.length === first!.values.length && one.nodes.length === first!.nodes.length;
  if (rest.every(isAlike)) check(trials, mostForOne);
}

/**
 * For a result of a layer that no Program says: `rows` stand for its first size where that is unknown; without them one example
 * stands for all. Throws: SIZES_EXCEEDED, naming the layer.
 */
export function requireRoomForResult(subject: string, shape: SymbolicShape, rows?: number): void {
  const most = rows === undefined ? mostForOne : mostInRun;
  const elements = sizeOf(shape.map((size, axis) => size ?? (axis === 0 ? (rows ?? 1) : 1)));
  if (!(elements <= most)) throw sizesExceeded(subject, most, elements, `a result ${formatShape(shape)}`);
}

function check(trials: readonly Program[], most: number): void {
  const { elements, largest } = heldAtOnce(trials);
  if (elements <= most) return;
  const { scope, what, shape } = largest;
  throw sizesExceeded(scopeLabel(scope), most, elements, `${what} ${formatShape(shape)}`);
}

/** The most that is held at any node. What only has another shape than what it is made of takes no memory of its own. */
function heldAtOnce(trials: readonly Program[]): Held {
  const [program, ...others] = trials as [Program, ...Program[]];
  const partOf = (id: ValueId, scope: string, what: string): Part => {
    const shape = program.values[id]!.shape.map((size, axis) =>
      others.every((other) => other.values[id]!.shape[axis] === size) ? size : null,
    );
    return { scope, what, shape, elements: sizeOf(shape.map((size) => size ?? 1)) };
  };
  const lastUse = new Map<ValueId, number>();
  program.nodes.forEach(({ inputs, outputs }, i) => {
    for (const id of [...outputs, ...Object.values(inputs)]) lastUse.set(id, i);
  });
  for (const { id } of program.outputs) lastUse.delete(id);
  const drawn = program.inputs.flatMap(({ id, random }) =>
    random === undefined ? [] : [partOf(id, random.stream.replace(/:\d+$/, ''), 'random numbers of shape')],
  );
  let largest = drawn.reduce(larger, nothing);
  let held = drawn.reduce((sum, { elements }) => sum + elements, 0);
  let most: Held = { elements: held, largest };
  const sizes = new Map<ValueId, number>();
  program.nodes.forEach((node, i) => {
    const { kernel, inputs, outputs, scope, programs } = node;
    if (traitsOf(kernel).moves !== 'shape')
      for (const id of outputs) {
        const made = partOf(id, scope, `${kernel} gives`);
        largest = larger(largest, made);
        sizes.set(id, made.elements);
        held += made.elements;
      }
    const inside = Object.keys(programs ?? {})
      .map((name) => heldAtOnce(trials.map(({ nodes }) => nodes[i]!.programs![name]!)))
      .reduce(larger, { elements: 0, largest: nothing });
    if (held + inside.elements > most.elements)
      most = { elements: held + inside.elements, largest: larger(largest, inside.largest) };
    for (const id of new Set([...outputs, ...Object.values(inputs)]))
      if (lastUse.get(id) === i) held -= sizes.get(id) ?? 0;
  });
  return most;
}

function larger<T extends { readonly elements: number }>(a: T, b: T): T {
  return b.elements > a.elements ? b : a;
}
