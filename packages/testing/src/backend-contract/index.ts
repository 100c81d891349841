// What `Backend`, `Buffer` and `Executable` promise beside right numbers. Used by testBackend.
import { buffers } from './buffers.js';
import type { ContractTest } from './contract-test.js';
import { failures } from './failures.js';
import { memory } from './memory.js';
import { runs } from './runs.js';

export const contractTests: readonly ContractTest[] = [...buffers, ...runs, ...failures, ...memory];
