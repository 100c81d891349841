// A second compiled form of a Program that updates nothing, with its weights' values built in: made once the weights have
// stayed the same for some runs, dropped when they change. Whether that is worth it is for the backend to say.
import type { HostTensor, Program } from '@lamella/program';
import type { Backend, CompileHints, Executable } from './backend.js';
import type { Weight } from './weight.js';

/** Runs with unchanged weights after which compiling again is expected to pay. */
const patience = 16;

/** Follows the versions of a Program's weights. */
export class FrozenWeights {
  private version = NaN;
  private runs = 0;
  private executable: Executable | undefined;

  constructor(
    private readonly backend: Backend,
    private readonly program: Program,
    /** By the index of the input that holds it. */
    private readonly weights: readonly (Weight | undefined)[],
    private readonly hints: CompileHints,
  ) {}

  /** The executable for a run with `inputs`, or undefined where the ordinary one has to do. */
  executableFor(inputs: readonly HostTensor[]): Executable | undefined | Promise<Executable | undefined> {
    // Versions only grow: equal sums are equal versions.
    let version = 0;
    for (const weight of this.weights) if (weight !== undefined) version += weight.version;
    if (version !== this.version) {
      this.dispose();
      this.version = version;
      this.runs = 0;
    }
    if (this.executable === undefined && ++this.runs === patience) return this.freeze(inputs);
    return this.executable;
  }

  private async freeze(inputs: readonly HostTensor[]): Promise<Executable | undefined> {
    const frozen = new Map(inputs.flatMap((tensor, i) => (this.weights[i] ? [[i, tensor] as const] : [])));
    // Memory, say, may not suffice for the weights twice. The ordinary form goes on.
    this.executable = await this.backend
      .compile(this.program, { ...this.hints, frozen })
      .catch(() => undefined);
    return this.executable;
  }

  dispose(): void {
    this.executable?.dispose();
    this.executable = undefined;
  }
}
