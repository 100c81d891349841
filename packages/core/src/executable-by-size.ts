// An open Program as one Executable that holds one for each batch size, a bounded number: the least recently used goes first.
import type { OpenProgram, Program } from '@lamella/program';
import type { Backend, Executable, RunKey } from './backend.js';
import type { Buffer } from './buffer.js';
import { executableDisposed, executableInvalid } from './errors.js';

/** Services predict as many rows at a time as there are waiting. */
const mostSizes = 32;

/** See the head of this file. `compileSize` makes the Executable of one size. */
export class ExecutableBySize implements Executable {
  /** The least recently used first. */
  private readonly sizes = new Map<number, Promise<Executable>>();
  private last: { readonly size: number; readonly executable: Executable } | undefined;
  private isDisposed = false;

  constructor(
    readonly backend: Backend,
    private readonly open: OpenProgram,
    private readonly compileSize: (program: Program) => Promise<Executable>,
  ) {}

  async run(inputs: readonly Buffer[], outputs: readonly Buffer[], key: RunKey): Promise<void> {
    if (this.isDisposed) throw executableDisposed();
    const size = inputs[0]?.shape[0];
    if (size === undefined)
      throw executableInvalid('Executable', 'expected a batch as its first input, got none');
    const { last } = this;
    const executable = last?.size === size ? last.executable : await this.at(size);
    this.last = { size, executable };
    return executable.run(inputs, outputs, key);
  }

  dispose(): void {
    this.isDisposed = true;
    this.last = undefined;
    for (const size of [...this.sizes.keys()]) this.drop(size);
  }

  private async at(size: number): Promise<Executable> {
    const found = this.sizes.get(size) ?? this.compileSize(this.open.at(size));
    this.sizes.delete(size);
    this.sizes.set(size, found);
    if (this.sizes.size > mostSizes) this.drop(this.sizes.keys().next().value!);
    try {
      return await found;
    } catch (error) {
      this.sizes.delete(size);
      throw error;
    }
  }

  private drop(size: number): void {
    this.sizes.get(size)?.then(
      (executable) => executable.dispose(),
      () => undefined,
    );
    this.sizes.delete(size);
  }
}
