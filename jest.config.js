// One run over the tests of every package, example and tool.
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import preset from './jest.preset.js';

export default {
  projects: ['<rootDir>/packages/*', '<rootDir>/examples/*', '<rootDir>/tools/repository'],
  maxWorkers: Math.max(2, Math.floor(availableParallelism() * 0.75)),
  // Contexts of test files that ended stay in a worker's memory and slow it down, so a worker that is full is begun anew.
  workerIdleMemoryLimit: '1GB',
  testSequencer: fileURLToPath(new URL('./tools/jest/sequencer.cjs', import.meta.url)),
  passWithNoTests: true,
  // Of one run there is one timeout: jest does not read the projects' own.
  testTimeout: preset.testTimeout,
};
