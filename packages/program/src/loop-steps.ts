// How many steps the loops of a run take: a small file may hold one that never ends. Found out before a run where a loop says
// its length, and counted by the backend where a condition alone ends it. Not here: how much memory steps take (held-at-once.ts).
import { loopTooLong, scopeLabel } from './errors.js';
import { scanKernel, whileKernel, type Program, type ProgramNode } from './program.js';
import { isControlFlow, mapPrograms, nodesWithin } from './subprograms.js';

/** Steps that all loops of a run take together, those of loops in loops counted each time. */
const mostLoopSteps = 2 ** 21;

/** A quarter of them are for loops that a condition alone ends, as a power of two: some seconds of a processor. */
const bitsOfOpen = 19;

/**
 * The Program, each loop of which ends: where a condition alone ends one, its attribute `mostSteps` says at how many steps the
 * backend gives up. They depend on how loops lie in and beside one another, and on no size. For backends, before they compile.
 * Throws: LOOP_TOO_LONG, naming the layer.
 */
export function boundLoops(program: Program): Program {
  const loops = [...nodesWithin(program)].filter(isLoop);
  if (loops.length === 0) return program;
  const bits = bitsOfOpen - Math.ceil(Math.log2(Math.max(1, loops.filter(isOpen).length)));
  const bounded = withLimits(program, 0, bits);
  const steps = stepsOf(bounded);
  if (steps <= mostLoopSteps) return bounded;
  const longest = loops.reduce((a, b) => (lengthOf(b) > lengthOf(a) ? b : a));
  throw loopTooLong(scopeLabel(longest.scope), { most: mostLoopSteps, got: steps });
}

/** `around` counts the loops around it. */
function withLimits(program: Program, around: number, bits: number): Program {
  const nodes = program.nodes.map((node) => {
    if (!isControlFlow(node)) return node;
    const inside = around + (isLoop(node) ? 1 : 0);
    const bounded = mapPrograms(node, (inner) => withLimits(inner, inside, bits));
    if (!isOpen(node)) return bounded;
    const mostSteps = 2 ** Math.floor(bits / (around + levelsOf(node)));
    return { ...bounded, attrs: { ...node.attrs, mostSteps } };
  });
  return nodes.every((node, i) => node === program.nodes[i]) ? program : program.with({ nodes });
}

/** How many loops lie in one another, with this node. */
function levelsOf(node: ProgramNode): number {
  const inside = Object.values(node.programs ?? {}).flatMap(({ nodes }) => nodes.filter(isControlFlow));
  return (isLoop(node) ? 1 : 0) + Math.max(0, ...inside.map(levelsOf));
}

function stepsOf({ nodes }: Program): number {
  return nodes.filter(isControlFlow).reduce((sum, node) => {
    const inside = Object.values(node.programs ?? {}).reduce((steps, inner) => steps + stepsOf(inner), 0);
    return sum + (isLoop(node) ? lengthOf(node) * (1 + inside) : inside);
  }, 0);
}

function isLoop({ kernel }: ProgramNode): boolean {
  return kernel === scanKernel || kernel === whileKernel;
}

/** Whether a condition alone ends it. */
function isOpen({ kernel, attrs }: ProgramNode): boolean {
  return kernel === whileKernel && (attrs['maximumIterations'] ?? null) === null;
}

function lengthOf({ kernel, attrs }: ProgramNode): number {
  return Number(
    kernel === scanKernel ? attrs['length'] : (attrs['maximumIterations'] ?? attrs['mostSteps'] ?? 1),
  );
}
