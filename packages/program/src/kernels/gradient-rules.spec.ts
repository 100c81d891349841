import { beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { findKernel, kernels } from '../kernels.js';
import { gradientFaults } from '../testing/check-gradient.js';
import * as families from '../testing/gradient-cases/index.js';
import { kernelsOf } from '../testing/kernel-case.js';

type Inputs = Record<string, tf.Tensor>;
type Attributes = { readonly shape: number[]; readonly axis: number };

/** What tfjs-backend-cpu lacks, for the differences to be taken of. */
const missing: Readonly<Record<string, (inputs: Inputs, attrs: Attributes) => tf.Tensor>> = {
  BroadcastTo: ({ x }, { shape }) => tf.mul(x!, tf.ones(shape)),
  LogSoftmax: ({ logits }, { axis }) => tf.sub(logits!, tf.logSumExp(logits!, axis, true)),
  MatrixBandPart: ({ input, numLower, numUpper }) =>
    tf.linalg.bandPart(input!, numLower as tf.Scalar, numUpper as tf.Scalar),
};

beforeAll(async () => {
  await tf.setBackend('cpu');
  for (const [kernelName, compute] of Object.entries(missing)) {
    tf.registerKernel({
      kernelName,
      backendName: 'cpu',
      kernelFunc: ({ inputs, attrs }) => compute(inputs as Inputs, attrs as unknown as Attributes),
    });
  }
});

describe('gradient rules', () => {
  it('have a case each', () => {
    const withRule = Object.keys(kernels).filter((name) => typeof findKernel(name)?.gradient === 'function');
    expect(kernelsOf(Object.values(families).flat())).toEqual(withRule.sort());
  });
});

describe.each(Object.entries(families))('gradient rules of %s', (_family, cases) => {
  it.each(cases)('agree with finite differences for $title', (one) => {
    expect(gradientFaults(one, one.options)).toEqual([]);
  });
});
