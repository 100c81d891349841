// Which part of a Program runs where: ONNX Runtime first, then, in one call, the loops of @lamella/fused.
// The loops get what is element-wise and feeds nothing but other such nodes and the outputs: optimizer updates above all.
import { isElementWise, supports } from '@lamella/fused';
import { sizeOf, type Program, type ProgramNode, type ProgramOutput, type ValueId } from '@lamella/program';
import { isSmall } from './small-work.js';

/** A part of a Program, and what its inputs and outputs are in the whole: an index, or -1 for a value between the parts. */
export interface Part {
  readonly program: Program;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** The parts of a Program, in the order in which they run. Values between them have the same name in both. */
export interface Partition {
  readonly graph: Part | undefined;
  readonly loops: Part | undefined;
}

/** Splits a Program. Without updates there is nothing to gain by loops, unless they take it whole. */
export function partition(program: Program, smallWork = true): Partition {
  const whole: Part = {
    program,
    inputs: program.inputs.map((_, i) => i),
    outputs: program.outputs.map((_, i) => i),
  };
  const isSupported = program.nodes.length > 0 && program.nodes.every((node) => supports(node, program));
  if (smallWork && isSupported && isSmall(program)) return { graph: undefined, loops: whole };
  const looped = program.updates.length === 0 ? new Set<ProgramNode>() : loopedNodes(program);
  if (looped.size === 0) return { graph: whole, loops: undefined };
  const ordered = program.nodes.filter((node) => looped.has(node));
  const given = new Set(program.inputs.map((input) => input.id));
  for (const { id } of program.constants) given.add(id);
  const inLoops = new Set(ordered.flatMap((node) => node.outputs));
  const between = [...new Set(ordered.flatMap((node) => Object.values(node.inputs)))]
    .filter((id) => !given.has(id) && !inLoops.has(id))
    .map((id): ProgramOutput => ({ id, name: `%${id}` }));
  const nodes = program.nodes.filter((node) => !looped.has(node));
  return {
    graph:
      nodes.length === 0 && program.outputs.every(({ id }) => inLoops.has(id))
        ? undefined
        : part(program, nodes, (id) => !inLoops.has(id), [], between),
    loops: part(program, ordered, (id) => inLoops.has(id), between, []),
  };
}

/** Element-wise nodes that only such nodes and outputs read, unless reading them takes more than handing over the result. */
function loopedNodes(program: Program): Set<ProgramNode> {
  const looped = new Set<ProgramNode>();
  const neededInGraph = new Set<ValueId>();
  for (const node of [...program.nodes].reverse()) {
    if (isElementWise(node, program) && !node.outputs.some((id) => neededInGraph.has(id))) looped.add(node);
    else for (const id of Object.values(node.inputs)) neededInGraph.add(id);
  }
  const computedInGraph = new Set<ValueId>();
  for (const node of program.nodes) {
    const fromGraph = new Set(Object.values(node.inputs).filter((id) => computedInGraph.has(id)));
    const read = [...fromGraph].reduce((sum, id) => sum + sizeOf(program.type(id).shape), 0);
    const isDear = fromGraph.size > 1 && read > sizeOf(program.type(node.outputs[0]!).shape);
    if (looped.has(node) && !isDear) continue;
    if (looped.has(node) && readsLoops(node, program, computedInGraph)) continue;
    looped.delete(node);
    for (const id of node.outputs) computedInGraph.add(id);
  }
  return looped;
}

/** Whether a node reads what loops compute, so that it cannot run before them. */
function readsLoops(node: ProgramNode, program: Program, computedInGraph: ReadonlySet<ValueId>): boolean {
  const given = new Set([...program.inputs, ...program.constants].map(({ id }) => id));
  return Object.values(node.inputs).some((id) => !given.has(id) && !computedInGraph.has(id));
}

function part(
  program: Program,
  nodes: readonly ProgramNode[],
  isOwn: (id: ValueId) => boolean,
  arriving: readonly ProgramOutput[],
  leaving: readonly ProgramOutput[],
): Part {
  const outputs = program.outputs.flatMap((output, index) => (isOwn(output.id) ? [{ output, index }] : []));
  const used = new Set([
    ...nodes.flatMap((node) => Object.values(node.inputs)),
    ...outputs.map(({ output }) => output.id),
  ]);
  const inputs = program.inputs.flatMap((input, index) => (used.has(input.id) ? [{ input, index }] : []));
  const inputIndex = new Map(inputs.map(({ index }, i) => [index, i]));
  const outputIndex = new Map(outputs.map(({ index }, i) => [index, i]));
  return {
    program: program.with({
      inputs: [
        ...inputs.map(({ input }) => input),
        ...arriving.map(({ id, name }) => ({ id, name, kind: 'argument' as const })),
      ],
      constants: program.constants.filter(({ id }) => used.has(id)),
      nodes,
      outputs: [...outputs.map(({ output }) => output), ...leaving],
      updates: program.updates.flatMap(({ output, input }) => {
        const [o, i] = [outputIndex.get(output), inputIndex.get(input)];
        return o === undefined || i === undefined ? [] : [{ output: o, input: i }];
      }),
    }),
    inputs: [...inputs.map(({ index }) => index), ...arriving.map(() => -1)],
    outputs: [...outputs.map(({ index }) => index), ...leaving.map(() => -1)],
  };
}
