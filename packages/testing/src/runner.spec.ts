import { describe, expect, it } from '@jest/globals';
import { runnerOf, type TestRunner } from './runner.js';

const runner: TestRunner = { describe: (_, body) => body(), it: () => undefined };

/** The globals of a process with these in place of the runner's own. */
function withGlobals(values: Readonly<Record<string, unknown>>, run: () => void): void {
  const names = ['describe', 'it', ...Object.keys(values)];
  const before = names.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
  for (const name of names)
    Object.defineProperty(globalThis, name, { value: values[name], configurable: true, writable: true });
  try {
    run();
  } finally {
    for (const [name, descriptor] of before) {
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, descriptor);
    }
  }
}

describe('the runner of a kit', () => {
  it("is the caller's, else that of the globals", () => {
    expect(runnerOf('testLayer', runner)).toBe(runner);
    expect(runnerOf('testLayer', undefined)).toBe(globalThis);
  });

  it('is the module that Vitest gives its workers where it has no globals', () => {
    withGlobals({ __vitest_index__: runner }, () => expect(runnerOf('testLayer', undefined)).toBe(runner));
  });

  it('is asked for by name where there is none', () => {
    withGlobals({}, () =>
      expect(() => runnerOf('testLayer', undefined)).toThrow(
        /\[OPTION_INVALID\] testLayer\(\): runner: expected a test runner .*\nFix: import \{ describe, it \}/,
      ),
    );
  });
});
