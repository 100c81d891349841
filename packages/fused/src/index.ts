export {
  compileProgram,
  type BoundProgram,
  type CompileOptions,
  type FusedProgram,
  type Path,
} from './compile-program.js';
export { isElementWise, supports } from './kernels/table.js';
export { Arena, createArena, sharedArena, type ArenaOptions, type Block } from './memory/arena.js';
export { randomFill, type RandomFill } from './random/random-fill.js';
