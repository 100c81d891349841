// templateName: a function for Lambda layers, under a name by which files find it. A start: put your own in its place.
import { definePlugin } from '@lamella/core';
import { namedFunction } from '@lamella/lambda';
import * as tf from '@tensorflow/tfjs-core';

/** sin(frequency · x). Shapes: any to the same. */
export const templateName = namedFunction(
  // The name in files. Do not change it once a model was saved.
  'template-prefix>templateName',
  (x: tf.Tensor, { frequency }: { frequency: number }) => tf.sin(tf.mul(x, frequency)),
  { arguments: { frequency: 'number' } },
);

/** For `compose({ plugins: [...] })`, beside `lambdas()`. */
export const templateNamePlugin = definePlugin({
  name: 'template-package',
  functions: [templateName],
});
