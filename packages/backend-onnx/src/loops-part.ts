// The part of a Program that runs as WebAssembly loops. Inputs that lie in the arena are used where they lie; others are
// copied in before a run.
import { sharedArena, type BoundProgram, type FusedProgram } from '@lamella/fused';
import type { HostTensor } from '@lamella/program';
import { arenaZeros } from './arena-zeros.js';
import { sameItems } from './items.js';

/** Buffers that loops were bound to, and the copies that their runs need. */
interface Binding {
  readonly inputs: readonly HostTensor[];
  readonly outputs: readonly HostTensor[];
  readonly bound: BoundProgram;
  readonly copiesIn: readonly (readonly [from: HostTensor, to: HostTensor])[];
}

/** As many as double buffering needs. */
const mostBindings = 2;

/** Compiled loops and the buffers they were last bound to. */
export class LoopsPart {
  private bindings: Binding[] = [];
  private readonly copiesOfInputs: (HostTensor | undefined)[] = [];

  constructor(readonly fused: FusedProgram) {}

  /** Runs once; outputs lie in the arena. */
  run(inputs: readonly HostTensor[], outputs: readonly HostTensor[]): void {
    const binding = this.bindingFor(inputs, outputs);
    for (const [from, to] of binding.copiesIn) to.data.set(from.data);
    binding.bound.run();
  }

  dispose(): void {
    for (const { bound } of this.bindings) bound.dispose();
    this.bindings = [];
    for (const copy of this.copiesOfInputs) if (copy !== undefined) sharedArena().release(copy);
    this.fused.dispose();
  }

  private bindingFor(inputs: readonly HostTensor[], outputs: readonly HostTensor[]): Binding {
    const known = this.bindings.find(
      (binding) => sameItems(binding.inputs, inputs) && sameItems(binding.outputs, outputs),
    );
    if (known !== undefined) return known;
    while (this.bindings.length >= mostBindings) this.bindings.shift()!.bound.dispose();
    const made = this.bind(inputs, outputs);
    this.bindings.push(made);
    return made;
  }

  private bind(inputs: readonly HostTensor[], outputs: readonly HostTensor[]): Binding {
    const copiesIn: [HostTensor, HostTensor][] = [];
    const near = inputs.map((input, i) => {
      if (isNear(input)) return input;
      const copy = (this.copiesOfInputs[i] ??= arenaZeros(input.shape, input.dtype));
      copiesIn.push([input, copy]);
      return copy;
    });
    return {
      inputs: [...inputs],
      outputs: [...outputs],
      bound: this.fused.bind(near, outputs),
      copiesIn,
    };
  }
}

/** Whether loops can use the tensor where it lies. */
function isNear({ data }: HostTensor): boolean {
  const address = sharedArena().addressOf(data);
  return address !== undefined && address % data.BYTES_PER_ELEMENT === 0;
}
