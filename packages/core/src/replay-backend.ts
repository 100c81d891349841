// A Backend that replays Programs on a tfjs backend: host data in, host data out, no tensor left behind.
// Which tfjs backend, and how it is loaded, its caller says. The current tfjs backend of the application stays current.
import * as tf from '@tensorflow/tfjs-core';
import {
  holdingKernel,
  HostTensor,
  kernelUnsupported,
  nodesWithin,
  replay,
  type Program,
  type TypedArray,
} from '@lamella/program';
import type { Backend, Executable } from './backend.js';
import { executableDisposed } from './errors.js';
import { checkRunBuffers, hostDType, type OutputBuffers } from './run-buffers.js';

export interface ReplayBackendOptions {
  /** The name of the Lamella backend. */
  readonly name: string;
  /** Loads the tfjs backend, registers it with tfjs and gives its tfjs name. Called at each compile. */
  readonly load: () => Promise<string>;
}

/** A {@link Backend} on top of a tfjs backend. */
export function replayBackend({ name, load }: ReplayBackendOptions): Backend {
  return {
    name,
    allocate: (shape, dtype) => HostTensor.zeros(shape, dtype),
    async compile(program) {
      const restore = rememberBackend();
      try {
        const tfjsName = await load();
        await tf.setBackend(tfjsName);
        return new ReplayExecutable(program, tfjsName);
      } finally {
        restore();
      }
    },
  };
}

class ReplayExecutable implements Executable {
  private isDisposed = false;

  constructor(
    private readonly program: Program,
    private readonly tfjsName: string,
  ) {
    for (const output of program.outputs) hostDType(program.type(output.id), `Output "${output.name}"`);
    for (const { kernel, scope } of nodesWithin(program)) {
      if (holdingKernel(kernel) !== undefined || tf.getKernel(kernel, tfjsName) !== undefined) continue;
      throw kernelUnsupported(
        scope === '' ? 'Program' : `Layer "${scope}"`,
        kernel,
        `implementation in tfjs' ${tfjsName} backend`,
      );
    }
  }

  async run(inputs: readonly HostTensor[], outputs: OutputBuffers = []): Promise<readonly HostTensor[]> {
    if (this.isDisposed) throw executableDisposed();
    const { program } = this;
    checkRunBuffers(program, inputs, outputs);
    const restore = rememberBackend();
    useBackend(this.tfjsName, tf.engine().findBackend(this.tfjsName));
    try {
      return tf.tidy(() => {
        const tensors = inputs.map((input, i) =>
          tf.cast(input.tensor(), program.type(program.inputs[i]!.id).dtype),
        );
        const results = replay(program, tensors);
        return program.outputs.map((output, i) => {
          const type = program.type(output.id);
          const target =
            outputs[i] ?? HostTensor.zeros(type.shape, hostDType(type, `Output "${output.name}"`));
          target.data.set(results[i]!.dataSync() as TypedArray);
          return target;
        }) as unknown as tf.TensorContainer;
      }) as unknown as readonly HostTensor[];
    } finally {
      restore();
    }
  }

  dispose(): void {
    this.isDisposed = true;
  }
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
