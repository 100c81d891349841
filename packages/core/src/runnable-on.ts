// Programs as a backend can run them: in the dtypes that it computes in.
import { emulateDTypes, isOpenProgram, OpenProgram, type Program } from '@lamella/program';
import type { Backend } from './backend.js';

/** The Program, or what stands for it where `backend` lacks dtypes. Throws: DTYPE_UNSUPPORTED; for an open one, when it is run. */
export function runnableOn(program: Program | OpenProgram, backend: Backend): Program | OpenProgram {
  if (!isOpenProgram(program)) return emulateDTypes(program, backend);
  return new OpenProgram((...sizes) => emulateDTypes(program.at(...sizes), backend), program.unknowns);
}
