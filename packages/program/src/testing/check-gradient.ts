// The reverse sweep over a captured case, held against finite differences on the current tfjs backend. Not published.
import * as tf from '@tensorflow/tfjs-core';
import { capture } from '../capture.js';
import { gradients } from '../gradients.js';
import type { Program } from '../program.js';
import { replay } from '../replay.js';
import type { KernelCase } from './kernel-case.js';
import { argumentsFor, describeType, floats, tensorOf, type Sample } from './sample.js';

export interface GradientOptions {
  /** Which inputs to differentiate by: all floats where it is not given. */
  readonly by?: readonly number[];
  /** How far a difference reaches; small enough to stay off kinks. */
  readonly step?: number;
  /** Times (1 + the larger magnitude). */
  readonly tolerance?: number;
}

/**
 * Each input's gradient that differs from the finite difference, described; none when all agree.
 * The loss is a weighted sum of all float results, so that no two elements can be confused.
 */
export function gradientFaults(one: KernelCase, options: GradientOptions = {}): string[] {
  const { step = 8e-3, tolerance = 2e-3 } = options;
  const by = options.by ?? one.inputs.flatMap(({ dtype }, i) => (dtype === 'float32' ? [i] : []));
  const { forward, backward } = programsOf(one, by);
  const found = run(backward, one.inputs);
  return by.flatMap((input, k) => {
    const expected = differences(forward, one.inputs, input, step);
    const got = found[k]!;
    return expected.flatMap((wanted, i) =>
      Math.abs(got[i]! - wanted) <= tolerance * (1 + Math.max(Math.abs(wanted), Math.abs(got[i]!)))
        ? []
        : [
            `input ${input} ${describeType(one.inputs[input]!)}, element ${i}: expected ${wanted}, got ${got[i]}`,
          ],
    );
  });
}

function programsOf(one: KernelCase, by: readonly number[]): { forward: Program; backward: Program } {
  const results = (inputs: tf.Tensor[]): tf.Tensor[] =>
    [one.run(...inputs)].flat().filter((tensor) => tensor.dtype === 'float32');
  const args = argumentsFor(one.inputs);
  const forward = capture((...inputs) => results(inputs), args).program;
  if (!forward.nodes.some((node) => node.kernel === one.kernel))
    throw new Error(
      `${one.kernel} was not called, but ${forward.nodes.map((node) => node.kernel).join(', ')}`,
    );
  const backward = capture((...inputs) => {
    const loss = results(inputs)
      .map((y, i) => tf.sum(tf.mul(y, tensorOf(weightsOf(y.shape, i)))))
      .reduce((sum, term) => tf.add(sum, term));
    return gradients(
      loss,
      by.map((i) => inputs[i]!),
    ).map((gradient, k) => gradient ?? tf.zerosLike(inputs[by[k]!]!));
  }, args).program;
  return { forward, backward };
}

function weightsOf(shape: readonly number[], output: number): Sample {
  return floats(shape, 0.5 + output, 1.5 + output);
}

function run(program: Program, inputs: readonly Sample[]): number[][] {
  return tf.tidy(() =>
    replay(program, inputs.map(tensorOf)).map((tensor) => [...(tensor.dataSync() as Float32Array)]),
  );
}

/** By the five-point formula, whose error falls with the fourth power of the step. */
function differences(forward: Program, inputs: readonly Sample[], input: number, step: number): number[] {
  const values = inputs[input]!.values as readonly number[];
  const lossAt = (element: number, offset: number): { loss: number; moved: number } => {
    const changed = Math.fround(values[element]! + offset);
    const moved = values.map((value, i) => (i === element ? changed : value));
    const outputs = run(
      forward,
      inputs.map((sample, i) => (i === input ? { ...sample, values: moved } : sample)),
    );
    const loss = outputs.reduce((sum, output, k) => {
      const weights = weightsOf([output.length], k).values as readonly number[];
      return sum + output.reduce((part, y, i) => part + y * weights[i]!, 0);
    }, 0);
    return { loss, moved: changed };
  };
  return values.map((_, i) => {
    const slope = (reach: number): number => {
      const up = lossAt(i, reach);
      const down = lossAt(i, -reach);
      return (up.loss - down.loss) / (up.moved - down.moved);
    };
    return (4 * slope(step) - slope(2 * step)) / 3;
  });
}
