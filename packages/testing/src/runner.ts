// Whose `describe` and `it` the kits use: the caller's, the runner's globals, or those of Vitest and node:test, which have none.
import { lamellaError } from '@lamella/core';

/** The two functions a test runner offers. */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: (name: string, body: () => Promise<void>, timeout?: number) => void;
}

/** The runner that a kit declares its tests with. Throws: OPTION_INVALID where there is none. */
export function runnerOf(kit: string, given: TestRunner | undefined): TestRunner {
  const found = [given, globalThis, vitest(), nodeTest()].find(isRunner);
  if (found !== undefined) return found;
  throw lamellaError('OPTION_INVALID', {
    subject: `${kit}()`,
    problem: 'runner: expected a test runner with describe and it, got none',
    fix: 'import { describe, it } of the runner, and pass { runner: { describe, it } }',
  });
}

/** Vitest without `globals` gives its workers its own module. */
function vitest(): unknown {
  return (globalThis as { readonly __vitest_index__?: unknown }).__vitest_index__;
}

function nodeTest(): unknown {
  const { process } = globalThis as { readonly process?: Partial<NodeJS.Process> };
  if (process?.env?.['NODE_TEST_CONTEXT'] === undefined) return undefined;
  return process.getBuiltinModule?.('node:test');
}

function isRunner(value: unknown): value is TestRunner {
  const { describe, it } = (value ?? {}) as Partial<TestRunner>;
  return typeof describe === 'function' && typeof it === 'function';
}
