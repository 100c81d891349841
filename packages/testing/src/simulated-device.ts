// A backend whose memory is away from the host, as a graphics card's is: the host holds handles, and every copy is counted.
// Its kernels are those of backend-cpu. For tests, and to be read beside docs/guides/add-a-backend.md.
import { cpu } from '@lamella/backend-cpu';
import {
  bufferDisposed,
  checkFits,
  checkRun,
  ExecutableBySize,
  executableDisposed,
  hostBuffer,
  hostDType,
  runPlaces,
  type Backend,
  type Buffer,
  type BufferType,
  type Executable,
  type RunKey,
} from '@lamella/core';
import { HostTensor, isOpenProgram, type OpenProgram, type Program } from '@lamella/program';

/** See {@link simulatedDevice}. */
export interface SimulatedDevice extends Backend {
  /** How many tensors were copied, so far. */
  readonly copies: { toHost: number; toDevice: number };
}

/**
 * A backend whose memory is away from the host.
 *
 * @example
 * const device = simulatedDevice();
 * const buffer = device.buffer({ shape: [2], dtype: 'float32' });
 * buffer.write(new HostTensor(new Float32Array([1, 2]), [2]));
 * device.copies; // { toHost: 0, toDevice: 1 }
 */
export function simulatedDevice(): SimulatedDevice {
  return new Device();
}

class Device implements SimulatedDevice {
  readonly name = 'device';
  readonly computes = cpu().computes;
  readonly copies = { toHost: 0, toDevice: 0 };

  buffer({ shape, dtype }: BufferType): DeviceBuffer {
    return new DeviceBuffer(this, HostTensor.zeros(shape, dtype));
  }

  async compile(program: Program | OpenProgram): Promise<Executable> {
    if (isOpenProgram(program)) return new ExecutableBySize(this, program, (sized) => this.compile(sized));
    // Updates are the device's: kernels only compute.
    return new DeviceExecutable(this, program, await cpu().compile(program.with({ updates: [] })));
  }
}

class DeviceBuffer implements Buffer {
  readonly shape: BufferType['shape'];
  readonly dtype: BufferType['dtype'];
  /** On the device: no code of the host may touch it. */
  private memory: HostTensor | undefined;

  constructor(
    readonly backend: Device,
    memory: HostTensor,
  ) {
    this.shape = memory.shape;
    this.dtype = memory.dtype;
    this.memory = memory;
  }

  async read(): Promise<HostTensor> {
    const copy = this.onDevice.clone();
    this.backend.copies.toHost++;
    return copy;
  }

  write(values: HostTensor): void {
    checkFits('Buffer', values, this, this.dtype);
    this.onDevice.data.set(values.data);
    this.backend.copies.toDevice++;
  }

  /** For the device. Throws: BUFFER_DISPOSED. */
  get onDevice(): HostTensor {
    if (this.memory === undefined) throw bufferDisposed(this);
    return this.memory;
  }

  dispose(): void {
    this.memory = undefined;
  }
}

class DeviceExecutable implements Executable {
  private isDisposed = false;
  private runs = 0;

  constructor(
    readonly backend: Device,
    private readonly program: Program,
    private readonly kernels: Executable,
  ) {}

  async run(inputs: readonly Buffer[], outputs: readonly Buffer[], key: RunKey): Promise<void> {
    if (this.isDisposed) throw executableDisposed();
    this.runs++;
    try {
      await this.runKernels(inputs, outputs, key);
    } finally {
      if (--this.runs === 0 && this.isDisposed) this.kernels.dispose();
    }
  }

  /** A run that has begun ends well; the kernels go then. */
  dispose(): void {
    this.isDisposed = true;
    if (this.runs === 0) this.kernels.dispose();
  }

  private async runKernels(
    inputs: readonly Buffer[],
    outputs: readonly Buffer[],
    key: RunKey,
  ): Promise<void> {
    const { program, kernels } = this;
    const places = runPlaces(program);
    checkRun(this.backend, program, inputs, outputs, places);
    const given = await Promise.all(inputs.map((buffer) => this.onDevice(buffer)));
    const targets = new Map(places.outputs.map((place, i) => [place, (outputs[i] as DeviceBuffer).onDevice]));
    for (const { output, input } of program.updates)
      targets.set(output, given[places.inputs.indexOf(input)]!);
    const results = program.outputs.map(({ id, name }) => {
      const type = program.type(id);
      return kernels.backend.buffer({ shape: type.shape, dtype: hostDType(type, `Output "${name}"`) });
    });
    await kernels.run(given.map(hostBuffer), results, key);
    // Nothing can fail any more: outputs and state take over what was computed.
    for (const [place, target] of targets) target.data.set((await results[place]!.read()).data);
  }

  /** Arguments in host memory are copied for this run. */
  private async onDevice(buffer: Buffer): Promise<HostTensor> {
    if (buffer instanceof DeviceBuffer) return buffer.onDevice;
    const copy = this.backend.buffer(buffer);
    copy.write(await buffer.read());
    return copy.onDevice;
  }
}
