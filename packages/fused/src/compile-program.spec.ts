import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { gradients, HostTensor, Program, simplify } from '@lamella/program';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { compileProgram } from './compile-program.js';
import { isElementWise, supports } from './kernels/table.js';
import { createArena } from './memory/arena.js';
import {
  arena,
  expectLikeCpu,
  float,
  inArena,
  int,
  numbers,
  outputsOf,
  program,
  releaseTensors,
  run,
} from './testing/like-cpu.js';

beforeAll(() => tf.setBackend('cpu'));
afterEach(releaseTensors);

/** One step of Adam for two weights of a small network, as the training package captures it. */
function trainingStep(batch: number): Program {
  const shapes = [[4, 16], [16], [16, 3], [3]];
  const state = shapes.flatMap((shape, i) => ['w', 'm', 'v'].map((name) => float(`${name}${i}`, ...shape)));
  const captured = program(
    (...all) => {
      const weights = shapes.map((_, i) => all[3 * i]!);
      const [iterations, rate, x, labels] = all.slice(state.length) as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ];
      const hidden = tf.relu(tf.add(tf.matMul(x, weights[0]!), weights[1]!));
      const logits = tf.add(tf.matMul(hidden, weights[2]!), weights[3]!);
      const loss = tf.neg(tf.mean(tf.sum(tf.mul(tf.oneHot(labels, 3), tf.logSoftmax(logits)), 1)));
      const step = tf.add(tf.cast(iterations, 'float32'), 1);
      const correction = tf.div(tf.sqrt(tf.sub(1, tf.pow(0.999, step))), tf.sub(1, tf.pow(0.9, step)));
      const alpha = tf.mul(rate, correction);
      const updated = gradients(loss, weights).flatMap((gradient, i) => {
        const [w, m0, v0] = all.slice(3 * i, 3 * i + 3) as [tf.Tensor, tf.Tensor, tf.Tensor];
        const m = tf.add(m0, tf.mul(tf.sub(gradient!, m0), 0.1));
        const v = tf.add(v0, tf.mul(tf.sub(tf.square(gradient!), v0), 0.001));
        return [tf.sub(w, tf.div(tf.mul(m, alpha), tf.add(tf.sqrt(v), 1e-7))), m, v];
      });
      return [...updated, tf.add(iterations, tf.scalar(1, 'int32')), loss];
    },
    ...state,
    int('iterations'),
    float('rate'),
    float('x', batch, 4),
    int('labels', batch),
  );
  const updates = state.concat(int('iterations')).map((_, i) => ({ output: i, input: i }));
  return simplify(new Program({ ...captured, updates }));
}

function stepInputs(of: Program): HostTensor[] {
  const inputs = numbers(of);
  of.inputs.forEach(({ name }, i) => {
    const { data } = inputs[i]!;
    if (name.startsWith('v')) data.forEach((value, k) => (data[k] = Math.abs(value)));
    if (name === 'labels') data.forEach((_, k) => (data[k] = k % 3));
    if (name === 'iterations') data[0] = 3;
    if (name === 'rate') data[0] = 0.01;
  });
  return inputs;
}

describe('a whole training step', () => {
  it('gives what backend-cpu gives', async () => {
    for (const batch of [1, 5, 32]) {
      const of = trainingStep(batch);
      await expectLikeCpu(of, stepInputs(of));
    }
  });

  it('updates all state in place, and gives the same as with memory of its own, step after step', async () => {
    const of = trainingStep(5);
    const fused = await compileProgram(of, { arena });
    for (const update of of.updates) expect(fused.mayReplace(update.output, update.input)).toBe(true);
    const inputs = stepInputs(of);

    const shared = inputs.map(inArena);
    const sharedOutputs = outputsOf(of);
    for (const { output, input } of of.updates) sharedOutputs[output] = shared[input]!;
    const step = fused.bind(shared, sharedOutputs);

    const apart = inputs.map(inArena);
    const apartOutputs = outputsOf(of);
    const other = fused.bind(apart, apartOutputs);
    for (let i = 0; i < 10; i++) {
      step.run();
      other.run();
      for (const { output, input } of of.updates) {
        expect(sharedOutputs[output]!.data).toEqual(apartOutputs[output]!.data);
        apart[input]!.data.set(apartOutputs[output]!.data);
      }
      expect(sharedOutputs.at(-1)!.data).toEqual(apartOutputs.at(-1)!.data);
    }
  });
});

describe('memory shared by outputs and inputs', () => {
  const shiftThenAdd = program((x) => tf.add(x, tf.reverse(x, 0)), float('x', 8));

  it('is refused where an element is read after it is written', async () => {
    const fused = await compileProgram(shiftThenAdd, { arena });
    expect(fused.mayReplace(0, 0)).toBe(false);
    const x = inArena(HostTensor.zeros([8]));
    expect(() => fused.bind([x], [x])).toThrow('[BUFFERS_OVERLAP]');
  });

  it('is refused where it overlaps in part, or two outputs share it', async () => {
    const of = program((x) => [tf.neg(x), tf.abs(x)], float('x', 8));
    const fused = await compileProgram(of, { arena });
    const both = inArena(HostTensor.zeros([12]));
    const part = (start: number): HostTensor => new HostTensor(both.data.subarray(start, start + 8), [8]);
    const [x, y] = [inArena(HostTensor.zeros([8])), inArena(HostTensor.zeros([8]))];
    expect(() => fused.bind([part(0)], [part(4), y])).toThrow('[BUFFERS_OVERLAP]');
    expect(() => fused.bind([x], [y, y])).toThrow('[BUFFERS_OVERLAP]');
  });

  it('is allowed for an input that only earlier loops read otherwise', async () => {
    const of = simplify(
      new Program({
        ...program(
          (w, x) => [tf.sub(w, tf.matMul(tf.transpose(x), tf.matMul(x, w))), tf.sum(w)],
          float('w', 3, 5),
          float('x', 4, 3),
        ),
        updates: [{ output: 0, input: 0 }],
      }),
    );
    const fused = await compileProgram(of, { arena });
    expect(fused.mayReplace(0, 0)).toBe(true);
    const inputs = numbers(of);
    const apart = await run(of, inputs, 'simd');
    const [w, x, sum] = [inArena(inputs[0]!), inArena(inputs[1]!), inArena(HostTensor.zeros([]))];
    fused.bind([w, x], [w, sum]).run();
    expect(w.data).toEqual(apart[0]!.data);
    expect(sum.data).toEqual(apart[1]!.data);
  });
});

describe('compileProgram', () => {
  const of = program((x) => tf.neg(x), float('x', 4));

  it('names the kernel and the layer of a node that it cannot run', async () => {
    const convolution = program(
      (x, k) => tf.conv2d(x as tf.Tensor4D, k as tf.Tensor4D, 1, 'same'),
      float('x', 1, 4, 4, 1),
      float('k', 3, 3, 1, 2),
    );
    await expect(compileProgram(convolution, { arena })).rejects.toThrow('[KERNEL_UNSUPPORTED]');
    expect(supports(convolution.nodes[0]!, convolution)).toBe(false);
  });

  it('tells element-wise nodes from those that broadcast or fold', () => {
    const mixed = program(
      (x, b) => [tf.add(x, 1), tf.add(x, b), tf.sum(x), tf.exp(x)],
      float('x', 3, 4),
      float('b', 4),
    );
    expect(mixed.nodes.map((node) => [node.kernel, isElementWise(node, mixed)])).toEqual([
      ['Add', true],
      ['Add', false],
      ['Sum', false],
      ['Exp', true],
    ]);
  });

  it('refuses tensors of another shape, dtype or memory, and runs after dispose', async () => {
    const fused = await compileProgram(of, { arena });
    const [x, y] = [inArena(HostTensor.zeros([4])), inArena(HostTensor.zeros([4]))];
    expect(() => fused.bind([inArena(HostTensor.zeros([5]))], [y])).toThrow('[SHAPE_MISMATCH]');
    expect(() => fused.bind([inArena(HostTensor.zeros([4], 'int32'))], [y])).toThrow('[DTYPE_MISMATCH]');
    expect(() => fused.bind([HostTensor.zeros([4])], [y])).toThrow('[BUFFER_FOREIGN]');
    expect(() => fused.bind([x], [])).toThrow('[PROGRAM_INVALID]');
    const bound = fused.bind([x], [y]);
    fused.dispose();
    expect(() => bound.run()).toThrow('[EXECUTABLE_DISPOSED]');
    expect(() => fused.bind([x], [y])).toThrow('[EXECUTABLE_DISPOSED]');
  });

  it('gives back all memory it took', async () => {
    const before = arena.used;
    const fused = await compileProgram(trainingStep(2), { arena });
    expect(arena.used).toBeGreaterThan(before);
    fused.dispose();
    expect(arena.used).toBe(before);
  });

  it('gives its memory back when it and its bindings are dropped, too', async () => {
    const { setFlagsFromString } = await import('node:v8');
    setFlagsFromString('--expose-gc');
    const collect = (await import('node:vm')).runInNewContext('gc') as () => void;
    const own = createArena({ bytes: 65536 });
    await (async () => {
      const fused = await compileProgram(of, { arena: own });
      fused.bind([own.tensor([4])], [own.tensor([4])]).run();
    })();
    for (let i = 0; i < 1000 && own.used > 0; i++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(own.used).toBe(0);
  });

  it('runs in plain memory where there is no WebAssembly', async () => {
    const plain = createArena({ bytes: 65536, plain: true });
    const fused = await compileProgram(of, { arena: plain });
    expect(fused.path).toBe('plain');
    const [x, y] = [plain.tensor([4]), plain.tensor([4])];
    x.data.set([1, 2, 3, 4]);
    fused.bind([x], [y]).run();
    expect([...y.data]).toEqual([-1, -2, -3, -4]);
  });
});
