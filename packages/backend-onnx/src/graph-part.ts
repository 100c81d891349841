// The part of a Program that ONNX Runtime runs: one session, fed with host memory and writing into host memory.
import { hostDType } from '@lamella/core';
import { HostTensor, type Program } from '@lamella/program';
import { runFailed } from './errors.js';
import { itemsAt } from './items.js';
import type { LoweredProgram } from './lower-program.js';
import type { Session, SessionOutput } from './runtime/runtime.js';

type Places = Pick<LoweredProgram, 'inputs' | 'outputs'>;

/** The outputs of a session that computes `program`. */
export function sessionOutputs(program: Program, { outputs }: Places): SessionOutput[] {
  return outputs.map(({ index, name }) => {
    const type = program.type(program.outputs[index]!.id);
    return { name, shape: type.shape, dtype: hostDType(type, 'Output') };
  });
}

/** A session and the Program it computes. */
export class GraphPart {
  /** Of the Program's inputs and outputs, those that the session has. */
  private readonly inputs: readonly number[];
  private readonly outputs: readonly number[];

  /** `session` is missing where no output has elements: there is nothing to compute then. */
  constructor(
    readonly program: Program,
    { inputs, outputs }: Places,
    private readonly session: Session | undefined,
  ) {
    this.inputs = inputs.map(({ index }) => index);
    this.outputs = outputs.map(({ index }) => index);
    if (session !== undefined) dropped.register(this, session, this);
  }

  /** Runs once; outputs without a buffer come in fresh memory. Throws: RUN_FAILED. */
  async run(
    inputs: readonly HostTensor[],
    outputs: readonly (HostTensor | undefined)[],
  ): Promise<readonly HostTensor[]> {
    const { session, program } = this;
    const found =
      session === undefined
        ? []
        : await this.runSession(session, itemsAt(inputs, this.inputs), itemsAt(outputs, this.outputs));
    if (found.length === program.outputs.length) return found;
    const results = [...outputs];
    this.outputs.forEach((index, i) => (results[index] = found[i]!));
    return program.outputs.map(({ id }, i) => results[i] ?? this.zeros(id));
  }

  /** As {@link run}, on another thread, beside other runs: where the runtime can do that. Every output has its buffer. Throws: RUN_FAILED. */
  async runAside(inputs: readonly HostTensor[], outputs: readonly HostTensor[]): Promise<void> {
    try {
      await this.session!.runAside!(itemsAt(inputs, this.inputs), itemsAt(outputs, this.outputs));
    } catch (cause) {
      throw runFailed(this.program, cause);
    }
  }

  dispose(): void {
    dropped.unregister(this);
    this.session?.release();
  }

  private async runSession(
    session: Session,
    inputs: readonly HostTensor[],
    targets: readonly (HostTensor | undefined)[],
  ): Promise<readonly HostTensor[]> {
    try {
      const found = session.run(inputs, targets);
      return found instanceof Promise ? await found : found;
    } catch (cause) {
      throw runFailed(this.program, cause);
    }
  }

  private zeros(id: number): HostTensor {
    const type = this.program.type(id);
    return HostTensor.zeros(type.shape, hostDType(type, 'Output'));
  }
}

/** Sessions of parts that are collected without having been disposed of. */
const dropped = new FinalizationRegistry<Session>((session) => session.release());
