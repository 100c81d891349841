// The part of a Program that ONNX Runtime runs: one session, fed with host memory and writing into host memory.
import { hostDType } from '@lamella/core';
import type { HostTensor, Program } from '@lamella/program';
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

  /** Runs once. Throws: RUN_FAILED. */
  async run(inputs: readonly HostTensor[], outputs: readonly HostTensor[]): Promise<void> {
    const { session } = this;
    if (session === undefined) return;
    try {
      const running = session.run(itemsAt(inputs, this.inputs), itemsAt(outputs, this.outputs));
      if (running !== undefined) await running;
    } catch (cause) {
      throw runFailed(this.program, cause);
    }
  }

  /** As {@link run}, on another thread, beside other runs: where the runtime can do that. Throws: RUN_FAILED. */
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
}

/** Sessions of parts that are collected without having been disposed of. */
const dropped = new FinalizationRegistry<Session>((session) => session.release());
