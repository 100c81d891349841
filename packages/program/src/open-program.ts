// The OpenProgram: a function whose Programs differ by their batch size alone.
import { Program } from './program.js';

/** A function whose batch is left open: axis 0 of every argument. Its arguments come before its state. */
export interface OpenProgram {
  /** The Program for batches of so many rows; with the same inputs and outputs, in the same order, but for that size. */
  at(batch: number): Program;
}

/** Whether the batch of `program` is open. */
export function isOpenProgram(program: Program | OpenProgram): program is OpenProgram {
  return !(program instanceof Program);
}
