// A Backend that replays Programs on a tfjs backend: host data in, host data out, no tensor left behind.
// Which tfjs backend, and how it is loaded, its caller says. The current tfjs backend of the application stays current.
import * as tf from '@tensorflow/tfjs-core';
import {
  boundLoops,
  holdingKernel,
  HostTensor,
  isOpenProgram,
  kernelUnsupported,
  nodesWithin,
  replay,
  requireDTypes,
  requireRoom,
  roundKernel,
  scopeLabel,
  tfjsDType,
  type Program,
  type TypedArray,
} from '@lamella/program';
import type { Backend, Executable } from './backend.js';
import { hostDType } from './check-run.js';
import { ExecutableBySize } from './executable-by-size.js';
import { HostBuffer } from './host-buffer.js';
import { HostExecutable, type HostComputation } from './host-executable.js';

export interface ReplayBackendOptions {
  /** The name of the Lamella backend. */
  readonly name: string;
  /** Loads the tfjs backend, registers it with tfjs and gives its tfjs name. Called at each compile. */
  readonly load: () => Promise<string>;
}

/** A {@link Backend} on top of a tfjs backend. Its memory is the host's. */
export function replayBackend({ name, load }: ReplayBackendOptions): Backend {
  const backend: Backend = {
    name,
    computes: ['float32', 'int32', 'bool', 'complex64'],
    buffer: ({ shape, dtype }) => new HostBuffer(backend, HostTensor.zeros(shape, dtype)),
    async compile(program) {
      const restore = rememberBackend();
      try {
        const tfjsName = await load();
        await tf.setBackend(tfjsName);
        const compileSize = (sized: Program): Executable =>
          new HostExecutable(backend, sized, replayOn(tfjsName, sized, backend));
        return isOpenProgram(program)
          ? new ExecutableBySize(backend, program, async (sized) => compileSize(sized))
          : compileSize(program);
      } finally {
        restore();
      }
    },
  };
  return backend;
}

/** Throws: KERNEL_UNSUPPORTED, DTYPE_UNSUPPORTED, EXECUTABLE_INVALID, SIZES_EXCEEDED, LOOP_TOO_LONG. */
function replayOn(tfjsName: string, given: Program, backend: Backend): HostComputation {
  requireDTypes(given, backend);
  requireRoom(given);
  const program = boundLoops(given);
  for (const { id, name } of program.outputs) hostDType(program.type(id), `Output "${name}"`);
  for (const { kernel, scope } of nodesWithin(program)) {
    // Rounding is done on the host.
    if (kernel === roundKernel || holdingKernel(kernel) !== undefined) continue;
    if (tf.getKernel(kernel, tfjsName) !== undefined) continue;
    throw kernelUnsupported(scopeLabel(scope), kernel, `implementation in tfjs' ${tfjsName} backend`);
  }
  return {
    compute(inputs, outputs) {
      const restore = rememberBackend();
      useBackend(tfjsName, tf.engine().findBackend(tfjsName));
      try {
        tf.tidy(() => {
          const tensors = inputs.map((input, i) =>
            tf.cast(input.tensor(), tfjsDType(program.type(program.inputs[i]!.id).dtype)),
          );
          const results = replay(program, tensors);
          const values = results.map((result) => result.dataSync() as TypedArray);
          values.forEach((data, i) => outputs[i]!.data.set(data));
        });
      } finally {
        restore();
      }
    },
  };
}

/** Notes which tfjs backend is current, if any; the returned function makes it current again. */
function rememberBackend(): () => void {
  const engine = tf.engine();
  const { backendName } = engine;
  const instance = (engine as unknown as { backendInstance: tf.KernelBackend | null }).backendInstance;
  return () => useBackend(backendName, instance);
}

/** Makes a loaded backend current at once; tf.setBackend would only promise to. */
function useBackend(name: string, instance: tf.KernelBackend | null): void {
  const engine = tf.engine();
  engine.backendName = name;
  (engine as unknown as { backendInstance: tf.KernelBackend | null }).backendInstance = instance;
}
