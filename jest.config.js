// One run over the tests of every package, example and tool.
import { availableParallelism } from 'node:os';
import preset from './jest.preset.js';

export default {
  projects: ['<rootDir>/packages/*', '<rootDir>/examples/*', '<rootDir>/tools/repository'],
  maxWorkers: Math.max(2, Math.floor(availableParallelism() * 0.75)),
  passWithNoTests: true,
  // Of one run there is one timeout: jest does not read the projects' own.
  testTimeout: preset.testTimeout,
};
