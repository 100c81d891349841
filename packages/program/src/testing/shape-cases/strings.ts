// Cases of kernels on strings.
import * as tf from '@tensorflow/tfjs-core';
import { call, misfit, op, type ShapeCases } from '../kernel-case.js';
import { float, text } from '../sample.js';

export const strings: ShapeCases = {
  cases: [
    op('StaticRegexReplace', '', [text('a1', 'b2')], (x: tf.Tensor) =>
      tf.string.staticRegexReplace(x, '[0-9]', ''),
    ),
    op('StringToHashBucketFast', '', [text('a', 'b', 'c')], (x: tf.Tensor) =>
      tf.string.stringToHashBucketFast(x, 10),
    ),
  ],
  misfits: [
    misfit(
      'DTYPE_MISMATCH',
      ['float32[2]'],
      call('StaticRegexReplace', { x: float(2) }, { pattern: 'a', rewrite: '', replaceGlobal: true }),
    ),
    misfit(
      'DTYPE_MISMATCH',
      ['float32[2]'],
      call('StringToHashBucketFast', { input: float(2) }, { numBuckets: 3 }),
    ),
  ],
};
