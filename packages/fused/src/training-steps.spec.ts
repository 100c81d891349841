// The steps that @lamella/training really captures run whole, with all state updated in place.
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { input, type Backend } from '@lamella/core';
import { dense } from '@lamella/layers';
import { simplify, type Program } from '@lamella/program';
import { Functional } from '@lamella/training';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { compileProgram } from './compile-program.js';
import { supports } from './kernels/table.js';
import { arena, expectLikeCpu, numbers, releaseTensors } from './testing/like-cpu.js';

beforeAll(() => tf.setBackend('cpu'));
afterEach(releaseTensors);

type Activation = 'linear' | 'sigmoid' | 'softmax' | 'tanh';

/** The Program of a training step of a small network on a batch of three. */
async function stepOf(
  optimizer: string,
  loss: string,
  units: number,
  activation: Activation,
): Promise<Program> {
  const seen: Program[] = [];
  const reference = cpu();
  const backend: Backend = {
    ...reference,
    name: 'watched',
    compile: (program) => {
      seen.push(program as Program);
      return reference.compile(program);
    },
  };
  const x = input({ shape: [4] });
  const hidden = dense({ units: 16, activation: 'relu' }).apply(x);
  const net = new Functional({ inputs: x, outputs: dense({ units, activation }).apply(hidden), backend });
  net.compile({ optimizer, loss, metrics: units > 1 ? ['accuracy'] : [] });
  const classes = loss.startsWith('sparse') || units === 1;
  const rows = [
    [1, 2, 3, 4],
    [4, 3, 2, 1],
    [0, 1, 0, 1],
  ];
  const labels = classes ? [[0], [1], [0]] : rows.map((_, row) => [0, 1, 2].map((i) => (i === row ? 1 : 0)));
  await net.fit(rows, labels, { epochs: 1, batchSize: 3, verbose: 0 });
  return simplify(seen[0]!);
}

describe('a training step of a small network', () => {
  it.each<[string, string, number, Activation]>([
    ['adam', 'mse', 1, 'linear'],
    ['sgd', 'binary_crossentropy', 1, 'sigmoid'],
    ['rmsprop', 'categorical_crossentropy', 3, 'softmax'],
    ['adamw', 'sparse_categorical_crossentropy', 3, 'softmax'],
    ['adam', 'mae', 1, 'tanh'],
  ])('runs whole: %s on %s', async (optimizer, loss, units, activation) => {
    const program = await stepOf(optimizer, loss, units, activation);
    expect(program.nodes.filter((node) => !supports(node, program)).map(({ kernel }) => kernel)).toEqual([]);

    const fused = await compileProgram(program, { arena });
    expect(program.updates.length).toBeGreaterThan(0);
    for (const update of program.updates) expect(fused.mayReplace(update.output, update.input)).toBe(true);
    fused.dispose();

    const inputs = numbers(program);
    program.inputs.forEach(({ name }, i) => {
      const { data } = inputs[i]!;
      // Second moments are never negative.
      if (name.includes('velocity')) data.forEach((value, k) => (data[k] = Math.abs(value)));
    });
    await expectLikeCpu(program, inputs, 1e-4);
  });
});
