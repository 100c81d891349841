// The conformance suite of lowerings that a plugin brings to a backend: each kernel as backend-cpu computes it.
import type { Backend, Plugin } from '@lamella/core';
import { assertSame } from './assertions.js';
import { kernelsIn, programOf, type KernelCase } from './kernel-case.js';
import { knownOf } from './known.js';
import { runnerOf, type TestRunner } from './runner.js';
import { compare } from './test-backend.js';

/** How the lowerings for one backend are tried. */
export interface LoweringCases {
  /** Makes the backend. */
  readonly backend: () => Backend;
  /** Functions that call the kernels; together they call each of them. */
  readonly cases: readonly KernelCase[];
  /** The largest difference allowed, relative to 1 + the expected magnitude. Default: 1e-5. */
  readonly tolerance?: number;
}

/** Declares the suite for the lowerings of `plugin` for one backend. `plugins` are those that it requires. */
export function testLowerings(
  plugin: Plugin,
  { backend, cases, tolerance = 1e-5 }: LoweringCases,
  options: { readonly plugins?: readonly Plugin[]; readonly runner?: TestRunner } = {},
): void {
  const { describe, it } = runnerOf('testLowerings', options.runner);
  const { name } = backend();
  describe(`the lowerings for ${name}`, () => {
    it('have a case for each kernel', async () => {
      const tried = new Set(cases.flatMap((one) => [...kernelsIn(programOf(one))]));
      const untried = kernelsFor(plugin, name).filter((kernel) => !tried.has(kernel));
      assertSame(untried.join(), '', 'kernels that no case calls');
    });
    for (const one of cases)
      it(`compute as backend-cpu does: ${one.name}`, async () => {
        const known = await knownOf([...new Set([...(options.plugins ?? []), plugin])], backend());
        await compare(known.backend!, one, tolerance, {});
      });
  });
}

/** The kernels that a plugin lowers for a backend. */
function kernelsFor({ lowerings = [] }: Plugin, backend: string): string[] {
  return lowerings.filter((one) => one.backend === backend).flatMap(({ kernels }) => Object.keys(kernels));
}
