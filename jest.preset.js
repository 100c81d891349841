// What every package's jest configuration starts from: sources compiled by swc, ES modules, this realm's typed arrays.
import { fileURLToPath } from 'node:url';
import { globals } from './tools/jest/globals.cjs';
import { linkPackages } from './tools/jest/link-packages.mjs';

linkPackages();

export default {
  globalSetup: fileURLToPath(new URL('./tools/jest/generate.mjs', import.meta.url)),
  testEnvironment: fileURLToPath(new URL('./tools/jest/environment.cjs', import.meta.url)),
  testEnvironmentOptions: {
    customExportConditions: ['lamella-source', 'node', 'node-addons'],
    // A file's global scope goes as a whole. Taken apart, it warns at each block that the arena on it takes back later.
    globalsCleanup: 'off',
  },
  // For modules of CommonJS, such as tfjs' kernels, what the transform does for ours.
  sandboxInjectedGlobals: globals,
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': fileURLToPath(new URL('./tools/jest/transform.cjs', import.meta.url)),
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': ['$1', '$1.js'] },
  // For tests that hang. No test is timed: a machine may be busy and slow.
  testTimeout: 1_800_000,
  testMatch: ['<rootDir>/src/**/*.spec.ts'],
};
