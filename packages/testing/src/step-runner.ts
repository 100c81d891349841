// Runs a training step again and again as a trainer does: state stays in buffers of the backend from step to step.
import { hostBuffer, type Backend } from '@lamella/core';
import type { HostTensor } from '@lamella/program';
import type { TrainingStep } from './training-step.js';

/** The losses of `count` steps on one batch, and the state after them. */
export async function runSteps(
  backend: Backend,
  step: TrainingStep,
  batch: readonly HostTensor[],
  count: number,
): Promise<{ losses: number[]; state: HostTensor[] }> {
  const executable = await backend.compile(step.captured.program);
  const state = step.state.map(({ initial }) => {
    const buffer = executable.backend.buffer(initial);
    buffer.write(initial);
    return buffer;
  });
  const loss = executable.backend.buffer({ shape: [], dtype: 'float32' });
  const inputs = [...batch.map(hostBuffer), ...state];
  const losses: number[] = [];
  for (let i = 0; i < count; i++) {
    await executable.run(inputs, [loss], { seed: 0, step: i });
    losses.push((await loss.read()).data[0]!);
  }
  const values = await Promise.all(state.map(async (buffer) => (await buffer.read()).clone()));
  for (const buffer of [...state, loss]) buffer.dispose();
  executable.dispose();
  return { losses, state: values };
}
