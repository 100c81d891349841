// One run over the tests of every package, example and tool.
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import preset from './jest.preset.js';

/** Folders with a configuration: a folder that was removed may leave behind what git ignores, which jest would take for a project. */
const projectsIn = (/** @type {string} */ group) =>
  readdirSync(join(import.meta.dirname, group))
    .filter((name) => existsSync(join(import.meta.dirname, group, name, 'jest.config.js')))
    .map((name) => `<rootDir>/${group}/${name}`);

export default {
  projects: [...projectsIn('packages'), ...projectsIn('examples'), '<rootDir>/tools/repository'],
  maxWorkers: Math.max(2, Math.floor(availableParallelism() * 0.75)),
  // Contexts of test files that ended stay in a worker's memory and slow it down, so a worker that is full is begun anew.
  workerIdleMemoryLimit: '1GB',
  testSequencer: fileURLToPath(new URL('./tools/jest/sequencer.cjs', import.meta.url)),
  passWithNoTests: true,
  // Of one run there is one timeout: jest does not read the projects' own.
  testTimeout: preset.testTimeout,
};
