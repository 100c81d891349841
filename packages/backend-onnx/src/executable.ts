// A compiled Program: an ONNX graph, then WebAssembly loops, or one of the two. Values between them lie in the arena.
import { checkRunBuffers, executableDisposed, type Executable, type OutputBuffers } from '@lamella/core';
import { sharedArena, type RandomFill } from '@lamella/fused';
import type { HostTensor, Program, ProgramUpdate } from '@lamella/program';
import type { GraphPart } from './graph-part.js';
import { itemsAt, sameItems } from './items.js';
import type { LoopsPart } from './loops-part.js';
import type { Part, Partition } from './partition.js';
import { isWorthFreezing } from './worth-freezing.js';

/** What runs the graph of a Program. */
export type GraphRunner = Pick<GraphPart, 'run' | 'dispose'>;

/** Runs the parts of one Program; see {@link Executable}. */
export class OnnxExecutable implements Executable {
  readonly inPlace: readonly ProgramUpdate[];
  readonly worthFreezing: boolean;
  private isDisposed = false;
  /** By name: what the graph hands to the loops. */
  private readonly between = new Map<string, HostTensor>();
  private readonly graphTargets: readonly (HostTensor | undefined)[];
  private readonly loopsGiven: readonly (HostTensor | undefined)[];
  /** What runs at present read and write: kept until they end, lest its memory be given to others. */
  private readonly inUse = new Set<readonly unknown[]>();
  private checked: { inputs: readonly HostTensor[]; outputs: OutputBuffers } | undefined;

  constructor(
    private readonly program: Program,
    private readonly parts: Partition,
    private readonly graph: GraphRunner | undefined,
    private readonly loops: LoopsPart | undefined,
    readonly fillRandom?: RandomFill,
  ) {
    this.inPlace = inPlaceOf(program, parts.loops, loops);
    this.worthFreezing = loops === undefined && isWorthFreezing(program);
    const handed = parts.loops?.program.inputs.filter((_, i) => parts.loops!.inputs[i] === -1) ?? [];
    for (const { id, name } of handed) {
      const { shape, dtype } = parts.loops!.program.type(id);
      this.between.set(name, sharedArena().tensor(shape, dtype as 'float32'));
    }
    const handedOf = ({ name }: { readonly name: string }, index: number): HostTensor | undefined =>
      index === -1 ? this.between.get(name) : undefined;
    this.graphTargets =
      parts.graph?.program.outputs.map((output, i) => handedOf(output, parts.graph!.outputs[i]!)) ?? [];
    this.loopsGiven =
      parts.loops?.program.inputs.map((input, i) => handedOf(input, parts.loops!.inputs[i]!)) ?? [];
  }

  async run(inputs: readonly HostTensor[], outputs: OutputBuffers = []): Promise<readonly HostTensor[]> {
    if (this.isDisposed) throw executableDisposed();
    this.check(inputs, outputs);
    const used = [inputs, outputs];
    this.inUse.add(used);
    try {
      return await this.runParts(inputs, outputs);
    } finally {
      this.inUse.delete(used);
      this.freeIfOver();
    }
  }

  /** A run that has begun ends well; what it needs is freed then. */
  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.freeIfOver();
  }

  private async runParts(
    inputs: readonly HostTensor[],
    outputs: OutputBuffers,
  ): Promise<readonly HostTensor[]> {
    const results = new Array<HostTensor>(this.program.outputs.length);
    const { graph, loops } = this.parts;
    if (this.graph !== undefined && graph !== undefined) {
      const given = itemsAt(inputs, graph.inputs);
      const wanted = filled(this.graphTargets, outputs, graph.outputs);
      collect(graph, await this.graph.run(given, wanted), results);
    }
    if (this.loops !== undefined && loops !== undefined) {
      const given = filled(this.loopsGiven, inputs, loops.inputs);
      const wanted = itemsAt(outputs, loops.outputs);
      collect(loops, this.loops.run(given as readonly HostTensor[], wanted), results);
    }
    return results;
  }

  private freeIfOver(): void {
    if (!this.isDisposed || this.inUse.size > 0) return;
    this.graph?.dispose();
    this.loops?.dispose();
    for (const tensor of this.between.values()) sharedArena().release(tensor);
  }

  /** Buffers that were checked in the run before are not checked again. */
  private check(inputs: readonly HostTensor[], outputs: OutputBuffers): void {
    const { checked } = this;
    if (checked !== undefined && sameItems(checked.inputs, inputs) && sameItems(checked.outputs, outputs))
      return;
    checkRunBuffers(this.program, inputs, outputs, this.inPlace);
    this.checked = { inputs: [...inputs], outputs: [...outputs] };
  }
}

/** What is handed from part to part, and beside it the items at `indices`. */
function filled(
  handed: readonly (HostTensor | undefined)[],
  items: readonly (HostTensor | undefined)[],
  indices: readonly number[],
): (HostTensor | undefined)[] {
  const all = itemsAt(items, indices);
  for (let i = 0; i < all.length; i++) all[i] ??= handed[i];
  return all;
}

function collect(part: Part, found: readonly HostTensor[], results: HostTensor[]): void {
  for (let i = 0; i < found.length; i++) {
    const index = part.outputs[i]!;
    if (index !== -1) results[index] = found[i]!;
  }
}

/** The updates that the loops may write over what they replace: the graph has read its inputs by then. */
function inPlaceOf(program: Program, part: Part | undefined, loops: LoopsPart | undefined): ProgramUpdate[] {
  const pairs = (loops?.fused.inPlace ?? []).map(({ output, input }) => ({
    output: part!.outputs[output]!,
    input: part!.inputs[input]!,
  }));
  return program.updates.filter((update) =>
    pairs.some(({ output, input }) => output === update.output && input === update.input),
  );
}
