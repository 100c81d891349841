// What runs promise where nothing is wrong.
import * as tf from '@tensorflow/tfjs-core';
import { hostBuffer, type Backend } from '@lamella/core';
import {
  allocateArray,
  assignState,
  capture,
  fillRandom,
  HostTensor,
  OpenProgram,
  random,
  readState,
  type Program,
  type StateSlot,
} from '@lamella/program';
import { assertClose } from '../assertions.js';
import { argumentsFor, floats, integers } from '../kernel-case.js';
import { runProgram } from '../run-program.js';
import {
  addTwo,
  assertHolds,
  bufferOf,
  cell,
  key,
  outputOf,
  plus,
  x,
  type ContractTest,
} from './contract-test.js';

export const runs: readonly ContractTest[] = [
  {
    name: 'reads arguments in memory of its own and of the host, and leaves them alone',
    run: async (backend: Backend): Promise<void> => {
      const executable = await backend.compile(addTwo());
      const output = outputOf(backend);
      for (const input of [bufferOf(backend, floats([2, 3])), hostBuffer(floats([2, 3]))]) {
        await executable.run([input], [output], key);
        await assertHolds(output, plus(floats([2, 3]), 2), 1e-6);
        await assertHolds(input, floats([2, 3]));
        input.write(plus(floats([2, 3]), 5));
        await executable.run([input], [output], key);
        await assertHolds(output, plus(floats([2, 3]), 7), 1e-6);
        input.dispose();
      }
      output.dispose();
      executable.dispose();
    },
  },
  {
    name: 'gives all state its next values at once, from those before the run',
    run: async (backend: Backend): Promise<void> => {
      const [a, b] = [cell('a'), cell('b')];
      const { program } = capture(
        (given) => {
          const [first, second] = [readState(a), readState(b)];
          assignState(a, tf.mul(second, 1));
          assignState(b, tf.add(first, given!));
          return tf.sub(first, second);
        },
        [x],
      );
      const executable = await backend.compile(program);
      let [one, two] = [floats([2, 3]), floats([2, 3], 5, 6)];
      const state = [bufferOf(backend, one), bufferOf(backend, two)];
      const output = outputOf(backend);
      for (let i = 0; i < 5; i++) {
        await executable.run([hostBuffer(floats([2, 3], 1, 1)), ...state], [output], key);
        const difference = Float32Array.from(one.data, (value, k) => value - two.data[k]!);
        [one, two] = [two, plus(one, 1)];
        await assertHolds(output, new HostTensor(difference, [2, 3]), 1e-5);
        await assertHolds(state[0]!, one, 1e-5);
        await assertHolds(state[1]!, two, 1e-5);
      }
      state[0]!.write(floats([2, 3]));
      await executable.run([hostBuffer(floats([2, 3], 1, 1)), ...state], [output], key);
      await assertHolds(state[1]!, plus(floats([2, 3]), 1), 1e-6);
      for (const buffer of [...state, output]) buffer.dispose();
      executable.dispose();
    },
  },
  {
    name: 'keeps state in narrow integers, which it computes with in int32',
    run: async (backend: Backend): Promise<void> => {
      const count: StateSlot = { name: 'count', shape: [2], dtype: 'uint8' };
      const { program } = capture(() => {
        assignState(count, tf.add(readState(count), tf.scalar(1, 'int32')));
        return [];
      }, []);
      const executable = await backend.compile(program);
      const state = bufferOf(backend, new HostTensor(new Uint8Array([1, 2]), [2], 'uint8'));
      for (let i = 0; i < 3; i++) await executable.run([state], [], key);
      await assertHolds(state, new HostTensor(new Uint8Array([4, 5]), [2], 'uint8'));
      state.dispose();
      executable.dispose();
    },
  },
  {
    name: 'leaves state as it was where a run fails, and can run again',
    run: async (backend: Backend): Promise<void> => {
      const total = cell('total');
      const { program } = capture(
        (given, index) => {
          const next = tf.add(readState(total), given!);
          assignState(total, next);
          return tf.gather(next, index as tf.Tensor1D);
        },
        [x, { name: 'index', shape: [1], dtype: 'int32' }],
      );
      const executable = await backend.compile(program);
      const state = bufferOf(backend, floats([2, 3]));
      const output = backend.buffer({ shape: [1, 3], dtype: 'float32' });
      const runAt = (index: number): Promise<void> =>
        executable.run(
          [
            hostBuffer(floats([2, 3], 1, 1)),
            hostBuffer(new HostTensor(Int32Array.of(index), [1], 'int32')),
            state,
          ],
          [output],
          key,
        );
      // A device may define what lies beyond the end; then there is no failure.
      const failed = await runAt(7).then(
        () => false,
        () => true,
      );
      if (failed) await assertHolds(state, floats([2, 3]));
      else state.write(floats([2, 3]));
      await runAt(1);
      await assertHolds(state, plus(floats([2, 3]), 1), 1e-6);
      state.dispose();
      output.dispose();
      executable.dispose();
    },
  },
  {
    name: 'gives the same however often state stays as it is, and after it has changed',
    run: async (backend: Backend): Promise<void> => {
      const [filter, bias]: StateSlot[] = [
        { name: 'filter', shape: [2, 2, 3, 4], dtype: 'float32' },
        { name: 'bias', shape: [4], dtype: 'float32' },
      ];
      const input = floats([2, 5, 5, 3]);
      const { program } = capture(
        (a) =>
          tf.add(tf.conv2d(a as tf.Tensor4D, readState(filter!) as tf.Tensor4D, 1, 'same'), readState(bias!)),
        argumentsFor([input]),
      );
      const executable = await backend.compile(program);
      const state = [bufferOf(backend, floats([2, 2, 3, 4])), bufferOf(backend, floats([4]))];
      const output = backend.buffer({ shape: [2, 5, 5, 4], dtype: 'float32' });
      const run = async (): Promise<HostTensor> => {
        await executable.run([hostBuffer(input), state[0]!, state[1]!], [output], key);
        return (await output.read()).clone();
      };
      const expected = await run();
      for (let i = 0; i < 24; i++) assertClose(await run(), expected, 1e-6);
      state[1]!.write(plus(floats([4]), 1));
      for (let i = 0; i < 24; i++) assertClose(await run(), plus(expected, 1), 1e-5);
      state.push(bufferOf(backend, plus(floats([4]), 2)));
      state[1]!.write(plus(floats([4]), 3));
      for (let i = 0; i < 24; i++) assertClose(await run(), plus(expected, 3), 1e-5);
      [state[1], state[2]] = [state[2]!, state[1]!];
      for (let i = 0; i < 24; i++) assertClose(await run(), plus(expected, 2), 1e-5);
      for (const buffer of [...state, output]) buffer.dispose();
      executable.dispose();
    },
  },
  {
    name: 'runs a Program whose batch is open as it runs those of each size',
    run: async (backend: Backend): Promise<void> => {
      const weight = floats([3, 4]);
      const at = (batch: number): Program =>
        capture(
          (rows, w) => {
            const y = tf.matMul(rows!, w!);
            return [batch === 5 ? tf.neg(y) : y, tf.sum(y, 0), random.uniform([batch, 2])];
          },
          argumentsFor([floats([batch, 3]), weight]),
        ).program;
      const together = await backend.compile(new OpenProgram(at, ['batch']));
      for (const batch of [4, 1, 2, 3, 5, 6, 4]) {
        const program = at(batch);
        const inputs = [floats([batch, 3]), weight];
        const alone = await backend.compile(program);
        const expected = await runProgram(alone, program, inputs);
        const results = await runProgram(together, program, inputs);
        results.forEach((result, i) => assertClose(result, expected[i]!, 1e-6));
        alone.dispose();
      }
      together.dispose();
    },
  },
  {
    name: 'draws the random numbers that every backend draws',
    run: async (backend: Backend): Promise<void> => {
      const { program } = capture(
        () => [random.uniform([5]), random.normal([4, 3]), random.truncatedNormal([7])],
        [],
      );
      const executable = await backend.compile(program);
      for (const drawn of [key, { seed: 7, step: 12 }, { seed: 8, step: 11 }, key]) {
        const found = await runProgram(executable, program, [], drawn);
        program.outputs.forEach(({ id }, i) => {
          const { random: spec } = program.inputs.find((input) => input.id === id)!;
          const expected = HostTensor.zeros(program.type(id).shape);
          fillRandom(spec!, drawn, expected.data);
          assertClose(found[i]!, expected, 0);
        });
      }
      executable.dispose();
    },
  },
  {
    name: 'takes inputs stored as uint8 and gives bools as bytes',
    run: async (backend: Backend): Promise<void> => {
      const images = integers([2, 4], 256, 'uint8');
      const { program } = capture(
        (a) => [tf.div(tf.cast(a!, 'float32'), 255), tf.greater(a!, tf.scalar(100, 'int32')), a!],
        argumentsFor([images]),
      );
      const executable = await backend.compile(program);
      const [scaled, isBright, same] = await runProgram(executable, program, [images]);
      const of = (dtype: 'float32' | 'bool' | 'int32', value: (v: number) => number): HostTensor =>
        new HostTensor(
          allocateArray(dtype, 8).map((_, i) => value(images.data[i]!)),
          [2, 4],
          dtype,
        );
      assertClose(
        scaled!,
        of('float32', (v) => v / 255),
        1e-6,
      );
      assertClose(
        isBright!,
        of('bool', (v) => Number(v > 100)),
        0,
      );
      assertClose(
        same!,
        of('int32', (v) => v),
        0,
      );
      executable.dispose();
    },
  },
  {
    name: 'gives an input, a constant and one value twice as outputs of their own',
    run: async (backend: Backend): Promise<void> => {
      const { program } = capture(
        (a) => {
          const b = tf.add(a!, 1);
          return [a!, tf.tensor1d([1, 2]), b, b, a!];
        },
        [x],
      );
      const executable = await backend.compile(program);
      const input = bufferOf(backend, floats([2, 3]));
      const outputs = [[2, 3], [2], [2, 3], [2, 3], [2, 3]].map((shape) =>
        backend.buffer({ shape, dtype: 'float32' }),
      );
      await executable.run([input], outputs, key);
      await assertHolds(outputs[0]!, floats([2, 3]));
      await assertHolds(outputs[1]!, new HostTensor(Float32Array.of(1, 2), [2]));
      await assertHolds(outputs[3]!, plus(floats([2, 3]), 1), 1e-6);
      for (const i of [0, 2]) outputs[i]!.write(floats([2, 3], 9, 9));
      await assertHolds(input, floats([2, 3]));
      await assertHolds(outputs[3]!, plus(floats([2, 3]), 1), 1e-6);
      await assertHolds(outputs[4]!, floats([2, 3]));
      for (const buffer of [input, ...outputs]) buffer.dispose();
      executable.dispose();
    },
  },
  {
    name: 'runs programs without nodes, without outputs, and with inputs that nothing reads',
    run: async (backend: Backend): Promise<void> => {
      const identity = capture((a) => a!, [x, { name: 'unused', shape: [3], dtype: 'int32' }]).program;
      const nothing = capture(() => [], [x]).program;
      const executables = [await backend.compile(identity), await backend.compile(nothing)] as const;
      const [same] = await runProgram(executables[0], identity, [floats([2, 3]), integers([3], 5)]);
      assertClose(same!, floats([2, 3]), 0);
      await executables[1].run([hostBuffer(floats([2, 3]))], [], key);
      for (const executable of executables) executable.dispose();
    },
  },
  {
    name: 'computes with tensors of no elements',
    run: async (backend: Backend): Promise<void> => {
      const empty = new HostTensor(new Float32Array(0), [0, 3]);
      const { program } = capture(
        (a) => [tf.add(a!, 1), tf.sum(a!, 0), tf.concat([a!, tf.ones([2, 3])], 0)],
        argumentsFor([empty]),
      );
      const executable = await backend.compile(program);
      const [sum, total, joined] = await runProgram(executable, program, [empty]);
      assertClose(sum!, empty, 0);
      assertClose(total!, HostTensor.zeros([3]), 0);
      assertClose(joined!, new HostTensor(new Float32Array(6).fill(1), [2, 3]), 0);
      executable.dispose();
    },
  },
];
