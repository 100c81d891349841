// One run over the tests of every package, example and tool.
import { availableParallelism } from 'node:os';

export default {
  projects: ['<rootDir>/packages/*', '<rootDir>/tools/repository'],
  maxWorkers: Math.max(2, Math.floor(availableParallelism() * 0.75)),
  passWithNoTests: true,
};
