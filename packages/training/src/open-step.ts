// The forward pass of a model for inputs of one layout, whatever their number of rows.
import type { Runnable } from '@lamella/core';
import { OpenProgram, type Captured, type Program, type Shape, type NumberDType } from '@lamella/program';

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
    program: new OpenProgram(remembered(programFor, rows, captured.program), ['batch']),
    slots: captured.slots,
  };
}

/** Keeps the Programs of the sizes that were used last. */
function remembered(
  programFor: (batch: number) => Program,
  rows: number,
  known: Program,
): (batch?: number) => Program {
  /** The least recently used first. */
  const programs = new Map([[rows, known]]);
  return (batch = rows) => {
    const found = programs.get(batch) ?? programFor(batch);
    programs.delete(batch);
    programs.set(batch, found);
    if (programs.size > mostPrograms) programs.delete(programs.keys().next().value!);
    return found;
  };
}
