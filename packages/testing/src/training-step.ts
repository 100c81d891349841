// A whole training step as one Program: a small classifier, its loss, gradients and Adam, for comparing backends.
// Not an optimizer to use: those are in @lamella/training.
import * as tf from '@tensorflow/tfjs-core';
import {
  assignState,
  capture,
  gradients,
  HostTensor,
  readState,
  sizeOf,
  type Captured,
  type Shape,
  type StateSlot,
} from '@lamella/program';

/** A weight of the step and what it starts from. */
export interface StepState {
  readonly slot: StateSlot;
  readonly initial: HostTensor;
}

/** A captured step and its state, in the order of the Program's state inputs. */
export interface TrainingStep {
  readonly captured: Captured;
  readonly state: readonly StepState[];
}

/** The step of a network of dense layers of `units` (the first is the input's), at `batch` rows a step. */
export function trainingStep(units: readonly number[], batch: number): TrainingStep {
  const cells = new Map<StateSlot, HostTensor>();
  const cell = (name: string, shape: Shape, spread: number): StateSlot => {
    const slot: StateSlot = { name, shape, dtype: 'float32' };
    const data = Float32Array.from(
      { length: sizeOf(shape) },
      (_, i) => spread * (2 * ((i * 0.6180339887498949 + name.length * 0.37) % 1) - 1),
    );
    cells.set(slot, new HostTensor(data, shape));
    return slot;
  };
  const weights = units.slice(1).flatMap((count, i) => {
    const spread = Math.sqrt(6 / (units[i]! + count));
    return [cell(`dense_${i}/kernel`, [units[i]!, count], spread), cell(`dense_${i}/bias`, [count], 0)];
  });
  const moments = weights.map(
    (weight) =>
      [cell(`${weight.name}/m`, weight.shape, 0), cell(`${weight.name}/v`, weight.shape, 0)] as const,
  );
  const step = cell('step', [], 0);
  const captured = capture(
    (x, y) => {
      const values = weights.map(readState);
      const loss = crossEntropy(y!, network(x!, values));
      const found = gradients(loss, values);
      const count = tf.add(readState(step), 1);
      assignState(step, count);
      weights.forEach((weight, i) => adam(weight, values[i]!, moments[i]!, found[i]!, count));
      return { loss };
    },
    [
      { name: 'x', shape: [batch, units[0]!], dtype: 'float32' },
      { name: 'y', shape: [batch, units.at(-1)!], dtype: 'float32' },
    ],
  );
  return { captured, state: captured.slots.map((slot) => ({ slot, initial: cells.get(slot)! })) };
}

function network(x: tf.Tensor, weights: readonly tf.Tensor[]): tf.Tensor {
  let values = x;
  for (let i = 0; i < weights.length; i += 2) {
    values = tf.add(tf.matMul(values, weights[i]!), weights[i + 1]!);
    if (i + 2 < weights.length) values = tf.relu(values);
  }
  return values;
}

function crossEntropy(y: tf.Tensor, logits: tf.Tensor): tf.Tensor {
  const shifted = tf.sub(logits, tf.max(logits, -1, true));
  const logProbabilities = tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), -1, true)));
  return tf.neg(tf.mean(tf.sum(tf.mul(y, logProbabilities), -1)));
}

function adam(
  weight: StateSlot,
  value: tf.Tensor,
  [m, v]: readonly [StateSlot, StateSlot],
  gradient: tf.Tensor,
  count: tf.Tensor,
): void {
  const rate = tf.div(tf.mul(0.001, tf.sqrt(tf.sub(1, tf.pow(0.999, count)))), tf.sub(1, tf.pow(0.9, count)));
  const nextM = tf.add(readState(m), tf.mul(tf.sub(gradient, readState(m)), 0.1));
  const nextV = tf.add(readState(v), tf.mul(tf.sub(tf.square(gradient), readState(v)), 0.001));
  assignState(m, nextM);
  assignState(v, nextV);
  assignState(weight, tf.sub(value, tf.div(tf.mul(nextM, rate), tf.add(tf.sqrt(nextV), 1e-7))));
}
