// keras.ops: functions that are computed by polynomials, in float32.
import * as tf from '@tensorflow/tfjs-core';
import { floatUnary } from './operation-definition.js';

/** Coefficients from the highest power down. */
function polynomial(x: tf.Tensor, coefficients: readonly number[]): tf.Tensor {
  const [first, ...rest] = coefficients;
  return rest.reduce<tf.Tensor>((y, c) => tf.add(tf.mul(y, x), c), tf.scalar(first!));
}

/** Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 9.8.1 and 9.8.2. */
export const I0 = floatUnary((x) => {
  const size = tf.abs(x);
  const t = tf.square(tf.div(tf.minimum(size, 3.75), 3.75));
  const near = polynomial(t, [0.0045813, 0.0360768, 0.2659732, 1.2067492, 3.0899424, 3.5156229, 1]);
  const far = tf.maximum(size, 3.75);
  const scale = polynomial(
    tf.div(3.75, far),
    [
      0.00392377, -0.01647633, 0.02635537, -0.02057706, 0.00916281, -0.00157565, 0.00225319, 0.01328592,
      0.39894228,
    ],
  );
  return tf.where(tf.less(size, 3.75), near, tf.mul(tf.div(tf.exp(far), tf.sqrt(far)), scale));
});

/** Source: M. Giles, Approximating the erfinv function, GPU Computing Gems 2 (2011). */
export const Erfinv = floatUnary((x) => {
  const w = tf.neg(tf.log(tf.mul(tf.sub(1, x), tf.add(1, x))));
  const near = polynomial(
    tf.sub(tf.minimum(w, 5), 2.5),
    [
      2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503,
      -0.00417768164, 0.246640727, 1.50140941,
    ],
  );
  const far = polynomial(
    tf.sub(tf.sqrt(tf.maximum(w, 5)), 3),
    [
      -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613,
      0.00943887047, 1.00167406, 2.83297682,
    ],
  );
  const found = tf.mul(tf.where(tf.less(w, 5), near, far), x);
  return tf.where(tf.equal(tf.abs(x), 1), tf.mul(x, Infinity), found);
});

/** To seven digits also where 1 - erf(x) would lose them. Source: Numerical Recipes, 6.2, erfcc. */
export const Erfc = floatUnary((x) => {
  const size = tf.abs(x);
  const t = tf.div(1, tf.add(1, tf.mul(size, 0.5)));
  const exponent = polynomial(
    t,
    [
      0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196,
      1.00002368, -1.26551223,
    ],
  );
  const found = tf.mul(t, tf.exp(tf.sub(exponent, tf.square(x))));
  return tf.where(tf.less(x, 0), tf.sub(2, found), found);
});
