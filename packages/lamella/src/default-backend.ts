// The backend of the composition: onnx where ONNX Runtime loads, else cpu with one line of notice.
// Decided when the first Program is compiled, never at import. It does not change its mind for a Program that fails.
import { cpu } from '@lamella/backend-cpu';
import { loadOnnx, onnx } from '@lamella/backend-onnx';
import type { Backend, Buffer, BufferType, Executable, LoweringTable } from '@lamella/core';
import { inOneLine, type DType, type OpenProgram, type Program } from '@lamella/program';

export interface DefaultBackendOptions {
  readonly preferred?: Backend;
  readonly fallback?: Backend;
  /** Rejects where the preferred backend cannot be used. */
  readonly load?: () => Promise<void>;
  /** Takes the notice. */
  readonly print?: (line: string) => void;
}

/**
 * A backend that is `preferred` where that loads, and `fallback` where not.
 *
 * @example
 * const backend = defaultBackend();
 * backend.name; // 'default'
 */
export function defaultBackend(options: DefaultBackendOptions = {}): Backend {
  return new DefaultBackend(options);
}

/** What models of this package run on, in one line; where that is cpu, why. */
export async function describeBackend(backend = onnx()): Promise<string> {
  return backend
    .describe()
    .catch((error: Error) => `cpu: tfjs-backend-cpu, which is slow. ${inOneLine(error)}`);
}

class DefaultBackend implements Backend {
  private readonly preferred: Backend;
  private readonly fallback: Backend;
  private readonly load: () => Promise<void>;
  private readonly print: (line: string) => void;
  private choice: Promise<Backend> | undefined;
  private chosen: Backend | undefined;

  constructor({
    preferred = onnx(),
    fallback = cpu(),
    load = () => loadOnnx(),
    print = console.warn,
  }: DefaultBackendOptions) {
    this.preferred = preferred;
    this.fallback = fallback;
    this.load = load;
    this.print = print;
  }

  /** That of the backend in use, once there is one. */
  get name(): string {
    return this.chosen?.name ?? 'default';
  }

  get computes(): readonly DType[] {
    return (this.chosen ?? this.preferred).computes;
  }

  async compile(program: Program | OpenProgram): Promise<Executable> {
    this.choice ??= this.choose();
    this.chosen = await this.choice;
    return this.chosen.compile(program);
  }

  withLowerings(table: LoweringTable): Backend {
    const { preferred, fallback, load, print } = this;
    return new DefaultBackend({
      preferred: preferred.withLowerings?.(table) ?? preferred,
      fallback: fallback.withLowerings?.(table) ?? fallback,
      load,
      print,
    });
  }

  buffer(type: BufferType): Buffer {
    return (this.chosen ?? this.preferred).buffer(type);
  }

  private async choose(): Promise<Backend> {
    try {
      await this.load();
      return this.preferred;
    } catch (error) {
      this.print(`Running on backend ${this.fallback.name}, which is slow: ${inOneLine(error as Error)}`);
      return this.fallback;
    }
  }
}
