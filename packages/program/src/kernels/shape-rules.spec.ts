import { beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { isLamellaError } from '../errors.js';
import { findKernel, kernels } from '../kernels.js';
import { computedTypes, inferredTypes } from '../testing/infer-types.js';
import { kernelsOf } from '../testing/kernel-case.js';
import * as families from '../testing/shape-cases/index.js';

beforeAll(() => tf.setBackend('cpu'));

describe('shape rules', () => {
  it('have a case each', () => {
    const covered = kernelsOf(Object.values(families).flatMap(({ cases }) => cases));
    const captured = Object.keys(kernels).filter((name) => findKernel(name) !== undefined);
    expect(covered).toEqual(captured.sort());
  });
});

describe.each(Object.entries(families))('shape rules of %s', (_family, { cases, misfits }) => {
  it.each(cases)('infer what comes out of $title', (one) => {
    expect(inferredTypes(one)).toEqual(one.expected ?? computedTypes(one));
  });

  it.each(misfits)('refuse $title', (one) => {
    let failure: unknown;
    try {
      inferredTypes(one);
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(Error);
    const { message } = failure as Error;
    expect(isLamellaError(failure)).toBe(true);
    expect(message.slice(0, message.indexOf(']') + 1)).toBe(`[${one.code}]`);
    for (const part of [`"${one.kernel}"`, ...one.shown]) expect(message).toContain(part);
  });
});
