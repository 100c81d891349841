// A compiled Program: an ONNX graph, then WebAssembly loops, or one of the two. Values between them lie in the arena.
import type { HostComputation } from '@lamella/core';
import { sharedArena, type RandomFill } from '@lamella/fused';
import type { HostTensor, Program, ProgramUpdate } from '@lamella/program';
import { arenaZeros } from './arena-zeros.js';
import type { GraphPart } from './graph-part.js';
import { itemsAt } from './items.js';
import type { LoopsPart } from './loops-part.js';
import type { Part, Partition } from './partition.js';

/** What runs the graph of a Program. */
export type GraphRunner = Pick<GraphPart, 'run' | 'dispose'>;

/** Runs the parts of one Program; see {@link HostComputation}. */
export class OnnxComputation implements HostComputation {
  readonly inPlace: readonly ProgramUpdate[];
  readonly allocate = arenaZeros;
  /** By name: what the graph hands to the loops. */
  private readonly between = new Map<string, HostTensor>();
  private readonly graphTargets: readonly (HostTensor | undefined)[];
  private readonly loopsGiven: readonly (HostTensor | undefined)[];

  constructor(
    program: Program,
    private readonly parts: Partition,
    private readonly graph: GraphRunner | undefined,
    private readonly loops: LoopsPart | undefined,
    readonly fillRandom: RandomFill | undefined,
  ) {
    this.inPlace = inPlaceOf(program, parts.loops, loops);
    const handed = parts.loops?.program.inputs.filter((_, i) => parts.loops!.inputs[i] === -1) ?? [];
    for (const { id, name } of handed) {
      const { shape, dtype } = parts.loops!.program.type(id);
      this.between.set(name, arenaZeros(shape, dtype as 'float32'));
    }
    const handedOf = ({ name }: { readonly name: string }, index: number): HostTensor | undefined =>
      index === -1 ? this.between.get(name) : undefined;
    this.graphTargets =
      parts.graph?.program.outputs.map((output, i) => handedOf(output, parts.graph!.outputs[i]!)) ?? [];
    this.loopsGiven =
      parts.loops?.program.inputs.map((input, i) => handedOf(input, parts.loops!.inputs[i]!)) ?? [];
  }

  /** At once where only loops run. Throws: RUN_FAILED. */
  compute(inputs: readonly HostTensor[], outputs: readonly HostTensor[]): Promise<void> | void {
    const { graph } = this.parts;
    if (this.graph === undefined || graph === undefined) return this.runLoops(inputs, outputs);
    return this.graph
      .run(besides([], inputs, graph.inputs), besides(this.graphTargets, outputs, graph.outputs))
      .then(() => this.runLoops(inputs, outputs));
  }

  dispose(): void {
    this.graph?.dispose();
    this.loops?.dispose();
    for (const tensor of this.between.values()) sharedArena().release(tensor);
  }

  private runLoops(inputs: readonly HostTensor[], outputs: readonly HostTensor[]): void {
    const { loops } = this.parts;
    if (this.loops === undefined || loops === undefined) return;
    this.loops.run(besides(this.loopsGiven, inputs, loops.inputs), besides([], outputs, loops.outputs));
  }
}

/** The items at `indices`, and where there is none what is handed from part to part. */
function besides(
  handed: readonly (HostTensor | undefined)[],
  items: readonly HostTensor[],
  indices: readonly number[],
): HostTensor[] {
  const all = itemsAt(items, indices);
  for (let i = 0; i < handed.length; i++) all[i] ??= handed[i]!;
  return all;
}

/** The updates that the loops may write over what they replace: the graph has read its inputs by then. */
function inPlaceOf(program: Program, part: Part | undefined, loops: LoopsPart | undefined): ProgramUpdate[] {
  if (part === undefined || loops === undefined) return [];
  const [outputs, inputs] = [part.outputs, part.inputs].map(
    (places) => new Map(places.map((place, i) => [place, i])),
  );
  return program.updates.filter(({ output, input }) => {
    const [o, i] = [outputs!.get(output), inputs!.get(input)];
    return o !== undefined && i !== undefined && loops.fused.mayReplace(o, i);
  });
}
