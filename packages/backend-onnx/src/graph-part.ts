// The part of a Program that ONNX Runtime runs: one session, fed with views of host memory and writing into host memory.
import { hostDType } from '@lamella/core';
import { HostTensor, type Program, type TypedArray } from '@lamella/program';
import type { LoweredProgram } from './lower-program.js';
import { runtimeTensor, type Runtime, type RuntimeTensor, type Session } from './runtime/runtime.js';

/** A session and the Program it computes. */
export class GraphPart {
  /** `session` is missing where no output has elements: there is nothing to compute then. */
  constructor(
    private readonly runtime: Runtime,
    readonly program: Program,
    private readonly lowered: LoweredProgram,
    private readonly session: Session | undefined,
  ) {
    if (session !== undefined) dropped.register(this, session, this);
  }

  /** Runs once; outputs without a buffer come in fresh memory. */
  async run(
    inputs: readonly HostTensor[],
    outputs: readonly (HostTensor | undefined)[],
  ): Promise<readonly HostTensor[]> {
    const feeds: Record<string, RuntimeTensor> = {};
    for (const { index, name } of this.lowered.inputs)
      feeds[name] = runtimeTensor(this.runtime, inputs[index]!);
    const fetches: Record<string, RuntimeTensor | null> = {};
    for (const { index, name } of this.lowered.outputs) {
      const target = this.runtime.fillsOutputs ? outputs[index] : undefined;
      fetches[name] = target === undefined ? null : runtimeTensor(this.runtime, target);
    }
    const results = (await this.session?.run(feeds, fetches)) ?? {};
    if (this.runtime.fillsOutputs) discardCopies(this.lowered.outputs, outputs, results);
    else
      for (const { index, name } of this.lowered.outputs)
        outputs[index]?.data.set(results[name]!.data as TypedArray);
    const names = new Map(this.lowered.outputs.map(({ index, name }) => [index, name]));
    return this.program.outputs.map(
      (output, i) => outputs[i] ?? this.hostTensor(output.id, results[names.get(i) ?? '']),
    );
  }

  dispose(): void {
    dropped.unregister(this);
    void this.session?.release();
  }

  private hostTensor(id: number, result: RuntimeTensor | undefined): HostTensor {
    const type = this.program.type(id);
    const dtype = hostDType(type, 'Output');
    return result === undefined
      ? HostTensor.zeros(type.shape, dtype)
      : new HostTensor(result.data as TypedArray, type.shape, dtype);
  }
}

/** Sessions of parts that are collected without having been disposed of. */
const dropped = new FinalizationRegistry<Session>((session) => void session.release());

/** Where messages lead nowhere: what is transferred there is freed at once. */
let nowhere: MessagePort | undefined;

/**
 * onnxruntime-node fills the given memory and returns a copy of it all the same. As garbage, copies of all gradients every step
 * keep a collector busy on a core that ONNX Runtime could use: 5 to 30 % of a step's time, and 25 to 60 MB.
 */
function discardCopies(
  declared: LoweredProgram['outputs'],
  given: readonly (HostTensor | undefined)[],
  results: Readonly<Record<string, RuntimeTensor>>,
): void {
  const copies: ArrayBuffer[] = [];
  for (const { index, name } of declared) {
    const buffer = (results[name]?.data as TypedArray | undefined)?.buffer;
    if (given[index] !== undefined && buffer !== given[index].data.buffer && isArrayBuffer(buffer))
      copies.push(buffer);
  }
  if (copies.length === 0) return;
  nowhere ??= closedPort();
  nowhere.postMessage(undefined, copies);
}

/** Of whatever realm. */
function isArrayBuffer(buffer: ArrayBufferLike | undefined): buffer is ArrayBuffer {
  return Object.prototype.toString.call(buffer) === '[object ArrayBuffer]';
}

function closedPort(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port1.close();
  port2.close();
  return port1;
}
