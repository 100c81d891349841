// Two captured functions held against each other, values and gradients, on the current tfjs backend. Not published.
import * as tf from '@tensorflow/tfjs-core';
import { capture } from '../capture.js';
import { gradients } from '../gradients.js';
import type { Program } from '../program.js';
import { replay } from '../replay.js';
import { argumentsFor, tensorOf, type Sample } from './sample.js';

export type Computation = (...xs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];

/** The values of a Program's outputs. */
export function valuesOf(program: Program, inputs: readonly Sample[]): number[][] {
  return tf.tidy(() => replay(program, inputs.map(tensorOf)).map((tensor) => [...tensor.dataSync()]));
}

/** The Program of a function of these inputs. */
export function programOf(fn: Computation, inputs: readonly Sample[]): Program {
  return capture((...xs) => fn(...xs), argumentsFor(inputs)).program;
}

/** All float outputs, and the gradients of their weighted sum by each float input, in which no two elements count alike. */
export function withGradients(fn: Computation): Computation {
  return (...xs) => {
    const outputs = [fn(...xs)].flat();
    const loss = outputs
      .filter(({ dtype }) => dtype === 'float32')
      .map((y, i) => tf.sum(tf.mul(y, tf.add(tf.reshape(tf.range(0, y.size), y.shape), 0.3 + i))))
      .reduce((a, b) => tf.add(a, b));
    const by = xs.filter(({ dtype }) => dtype === 'float32');
    return [...outputs, ...gradients(loss, by).map((slope, i) => slope ?? tf.zerosLike(by[i]!))];
  };
}

/** Each element in which the results of two functions differ, described. Tolerance: times (1 + magnitude). */
export function differences(
  a: Computation,
  b: Computation,
  inputs: readonly Sample[],
  tolerance = 1e-5,
): string[] {
  const [p, q] = [a, b].map((fn) => valuesOf(programOf(fn, inputs), inputs)) as [number[][], number[][]];
  if (p.length !== q.length) return [`${p.length} results and ${q.length}`];
  return p.flatMap((values, i) => {
    const others = q[i]!;
    if (values.length !== others.length)
      return [`result ${i} has ${values.length} elements and ${others.length}`];
    return values.flatMap((value, k) =>
      Math.abs(value - others[k]!) <= tolerance * (1 + Math.abs(value))
        ? []
        : [`result ${i}, element ${k}: ${value} and ${others[k]}`],
    );
  });
}
