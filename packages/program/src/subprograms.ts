// The kernels whose nodes hold Programs, and the way through the Programs in a Program. Whoever looks into held Programs, be it
// a pass, a file or a backend, does it by this. Not here: what each kernel means (control-flow/).
import { condHolder } from './control-flow/cond-kernel.js';
import { customGradientHolder } from './control-flow/custom-gradient-kernel.js';
import { scanHolder } from './control-flow/scan-kernel.js';
import { whileHolder } from './control-flow/while-kernel.js';
import type { HoldingKernel } from './holding-kernel.js';
import {
  condKernel,
  customGradientKernel,
  scanKernel,
  whileKernel,
  type Program,
  type ProgramNode,
} from './program.js';

const holdingKernels: Readonly<Record<string, HoldingKernel>> = {
  [condKernel]: condHolder,
  [customGradientKernel]: customGradientHolder,
  [scanKernel]: scanHolder,
  [whileKernel]: whileHolder,
};

/** What is known of a kernel whose nodes hold Programs; undefined for all others. */
export function holdingKernel(kernel: string): HoldingKernel | undefined {
  return Object.hasOwn(holdingKernels, kernel) ? holdingKernels[kernel] : undefined;
}

/** Whether a node runs Programs that it holds: all but the gradients kept for `tf.customGrad`. */
export function isControlFlow({ kernel }: Pick<ProgramNode, 'kernel'>): boolean {
  return kernel !== customGradientKernel && holdingKernel(kernel) !== undefined;
}

/** The node with each Program that it holds replaced; the very same node where none changes. */
export function mapPrograms(
  node: ProgramNode,
  change: (program: Program, name: string) => Program,
): ProgramNode {
  if (node.programs === undefined) return node;
  const before = Object.entries(node.programs);
  const after = before.map(([name, program]) => [name, change(program, name)] as const);
  return after.every(([, program], i) => program === before[i]![1])
    ? node
    : { ...node, programs: Object.fromEntries(after) };
}

/** The Program with each Program that its nodes hold replaced, which is not done within those. */
export function mapInside(program: Program, change: (program: Program) => Program): Program {
  const nodes = program.nodes.map((node) => mapPrograms(node, change));
  return nodes.every((node, i) => node === program.nodes[i]) ? program : program.with({ nodes });
}

/** All nodes of a Program, with those of the Programs that they hold. */
export function* nodesWithin(program: Program): Generator<ProgramNode> {
  for (const node of program.nodes) {
    yield node;
    for (const inner of Object.values(node.programs ?? {})) yield* nodesWithin(inner);
  }
}
