// What all kits share: the options that each takes, and how promises become tests of any runner that has `describe` and `it`.
// What is promised is beside this, a file a kit.
import { cpu } from '@lamella/backend-cpu';
import type { Backend, Plugin } from '@lamella/core';
import * as tf from '@tensorflow/tfjs-core';
import { assertRejects, assertSame } from './assertions.js';
import { runnerOf, type TestRunner } from './runner.js';

/** Something that must be refused. */
export interface Rejection {
  /** The end of the sentence "it refuses ...". */
  readonly name: string;
  /** Makes, builds, applies or calls it in the wrong way. */
  readonly run: () => unknown;
  /** The code of the error. */
  readonly code: string;
  /** What the message must say: the object's name, values, the fix. */
  readonly says?: readonly string[];
}

/** What every kit is told beside what it makes and the cases. */
export interface KitOptions {
  readonly rejects?: readonly Rejection[];
  /** Where that comes from which configs and files name, beside what is tested. */
  readonly plugins?: readonly Plugin[];
  /** Where expected values are compared; all else runs on the first. Default: backend-cpu alone. */
  readonly backends?: readonly Backend[];
  /** The largest difference allowed of values, relative to 1 + the expected magnitude. Default: 1e-6. */
  readonly tolerance?: number;
  /** Default: the runner's globals, or those of Vitest or node:test where it runs the file. */
  readonly runner?: TestRunner;
}

/** {@link KitOptions} with the defaults in place. */
export type KitSettings = Required<Pick<KitOptions, 'plugins' | 'backends' | 'tolerance'>> & {
  /** The first of the backends. */
  readonly backend: Backend;
};

/** The options of a kit, with defaults. */
export function settingsOf({ plugins = [], backends = [cpu()], tolerance = 1e-6 }: KitOptions): KitSettings {
  return { plugins, backends, tolerance, backend: backends[0] ?? cpu() };
}

/** A promise: the sentence after "it", and its proof, which throws where the promise is broken. */
export interface Check<Subject> {
  readonly name: string;
  readonly applies?: (subject: Subject) => boolean;
  readonly run: (subject: Subject) => Promise<void>;
}

/** One case of a kit: what it is called, and what its checks are given. */
export interface KitCase<Subject> {
  readonly name: string;
  readonly subject: Subject;
}

/** Declares the tests of a kit: each check for each case, then what must be refused. `what` is tested: "layer". */
export function declareKit<Subject>(
  kit: string,
  what: string,
  cases: readonly KitCase<Subject>[],
  checks: readonly Check<Subject>[],
  { runner, rejects = [] }: KitOptions,
): void {
  const { describe, it } = runnerOf(kit, runner);
  for (const { name, subject } of cases) {
    describe(`the ${what}, ${name}:`, () => {
      for (const check of checks)
        if (check.applies?.(subject) ?? true) it(check.name, () => check.run(subject));
    });
  }
  if (rejects.length === 0) return;
  describe(`the ${what} refuses`, () => {
    for (const rejection of rejects) it(rejection.name, () => refuses(rejection));
  });
}

async function refuses({ run, code, says = [] }: Rejection): Promise<void> {
  await leavingNoTensors(() => assertRejects(run, code, ...says), 'after the error');
}

/** Throws where `run` leaves tfjs tensors behind. */
export async function leavingNoTensors(run: () => unknown, when: string): Promise<void> {
  const before = tf.memory().numTensors;
  await run();
  assertSame(tf.memory().numTensors, before, `number of tfjs tensors ${when}`);
}
