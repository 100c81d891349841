import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { compose, input, type Backend } from '@lamella/core';
import { dense, layers, reLU, softmax } from '@lamella/layers';
import { assignState, capture, HostTensor, readState, type Program, type StateSlot } from '@lamella/program';
import { adam, training } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import { lowerProgram } from './lower-program.js';
import { partition } from './partition.js';
import { fuseBias } from './passes/fuse-bias.js';
import { prepareProgram } from './passes/prepare-program.js';

/** The Program of a training step of the tutorial's network. */
async function tutorialStep(): Promise<Program> {
  let captured: Program | undefined;
  const backend: Backend = {
    ...cpu(),
    name: 'capture',
    compile(program) {
      captured = program as Program;
      throw new Error('captured');
    },
  };
  const { model } = compose({ backend, plugins: [layers, training] });
  const pixels = input({ shape: [784] });
  let values = pixels;
  for (const units of [500, 250, 20]) values = reLU().apply(dense({ units }).apply(values));
  const net = model({ inputs: pixels, outputs: softmax().apply(dense({ units: 10 }).apply(values)) });
  net.compile({ optimizer: adam({ learningRate: 5e-4 }), loss: 'categorical_crossentropy' });
  const data = [HostTensor.zeros([256, 784]), HostTensor.zeros([256, 10])] as const;
  await expect(net.fit(...data, { batchSize: 256, verbose: 0 })).rejects.toThrow('captured');
  return captured!;
}

const kernels = (program: Program | undefined): string[] => (program?.nodes ?? []).map((node) => node.kernel);

describe('partition', () => {
  it("divides a step of the tutorial's network into products with their biases, and one call of loops", async () => {
    const { graph, loops } = partition(prepareProgram(await tutorialStep()));
    const { operators } = lowerProgram(fuseBias(graph!.program));
    const counts: Record<string, number> = {};
    for (const operator of operators) counts[operator] = (counts[operator] ?? 0) + 1;
    // Forward four Gemm; backward four by the weights and three by the inputs; ReLU three times, and gated three times.
    expect(counts).toMatchObject({ Gemm: 11, Relu: 3, Greater: 3, Softmax: 1 });
    expect(counts['Where']).toBeUndefined();
    expect(counts['Transpose']).toBeUndefined();
    expect(counts['Reshape']).toBeUndefined();
    expect(operators.length).toBe(42);
    // The gradients of eight weights, and the loss.
    expect(graph!.program.outputs).toHaveLength(9);
    expect(loops!.program.updates.length).toBe((await tutorialStep()).updates.length);
  });

  it('leaves a Program without updates to ONNX Runtime, and takes small ones whole into loops', () => {
    const large = capture(
      (x) => tf.relu(tf.matMul(x!, x!)),
      [{ name: 'x', shape: [500, 500], dtype: 'float32' }],
    );
    expect(kernels(partition(large.program).graph?.program)).toEqual(['BatchMatMul', 'Relu']);
    const small = capture(
      (x) => tf.relu(tf.matMul(x!, x!)),
      [{ name: 'x', shape: [5, 5], dtype: 'float32' }],
    );
    expect(kernels(partition(small.program).loops?.program)).toEqual(['BatchMatMul', 'Relu']);
    expect(kernels(partition(small.program, false).graph?.program)).toEqual(['BatchMatMul', 'Relu']);
  });

  it('hands over the smaller side: what joins two results of the graph is computed there', () => {
    const slot: StateSlot = { name: 'w', shape: [400, 400], dtype: 'float32' };
    const { program } = capture(
      (x) => {
        const [a, b] = [tf.matMul(x!, x!), tf.matMul(x!, tf.sin(x!))];
        assignState(slot, tf.sub(readState(slot), tf.mul(tf.add(a, b), 0.5)));
        return [];
      },
      [{ name: 'x', shape: [400, 400], dtype: 'float32' }],
    );
    const { graph, loops } = partition(program);
    expect(kernels(graph?.program).at(-1)).toBe('Add');
    expect(kernels(loops?.program)).toEqual(['Multiply', 'Sub']);
  });
});
