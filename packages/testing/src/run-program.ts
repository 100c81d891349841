// Runs a compiled Program on host tensors, for tests and tools: everything is written, run and read back each time.
import { hostBuffer, hostDType, type Buffer, type Executable, type RunKey } from '@lamella/core';
import type { HostTensor, Program } from '@lamella/program';

/**
 * All outputs of one run, updates among them, as copies. `inputs` are the arguments and the state, in order; they stay as
 * they are.
 */
export async function runProgram(
  executable: Executable,
  program: Program,
  inputs: readonly HostTensor[],
  key: RunKey = { seed: 7, step: 0 },
): Promise<HostTensor[]> {
  const { backend } = executable;
  const made: Buffer[] = [];
  const bufferOf = (type: {
    readonly shape: HostTensor['shape'];
    readonly dtype: HostTensor['dtype'];
  }): Buffer => {
    const buffer = backend.buffer(type);
    made.push(buffer);
    return buffer;
  };
  const places = program.inputs.flatMap(({ kind }, i) => (kind === 'random' ? [] : [i]));
  const given = inputs.map((values, i) => {
    if (program.inputs[places[i]!]?.kind !== 'state') return hostBuffer(values);
    const buffer = bufferOf(values);
    buffer.write(values);
    return buffer;
  });
  const updated = new Map(program.updates.map(({ output, input }) => [output, places.indexOf(input)]));
  const results = program.outputs.map(({ id, name }, i) => {
    const place = updated.get(i);
    const type = program.type(id);
    return place === undefined
      ? bufferOf({ shape: type.shape, dtype: hostDType(type, `Output "${name}"`) })
      : given[place]!;
  });
  try {
    await executable.run(
      given,
      results.filter((_, i) => !updated.has(i)),
      key,
    );
    return await Promise.all(results.map(async (buffer) => (await buffer.read()).clone()));
  } finally {
    for (const buffer of made) buffer.dispose();
  }
}
