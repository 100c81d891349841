// What a backend keeps to itself: other runs, the end of a run that has begun, tfjs.
import * as tf from '@tensorflow/tfjs-core';
import { hostBuffer, type Backend } from '@lamella/core';
import { capture, HostTensor } from '@lamella/program';
import { assertClose, assertRejects, assertSame } from '../assertions.js';
import { floats } from '../kernel-case.js';
import { runProgram } from '../run-program.js';
import { addTwo, assertHolds, key, outputOf, plus, x, type ContractTest } from './contract-test.js';

export const memory: readonly ContractTest[] = [
  {
    name: 'runs several executables at the same time',
    run: async (backend: Backend): Promise<void> => {
      const programs = [addTwo(), capture((a) => tf.mul(a!, 3), [x]).program] as const;
      const [one, two] = [await backend.compile(programs[0]), await backend.compile(programs[1])];
      const input = floats([2, 3]);
      const [[sum], [product]] = await Promise.all([
        runProgram(one, programs[0], [input]),
        runProgram(two, programs[1], [input]),
      ]);
      assertClose(sum!, plus(input, 2), 1e-6);
      const tripled = Float32Array.from(input.data, (v) => v * 3);
      assertClose(product!, new HostTensor(tripled, [2, 3]), 1e-6);
      one.dispose();
      assertClose((await runProgram(two, programs[1], [input]))[0]!, product!, 0);
      two.dispose();
    },
  },
  {
    name: 'ends a run that has begun when its executable is disposed of',
    run: async (backend: Backend): Promise<void> => {
      const executable = await backend.compile(addTwo());
      const output = outputOf(backend);
      const running = executable.run([hostBuffer(floats([2, 3]))], [output], key);
      executable.dispose();
      await running;
      await assertHolds(output, plus(floats([2, 3]), 2), 1e-6);
      output.dispose();
    },
  },
  {
    name: 'leaves no tfjs tensor behind and the current tfjs backend as it was',
    run: async (backend: Backend): Promise<void> => {
      const program = addTwo();
      const warm = await backend.compile(program);
      await runProgram(warm, program, [floats([2, 3])]);
      const before = { ...tf.memory(), backend: tf.engine().backendName };
      const executable = await backend.compile(program);
      for (let i = 0; i < 3; i++) await runProgram(executable, program, [floats([2, 3])]);
      await assertRejects(() => runProgram(executable, program, [floats([6])]), 'SHAPE_MISMATCH');
      executable.dispose();
      const after = tf.memory();
      assertSame(after.numTensors, before.numTensors, 'number of tensors');
      assertSame(after.numBytes, before.numBytes, 'bytes of tensors');
      assertSame(tf.engine().backendName, before.backend, 'current tfjs backend');
      warm.dispose();
    },
  },
];
