// Runs a training step again and again as a trainer does: updates go to second buffers, which then take their place.
import type { Backend } from '@lamella/core';
import type { HostTensor } from '@lamella/program';
import type { TrainingStep } from './training-step.js';

/** The losses of `count` steps on one batch, and the state after them. */
export async function runSteps(
  backend: Backend,
  step: TrainingStep,
  batch: readonly HostTensor[],
  count: number,
): Promise<{ losses: number[]; state: HostTensor[] }> {
  const { program } = step.captured;
  const executable = await backend.compile(program);
  const fresh = step.state.map(({ initial }) => initial.clone());
  let [argument, cell] = [0, 0];
  const inputs = program.inputs.map((input) =>
    input.kind === 'state' ? fresh[cell++]! : batch[argument++]!,
  );
  const outputs = program.outputs.map((output) => backend.allocate(program.type(output.id).shape, 'float32'));
  const losses: number[] = [];
  for (let i = 0; i < count; i++) {
    await executable.run(inputs, outputs);
    losses.push(outputs[0]!.data[0]!);
    for (const { input, output } of program.updates)
      [inputs[input], outputs[output]] = [outputs[output]!, inputs[input]!];
  }
  executable.dispose();
  return { losses, state: inputs.filter((_, i) => program.inputs[i]!.kind === 'state') };
}
