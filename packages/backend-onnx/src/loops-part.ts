// The part of a Program that runs as WebAssembly loops. Buffers that lie in the arena are used where they lie; others are
// copied in before a run and out after it.
import { hostDType } from '@lamella/core';
import { sharedArena, type BoundProgram, type FusedProgram } from '@lamella/fused';
import { HostTensor, type StorageDType } from '@lamella/program';
import { sameItems } from './items.js';

/** Buffers that loops were bound to, and the copies that their runs need. */
interface Binding {
  readonly inputs: readonly HostTensor[];
  readonly outputs: readonly (HostTensor | undefined)[];
  readonly bound: BoundProgram;
  readonly copiesIn: readonly (readonly [from: HostTensor, to: HostTensor])[];
  readonly insides: readonly HostTensor[];
}

/** As many as double buffering needs. */
const mostBindings = 2;

/** Compiled loops and the buffers they were last bound to. */
export class LoopsPart {
  private bindings: Binding[] = [];
  private readonly copiesOfInputs: (HostTensor | undefined)[] = [];
  private readonly copiesOfOutputs: (HostTensor | undefined)[] = [];

  constructor(readonly fused: FusedProgram) {}

  /** Runs once; outputs without a buffer come in fresh memory. */
  run(inputs: readonly HostTensor[], outputs: readonly (HostTensor | undefined)[]): readonly HostTensor[] {
    const binding = this.bindingFor(inputs, outputs);
    for (const [from, to] of binding.copiesIn) to.data.set(from.data);
    binding.bound.run();
    return binding.insides.map((inside, i) => {
      const target = outputs[i];
      if (target === inside) return target;
      if (target === undefined) return new HostTensor(inside.data.slice(), inside.shape, inside.dtype);
      target.data.set(inside.data);
      return target;
    });
  }

  dispose(): void {
    for (const { bound } of this.bindings) bound.dispose();
    this.bindings = [];
    for (const copy of [...this.copiesOfInputs, ...this.copiesOfOutputs])
      if (copy !== undefined) sharedArena().release(copy);
    this.fused.dispose();
  }

  private bindingFor(inputs: readonly HostTensor[], outputs: readonly (HostTensor | undefined)[]): Binding {
    const known = this.bindings.find(
      (binding) => sameItems(binding.inputs, inputs) && sameItems(binding.outputs, outputs),
    );
    if (known !== undefined) return known;
    while (this.bindings.length >= mostBindings) this.bindings.shift()!.bound.dispose();
    const made = this.bind(inputs, outputs);
    this.bindings.push(made);
    return made;
  }

  private bind(inputs: readonly HostTensor[], outputs: readonly (HostTensor | undefined)[]): Binding {
    const { program } = this.fused;
    const copiesIn: [HostTensor, HostTensor][] = [];
    const near = inputs.map((input, i) => {
      if (isNear(input)) return input;
      const copy = (this.copiesOfInputs[i] ??= sharedArena().tensor(input.shape, input.dtype));
      copiesIn.push([input, copy]);
      return copy;
    });
    const insides = program.outputs.map(({ id, name }, i) => {
      const target = outputs[i];
      if (target !== undefined && isNear(target)) return target;
      const type = program.type(id);
      const dtype: StorageDType = hostDType(type, `Output "${name}"`);
      return (this.copiesOfOutputs[i] ??= sharedArena().tensor(type.shape, dtype));
    });
    return {
      inputs: [...inputs],
      outputs: [...outputs],
      bound: this.fused.bind(near, insides),
      copiesIn,
      insides,
    };
  }
}

/** Whether loops can use the tensor where it lies. */
function isNear({ data }: HostTensor): boolean {
  const address = sharedArena().addressOf(data);
  return address !== undefined && address % data.BYTES_PER_ELEMENT === 0;
}
