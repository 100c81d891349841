// What buffers promise.
import { hostBuffer, type Backend } from '@lamella/core';
import { HostTensor } from '@lamella/program';
import { assertRejects, assertSame } from '../assertions.js';
import { floats, integers } from '../kernel-case.js';
import { addTwo, assertHolds, bufferOf, key, outputOf, type ContractTest } from './contract-test.js';

export const buffers: readonly ContractTest[] = [
  {
    name: 'makes buffers of zeros in each dtype, and says that they are its own',
    run: async (backend: Backend): Promise<void> => {
      const { backend: owner } = backend.buffer({ shape: [], dtype: 'float32' });
      for (const dtype of ['float32', 'int32', 'bool', 'uint8'] as const) {
        const buffer = backend.buffer({ shape: [2, 2], dtype });
        await assertHolds(buffer, HostTensor.zeros([2, 2], dtype));
        assertSame(buffer.dtype, dtype, 'dtype');
        assertSame(buffer.backend, owner, 'backend');
        buffer.dispose();
      }
    },
  },
  {
    name: 'keeps a copy of what is written',
    run: async (backend: Backend): Promise<void> => {
      const values = floats([2, 3]);
      const buffer = bufferOf(backend, values);
      values.data.fill(9);
      await assertHolds(buffer, floats([2, 3]));
      buffer.write(values);
      await assertHolds(buffer, values);
      buffer.dispose();
    },
  },
  {
    name: 'refuses to write another shape or dtype, and keeps what it had',
    run: async (backend: Backend): Promise<void> => {
      const buffer = bufferOf(backend, floats([2, 3]));
      await assertRejects(() => buffer.write(floats([3, 2])), 'SHAPE_MISMATCH', '[2, 3]', '[3, 2]');
      await assertRejects(() => buffer.write(integers([2, 3], 4)), 'DTYPE_MISMATCH', 'float32', 'int32');
      await assertHolds(buffer, floats([2, 3]));
      buffer.dispose();
    },
  },
  {
    name: 'refuses to read, write and run with a buffer that was disposed of',
    run: async (backend: Backend): Promise<void> => {
      const executable = await backend.compile(addTwo());
      const [input, output] = [bufferOf(backend, floats([2, 3])), outputOf(backend)];
      input.dispose();
      input.dispose();
      await assertRejects(() => input.read(), 'BUFFER_DISPOSED', 'float32[2, 3]');
      await assertRejects(() => input.write(floats([2, 3])), 'BUFFER_DISPOSED');
      await assertRejects(() => executable.run([input], [output], key), 'BUFFER_DISPOSED');
      await executable.run([hostBuffer(floats([2, 3]))], [output], key);
      output.dispose();
      await assertRejects(
        () => executable.run([hostBuffer(floats([2, 3]))], [output], key),
        'BUFFER_DISPOSED',
      );
      executable.dispose();
    },
  },
];
