// The conformance suite of backends: every kernel case compared with backend-cpu, a training step of twenty updates, and
// the contract of buffers, errors and memory. Works in any runner that has `describe` and `it`.
import { cpu } from '@lamella/backend-cpu';
import type { Backend } from '@lamella/core';
import { assertClose, assertFails, assertRejects } from './assertions.js';
import { contractTests } from './backend-contract/index.js';
import { floats, kernelsIn, programOf, type KernelCase } from './kernel-case.js';
import { kernelCases } from './kernel-cases/index.js';
import { runProgram } from './run-program.js';
import { runnerOf, type TestRunner } from './runner.js';
import { runSteps } from './step-runner.js';
import { trainingStep } from './training-step.js';

export interface TestBackendOptions {
  /** The largest difference allowed, relative to 1 + the expected magnitude. Default: 1e-5. */
  readonly tolerance?: number;
  /**
   * What the backend cannot do, and why: kernels by name, which it must refuse with KERNEL_UNSUPPORTED, and single cases
   * by name, which must fail. What works in spite of being listed fails the suite.
   */
  readonly unsupported?: Readonly<Record<string, string>>;
  /** Default: the runner's globals, or those of Vitest or node:test where it runs the file. */
  readonly runner?: TestRunner;
}

/**
 * Declares the suite for one backend.
 *
 * @example
 * // In the spec file of a backend; here with a runner that only lists what would run.
 * const names: string[] = [];
 * const runner = { describe: (_: string, body: () => void) => body(), it: (name: string) => void names.push(name) };
 * testBackend('cpu', () => cpu(), { tolerance: 1e-5, runner });
 * names.includes('matMul of batches'); // true
 */
export function testBackend(
  name: string,
  create: () => Backend | Promise<Backend>,
  options: TestBackendOptions = {},
): void {
  const { describe, it } = runnerOf('testBackend', options.runner);
  const tolerance = options.tolerance ?? 1e-5;
  describe(`backend ${name}`, () => {
    describe('keeps its contract: it', () => {
      for (const test of contractTests) it(test.name, async () => test.run(await create()));
    });
    describe('computes', () => {
      for (const kernelCase of kernelCases) {
        it(kernelCase.name, async () =>
          compare(await create(), kernelCase, tolerance, options.unsupported ?? {}),
        );
      }
    });
    it(
      'trains as backend-cpu does, over twenty steps of Adam',
      async () => trainAlike(await create()),
      60_000,
    );
  });
}

/** Throws where a case gives something else than on backend-cpu, or fails in another way than it should. */
export async function compare(
  backend: Backend,
  kernelCase: KernelCase,
  tolerance: number,
  unsupported: Readonly<Record<string, string>>,
): Promise<void> {
  const program = programOf(kernelCase);
  const missing = [...kernelsIn(program)].find((kernel) => Object.hasOwn(unsupported, kernel));
  if (missing !== undefined)
    return assertRejects(() => backend.compile(program), 'KERNEL_UNSUPPORTED', missing);
  if (Object.hasOwn(unsupported, kernelCase.name))
    return assertFails(async () => runProgram(await backend.compile(program), program, kernelCase.inputs));
  const [reference, executable] = [await cpu().compile(program), await backend.compile(program)];
  try {
    const expected = await runProgram(reference, program, kernelCase.inputs);
    const actual = await runProgram(executable, program, kernelCase.inputs);
    expected.forEach((tensor, i) =>
      assertClose(actual[i]!, tensor, kernelCase.tolerance ?? tolerance, `output ${i}`),
    );
  } finally {
    executable.dispose();
    reference.dispose();
  }
}

async function trainAlike(backend: Backend): Promise<void> {
  const step = trainingStep([12, 16, 8, 4], 6);
  const labels = floats([6, 4], 0, 0);
  for (let i = 0; i < 6; i++) labels.data[i * 4 + (i % 4)] = 1;
  const batch = [floats([6, 12]), labels];
  const expected = await runSteps(cpu(), step, batch, 20);
  const actual = await runSteps(backend, step, batch, 20);
  expected.losses.forEach((loss, i) => {
    if (Math.abs(actual.losses[i]! - loss) > 1e-4 * Math.abs(loss))
      throw new Error(`loss of step ${i}: expected ${loss}, got ${actual.losses[i]!}`);
  });
  if (!(actual.losses[19]! < actual.losses[0]!))
    throw new Error(`the loss did not fall: ${actual.losses.join(', ')}`);
  expected.state.forEach((tensor, i) =>
    assertClose(actual.state[i]!, tensor, 1e-3, step.state[i]!.slot.name),
  );
}
