// The forward pass of a model for inputs of one layout, whatever their number of rows.
import type { Runnable } from '@lamella/core';
import type { Captured, OpenProgram, Program, Shape, NumberDType } from '@lamella/program';

/** Of a tensor, what a step is compiled for. */
export interface Layout {
  readonly shape: Shape;
  readonly dtype: NumberDType;
}

/** As many sizes as a backend keeps compiled (ExecutableBySize of @lamella/core). */
const mostPrograms = 32;

/** The rows that all inputs have; undefined where they have not all as many. */
export function commonRows(inputs: readonly Layout[]): number | undefined {
  const rows = inputs[0]?.shape[0];
  return inputs.every(({ shape }) => shape[0] === rows) ? rows : undefined;
}

/** `captureFor` captures the step for inputs of given layouts; with the batch open where `inputs` have {@link commonRows}. */
export function openStep(
  inputs: readonly Layout[],
  captureFor: (inputs: readonly Layout[]) => Captured,
): Runnable {
  const rows = commonRows(inputs);
  const captured = captureFor(inputs);
  if (rows === undefined) return captured;
  const rest = inputs.map(({ shape, dtype }): Layout => ({ shape: shape.slice(1), dtype }));
  const programFor = (batch: number): Program =>
    captureFor(rest.map(({ shape, dtype }) => ({ shape: [batch, ...shape], dtype }))).program;
  return {
    program: new OpenStep(programFor, [[rows, captured.program]]),
    slots: captured.slots,
  };
}

class OpenStep implements OpenProgram {
  /** The least recently used first. */
  private readonly programs: Map<number, Program>;

  constructor(
    private readonly programFor: (batch: number) => Program,
    known: readonly (readonly [number, Program])[],
  ) {
    this.programs = new Map(known);
  }

  at(batch: number): Program {
    const found = this.programs.get(batch) ?? this.programFor(batch);
    this.programs.delete(batch);
    this.programs.set(batch, found);
    if (this.programs.size > mostPrograms) this.programs.delete(this.programs.keys().next().value!);
    return found;
  }
}
