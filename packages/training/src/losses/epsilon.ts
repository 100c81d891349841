/** Keras' epsilon: what probabilities, divisors and the arguments of logarithms are kept away from 0 by. */
export const epsilon = 1e-7;
