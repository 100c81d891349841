// What `Backend` and `Executable` promise beside right numbers: buffers, errors, memory, order. Used by testBackend.
import * as tf from '@tensorflow/tfjs-core';
import type { Backend } from '@lamella/core';
import { capture, fillRandom, HostTensor, random, type Program, type ArgumentSpec } from '@lamella/program';
import { assertClose, assertRejects, assertSame } from './assertions.js';
import { argumentsFor, floats, integers } from './kernel-case.js';

/** One promise: a sentence and its proof. */
export interface ContractTest {
  readonly name: string;
  readonly run: (backend: Backend) => Promise<void>;
}

const x: ArgumentSpec = { name: 'x', shape: [2, 3], dtype: 'float32' };
const addTwo = (): Program => capture((a) => tf.add(a!, 2), [x]).program;
const plus = (tensor: HostTensor, value: number): HostTensor =>
  new HostTensor(
    Float32Array.from(tensor.data, (v) => v + value),
    tensor.shape,
  );

const buffers: readonly ContractTest[] = [
  {
    name: 'makes its own outputs where none are given',
    run: async (backend) => {
      const executable = await backend.compile(addTwo());
      const input = floats([2, 3]);
      const [first] = await executable.run([input]);
      const [second] = await executable.run([plus(input, 1)]);
      assertClose(first!, plus(input, 2), 1e-6);
      assertClose(second!, plus(input, 3), 1e-6);
      executable.dispose();
    },
  },
  {
    name: 'writes into the outputs that are given, and leaves the inputs alone',
    run: async (backend) => {
      const executable = await backend.compile(addTwo());
      const input = floats([2, 3]);
      const output = backend.allocate([2, 3], 'float32');
      const [result] = await executable.run([input], [output]);
      assertSame(result, output, 'the returned tensor');
      assertClose(output, plus(floats([2, 3]), 2), 1e-6);
      assertClose(input, floats([2, 3]), 0);
      executable.dispose();
    },
  },
  {
    name: 'sees what is written into an input between two runs',
    run: async (backend) => {
      const executable = await backend.compile(addTwo());
      const [input, output] = [backend.allocate([2, 3], 'float32'), backend.allocate([2, 3], 'float32')];
      await executable.run([input], [output]);
      input.data.fill(5);
      await executable.run([input], [output]);
      assertClose(output, plus(input, 2), 1e-6);
      executable.dispose();
    },
  },
  {
    name: 'gives the same when the value of an input is known beforehand',
    run: async (backend) => {
      const tensors = [floats([2, 5, 5, 3]), floats([2, 2, 3, 4]), floats([4])] as const;
      const { program } = capture(
        (a, w, b) => tf.add(tf.conv2d(a as tf.Tensor4D, w as tf.Tensor4D, 1, 'same'), b!),
        argumentsFor(tensors),
      );
      const [input, weight, bias] = tensors;
      const ordinary = await backend.compile(program);
      const frozen = await backend.compile(program, { frozen: new Map([[1, weight]]) });
      const [expected] = await ordinary.run([input, weight, bias]);
      assertClose((await frozen.run([input, weight, bias]))[0]!, expected!, 1e-6);
      const [moved] = await ordinary.run([input, weight, plus(bias, 1)]);
      assertClose((await frozen.run([input, weight, plus(bias, 1)]))[0]!, moved!, 1e-6);
      ordinary.dispose();
      frozen.dispose();
    },
  },
  {
    name: 'gives the same for every batch size when it knows that the Programs come from one function',
    run: async (backend) => {
      const weight = floats([3, 4]);
      const at = (batch: number): Program =>
        capture(
          (x, w) => {
            const y = tf.matMul(x!, w!);
            return [batch === 5 ? tf.neg(y) : y, tf.sum(y, 0), random.uniform([batch, 2])];
          },
          argumentsFor([floats([batch, 3]), weight]),
        ).program;
      const openBatch = { at };
      for (const batch of [4, 1, 2, 3, 5, 6, 4]) {
        const program = at(batch);
        const inputs = [floats([batch, 3]), weight, floats([batch, 2])];
        const alone = await backend.compile(program);
        const together = await backend.compile(program, { openBatch });
        const expected = await alone.run(inputs);
        (await together.run(inputs)).forEach((result, i) => assertClose(result, expected[i]!, 1e-6));
        alone.dispose();
        together.dispose();
      }
    },
  },
  {
    name: 'draws the random numbers that every backend draws',
    run: async (backend) => {
      const { program } = capture(
        () => [random.uniform([5]), random.normal([4, 3]), random.truncatedNormal([7])],
        [],
      );
      const executable = await backend.compile(program);
      for (const { id, random: spec } of program.inputs) {
        const { shape } = program.type(id);
        const [found, expected] = [backend.allocate(shape, 'float32'), backend.allocate(shape, 'float32')];
        const key = { seed: 7, step: 11 };
        (executable.fillRandom ?? fillRandom)(spec!, key, found.data);
        fillRandom(spec!, key, expected.data);
        assertClose(found, expected, 0);
      }
      executable.dispose();
    },
  },
  {
    name: 'allocates zeros of each dtype',
    run: async (backend) => {
      for (const dtype of ['float32', 'int32', 'bool', 'uint8'] as const) {
        const tensor = backend.allocate([2, 2], dtype);
        assertSame(tensor.dtype, dtype, 'dtype');
        assertSame(
          tensor.data.every((value) => value === 0),
          true,
          'all zero',
        );
      }
    },
  },
  {
    name: 'takes inputs stored as uint8 and gives bools as bytes',
    run: async (backend) => {
      const images = integers([2, 4], 256, 'uint8');
      const { program } = capture(
        (a) => [tf.div(tf.cast(a!, 'float32'), 255), tf.greater(a!, tf.scalar(100, 'int32')), a!],
        argumentsFor([images]),
      );
      const executable = await backend.compile(program);
      const [scaled, isBright, same] = await executable.run([images]);
      assertClose(
        scaled!,
        new HostTensor(
          Float32Array.from(images.data, (v) => v / 255),
          [2, 4],
        ),
        1e-6,
      );
      assertClose(
        isBright!,
        new HostTensor(
          Uint8Array.from(images.data, (v) => Number(v > 100)),
          [2, 4],
          'bool',
        ),
        0,
      );
      assertClose(same!, new HostTensor(Int32Array.from(images.data), [2, 4], 'int32'), 0);
      executable.dispose();
    },
  },
  {
    name: 'gives an input, a constant and one value twice as outputs of their own',
    run: async (backend) => {
      const { program } = capture(
        (a) => {
          const b = tf.add(a!, 1);
          return [a!, tf.tensor1d([1, 2]), b, b, a!];
        },
        [x],
      );
      const executable = await backend.compile(program);
      const input = floats([2, 3]);
      const results = await executable.run([input]);
      assertClose(results[0]!, input, 0);
      assertClose(results[1]!, new HostTensor(Float32Array.of(1, 2), [2]), 0);
      assertClose(results[3]!, plus(input, 1), 1e-6);
      results[0]!.data.fill(9);
      results[2]!.data.fill(9);
      assertClose(input, floats([2, 3]), 0, 'the input after its copy was changed');
      assertClose(results[3]!, plus(input, 1), 1e-6, 'the second copy after the first was changed');
      assertClose(results[4]!, input, 0);
      executable.dispose();
    },
  },
  {
    name: 'runs programs without nodes, without outputs, and with inputs that nothing reads',
    run: async (backend) => {
      const identity = await backend.compile(
        capture((a) => a!, [x, { name: 'unused', shape: [3], dtype: 'int32' }]).program,
      );
      const [same] = await identity.run([floats([2, 3]), integers([3], 5)]);
      assertClose(same!, floats([2, 3]), 0);
      const nothing = await backend.compile(capture(() => [], [x]).program);
      assertSame((await nothing.run([floats([2, 3])])).length, 0, 'number of outputs');
      identity.dispose();
      nothing.dispose();
    },
  },
  {
    name: 'computes with tensors of no elements',
    run: async (backend) => {
      const empty = new HostTensor(new Float32Array(0), [0, 3]);
      const { program } = capture(
        (a) => [tf.add(a!, 1), tf.sum(a!, 0), tf.concat([a!, tf.ones([2, 3])], 0)],
        argumentsFor([empty]),
      );
      const executable = await backend.compile(program);
      const [sum, total, joined] = await executable.run([empty]);
      assertClose(sum!, empty, 0);
      assertClose(total!, HostTensor.zeros([3]), 0);
      assertClose(joined!, new HostTensor(new Float32Array(6).fill(1), [2, 3]), 0);
      executable.dispose();
    },
  },
];

const failures: readonly ContractTest[] = [
  {
    name: 'rejects inputs and outputs of the wrong number, shape or dtype, by name',
    run: async (backend) => {
      const executable = await backend.compile(addTwo());
      await assertRejects(() => executable.run([]), 'EXECUTABLE_INVALID', '1 inputs');
      await assertRejects(
        () => executable.run([floats([3, 2])]),
        'SHAPE_MISMATCH',
        'Input "x"',
        '[2, 3]',
        '[3, 2]',
      );
      await assertRejects(
        () => executable.run([integers([2, 3], 4)]),
        'DTYPE_MISMATCH',
        'Input "x"',
        'float32',
        'int32',
      );
      await assertRejects(
        () => executable.run([floats([2, 3])], [floats([6])]),
        'SHAPE_MISMATCH',
        'Output "output_0"',
      );
      await assertRejects(
        () => executable.run([floats([2, 3])], [integers([2, 3], 4)]),
        'DTYPE_MISMATCH',
        'Output "output_0"',
      );
      executable.dispose();
    },
  },
  {
    name: 'rejects an output that shares memory with an input or with another output',
    run: async (backend) => {
      const input = floats([2, 3]);
      const executable = await backend.compile(addTwo());
      await assertRejects(() => executable.run([input], [input]), 'OUTPUT_ALIASED', 'input "x"');
      assertClose(input, floats([2, 3]), 0);
      const two = await backend.compile(capture((a) => [tf.add(a!, 1), tf.add(a!, 2)], [x]).program);
      const memory = new Float32Array(9);
      const part = (from: number): HostTensor => new HostTensor(memory.subarray(from, from + 6), [2, 3]);
      await assertRejects(() => two.run([input], [part(0), part(3)]), 'OUTPUT_ALIASED', 'output "output_0"');
      executable.dispose();
      two.dispose();
    },
  },
  {
    name: 'refuses to run once disposed of, and may be disposed of twice',
    run: async (backend) => {
      const executable = await backend.compile(addTwo());
      executable.dispose();
      executable.dispose();
      await assertRejects(() => executable.run([floats([2, 3])]), 'EXECUTABLE_DISPOSED');
    },
  },
  {
    name: 'names the kernel and the layer of what it cannot compile',
    run: async (backend) => {
      const program = addTwo();
      const [node] = program.nodes;
      const odd = program.with({ nodes: [{ ...node!, kernel: 'NoSuchKernel', scope: 'model/odd_layer' }] });
      await assertRejects(
        () => backend.compile(odd),
        'KERNEL_UNSUPPORTED',
        'NoSuchKernel',
        'model/odd_layer',
      );
    },
  },
];

const memory: readonly ContractTest[] = [
  {
    name: 'runs several executables at the same time',
    run: async (backend) => {
      const one = await backend.compile(addTwo());
      const two = await backend.compile(capture((a) => tf.mul(a!, 3), [x]).program);
      const input = floats([2, 3]);
      const [[sum], [product]] = await Promise.all([one.run([input]), two.run([input])]);
      assertClose(sum!, plus(input, 2), 1e-6);
      assertClose(
        product!,
        new HostTensor(
          Float32Array.from(input.data, (v) => v * 3),
          [2, 3],
        ),
        1e-6,
      );
      one.dispose();
      assertClose((await two.run([input]))[0]!, product!, 0);
      two.dispose();
    },
  },
  {
    name: 'leaves no tfjs tensor behind and the current tfjs backend as it was',
    run: async (backend) => {
      const program = addTwo();
      const warm = await backend.compile(program);
      await warm.run([floats([2, 3])]);
      const before = { ...tf.memory(), backend: tf.engine().backendName };
      const executable = await backend.compile(program);
      for (let i = 0; i < 3; i++) await executable.run([floats([2, 3])]);
      await assertRejects(() => executable.run([floats([6])]), 'SHAPE_MISMATCH');
      executable.dispose();
      const after = tf.memory();
      assertSame(after.numTensors, before.numTensors, 'number of tensors');
      assertSame(after.numBytes, before.numBytes, 'bytes of tensors');
      assertSame(tf.engine().backendName, before.backend, 'current tfjs backend');
      warm.dispose();
    },
  },
];

export const contractTests: readonly ContractTest[] = [...buffers, ...failures, ...memory];
