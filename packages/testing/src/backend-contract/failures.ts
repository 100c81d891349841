// What runs and compilers refuse, and what stays as it was then.
import * as tf from '@tensorflow/tfjs-core';
import { hostBuffer, type Backend, type Buffer } from '@lamella/core';
import {
  assignState,
  capture,
  OpenProgram,
  HostTensor,
  readState,
  scan,
  whileLoop,
  withComputeDType,
  withScope,
} from '@lamella/program';
import { assertRejects } from '../assertions.js';
import { floats, integers } from '../kernel-case.js';
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

export const failures: readonly ContractTest[] = [
  {
    name: 'rejects inputs and outputs of the wrong number, shape or dtype, by name',
    run: async (backend: Backend): Promise<void> => {
      const executable = await backend.compile(addTwo());
      const output = outputOf(backend);
      const run =
        (inputs: HostTensor[], outputs: Buffer[] = [output]) =>
        (): Promise<void> =>
          executable.run(inputs.map(hostBuffer), outputs, key);
      await assertRejects(run([]), 'EXECUTABLE_INVALID', '1 inputs');
      await assertRejects(run([floats([2, 3])], []), 'EXECUTABLE_INVALID', '1 outputs');
      await assertRejects(run([floats([3, 2])]), 'SHAPE_MISMATCH', 'Input "x"', '[2, 3]', '[3, 2]');
      await assertRejects(run([integers([2, 3], 4)]), 'DTYPE_MISMATCH', 'Input "x"', 'float32', 'int32');
      const [flat, whole] = [
        backend.buffer({ shape: [6], dtype: 'float32' }),
        backend.buffer({ shape: [2, 3], dtype: 'int32' }),
      ];
      await assertRejects(run([floats([2, 3])], [flat]), 'SHAPE_MISMATCH', 'Output "output_0"');
      await assertRejects(run([floats([2, 3])], [whole]), 'DTYPE_MISMATCH', 'Output "output_0"');
      for (const buffer of [output, flat, whole]) buffer.dispose();
      executable.dispose();
    },
  },
  {
    name: 'refuses a dtype that it does not compute in, by the name of the layer',
    run: async (backend: Backend): Promise<void> => {
      for (const dtype of (['float16', 'bfloat16', 'float64'] as const).filter(
        (name) => !backend.computes.includes(name),
      )) {
        const { program } = capture(
          (a) => withScope('dense', () => withComputeDType(dtype, () => tf.add(a!, 2))),
          [x],
        );
        await assertRejects(() => backend.compile(program), 'DTYPE_UNSUPPORTED', 'Layer "dense"', dtype);
      }
    },
  },
  {
    name: 'gives up a loop that its condition does not end',
    run: async (backend: Backend): Promise<void> => {
      const doubled = (value: tf.Tensor): tf.Tensor =>
        whileLoop(
          (v: tf.Tensor) => tf.less(tf.sum(v), 6),
          (v) => tf.mul(v, 2),
          value,
        );
      // In four loops it has eight steps, and not millions.
      const once =
        (step: typeof doubled): typeof doubled =>
        (value) =>
          scan((v: tf.Tensor, _: null) => [step(v), null] as const, value, null, { length: 1 })[0];
      const { program } = capture((a) => withScope('loop', () => once(once(once(once(doubled))))(a!)), [x]);
      const executable = await backend.compile(program);
      const output = outputOf(backend);
      const filledWith = (value: number): HostTensor =>
        new HostTensor(new Float32Array(6).fill(value), [2, 3]);
      const run = (value: number): Promise<void> =>
        executable.run([hostBuffer(filledWith(value))], [output], key);
      await run(0.5);
      await assertHolds(output, filledWith(1));
      await assertRejects(() => run(0), 'LOOP_TOO_LONG');
      await run(0.25);
      await assertHolds(output, filledWith(1));
      output.dispose();
      executable.dispose();
    },
  },
  {
    name: 'rejects buffers of another backend, and plain memory where it is to write',
    run: async (backend: Backend): Promise<void> => {
      const executable = await backend.compile(addTwo());
      const own = outputOf(backend);
      const other: Backend = { ...backend, name: 'elsewhere' };
      const foreign: Buffer = {
        shape: [2, 3],
        dtype: 'float32',
        backend: other,
        read: async () => floats([2, 3]),
        write: () => undefined,
        dispose: () => undefined,
      };
      await assertRejects(
        () => executable.run([foreign], [own], key),
        'BUFFER_FOREIGN',
        'Input "x"',
        '"elsewhere"',
      );
      const plain = hostBuffer(floats([2, 3]));
      for (const output of [foreign, hostBuffer(floats([2, 3]))])
        await assertRejects(
          () => executable.run([plain], [output], key),
          'BUFFER_FOREIGN',
          'Output "output_0"',
        );
      const total = cell('total');
      const updating = await backend.compile(
        capture(() => {
          assignState(total, tf.add(readState(total), 1));
          return [];
        }, []).program,
      );
      await assertRejects(() => updating.run([plain], [], key), 'BUFFER_FOREIGN', 'Input "total"', 'plain');
      own.dispose();
      executable.dispose();
      updating.dispose();
    },
  },
  {
    name: 'rejects an output or updated state that is another one, too',
    run: async (backend: Backend): Promise<void> => {
      const [own, input] = [outputOf(backend), bufferOf(backend, floats([2, 3]))];
      const executable = await backend.compile(addTwo());
      await assertRejects(() => executable.run([input], [input], key), 'OUTPUT_ALIASED', 'input "x"');
      await assertHolds(input, floats([2, 3]));
      const two = await backend.compile(capture((a) => [tf.add(a!, 1), tf.add(a!, 2)], [x]).program);
      await assertRejects(() => two.run([input], [own, own], key), 'OUTPUT_ALIASED', 'output "output_0"');
      const [a, b] = [cell('a'), cell('b')];
      const both = await backend.compile(
        capture(() => {
          assignState(a, tf.add(readState(a), 1));
          assignState(b, tf.add(readState(b), 2));
          return [];
        }, []).program,
      );
      await assertRejects(() => both.run([input, input], [], key), 'OUTPUT_ALIASED', 'input "a"');
      await assertHolds(input, floats([2, 3]));
      for (const buffer of [own, input]) buffer.dispose();
      for (const each of [executable, two, both]) each.dispose();
    },
  },
  {
    name: 'does not read what it writes through a view of its own memory',
    run: async (backend: Backend): Promise<void> => {
      const output = bufferOf(backend, floats([2, 3]));
      const executable = await backend.compile(addTwo());
      const view = hostBuffer(await output.read());
      const failure = await executable.run([view], [output], key).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure === undefined) await assertHolds(output, plus(floats([2, 3]), 2), 1e-6);
      else await assertRejects(() => Promise.reject(failure as Error), 'OUTPUT_ALIASED', 'input "x"');
      output.dispose();
      executable.dispose();
    },
  },
  {
    name: 'refuses to run once disposed of, and may be disposed of twice',
    run: async (backend: Backend): Promise<void> => {
      const output = outputOf(backend);
      for (const program of [addTwo(), new OpenProgram(addTwo, ['batch'])]) {
        const executable = await backend.compile(program);
        executable.dispose();
        executable.dispose();
        await assertRejects(
          () => executable.run([hostBuffer(floats([2, 3]))], [output], key),
          'EXECUTABLE_DISPOSED',
        );
      }
      output.dispose();
    },
  },
  {
    name: 'names the kernel and the layer of what it cannot compile',
    run: async (backend: Backend): Promise<void> => {
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
