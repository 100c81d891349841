// What a kit finds wrong: its tests are run here, and the names of those that fail are the result. For specs of kits.
import type { TestRunner } from '../src/runner.js';

/** The tests that a kit declares, by name. */
export function testsOf(
  declare: (runner: TestRunner) => void,
): readonly (readonly [string, () => Promise<void>])[] {
  const tests: (readonly [string, () => Promise<void>])[] = [];
  declare({ describe: (_, body) => body(), it: (name, body) => void tests.push([name, body]) });
  return tests;
}

/** The promises that are broken: the names of the tests that fail. */
export async function brokenPromises(declare: (runner: TestRunner) => void): Promise<string[]> {
  const failed: string[] = [];
  for (const [name, body] of testsOf(declare))
    await body().catch((error: unknown) => {
      failed.push(name);
      if (process.env['LAMELLA_SHOW_FAILURES'] !== undefined)
        console.log(`${name}\n${String((error as Error).stack)}`);
    });
  return failed;
}
